// What every route shares: answers as JSON, errors with a code, bodies of bounded length, and who may ask.

import { EndcapError } from "endcap/studio";

/** What the handler itself can say of a request; the engine's own codes come beside these. */
export const EDGE_ERRORS = {
  E_ROUTE: [404, "See the routes in the documentation of `createHandler`."],
  E_METHOD: [405, "Use a method that the header Allow names."],
  E_BODY: [400, "Send a JSON body as the documentation shows it."],
  E_TYPE: [415, "Send the content type that the documentation names."],
  E_TOO_LARGE: [413, "Send less at once."],
  E_TOKEN: [401, "Send `Authorization: Bearer …` with a token of `auth.overlay`."],
  E_SIGNATURE: [401, "Check that the secret of the webhook is that of the handler's `hooks`."],
  E_RATE: [429, "Wait, and ask less often."],
  E_NO_STORE: [501, "Give `createHandler` a `store` that outlives this isolate."],
  E_ORIGIN: [502, "Look at the shop's own server; what it said, `onError` was told."],
  E_NOT_READY: [503, "Ask again: what is needed for this is not there yet."],
  E_INTERNAL: [500, "Look at what `onError` was told."],
} as const satisfies Record<string, readonly [number, string]>;

export type EdgeErrorCode = keyof typeof EDGE_ERRORS;

/** A request that is refused, with the status and the code that it is refused with. */
export class Refused extends Error {
  constructor(readonly code: EdgeErrorCode, message: string, readonly headers: Record<string, string> = {}) {
    super(message);
  }
}

/** Engine codes that a request brings about; all others are the server's fault. */
const STATUS: Record<string, number> = {
  E_UNKNOWN_PLACEMENT: 400,
  E_ARGUMENT: 400,
  E_OLDER_REVISION: 409,
  E_OTHER_SHOP: 422,
  E_CURRENCY: 422,
  E_PUBLIC_BUNDLE: 422,
  E_NOT_AN_OVERLAY: 400,
  E_NEWER_VERSION: 422,
  E_TRUNCATED: 400,
  E_DAMAGED: 400,
  E_MALFORMED: 400,
};

const NOT_KEPT = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", "x-content-type-options": "nosniff" };
const UTF_8 = new TextDecoder("utf-8", { fatal: true });

/** A JSON answer that nobody keeps, unless `headers` say otherwise. */
export function json(value: unknown, status = 200, headers?: Record<string, string>): Response {
  return new Response(JSON.stringify(value), { status, headers: headers === undefined ? NOT_KEPT : { ...NOT_KEPT, ...headers } });
}

/** The answer to a request that failed. What the server alone must know stays in `onError`. */
export function failed(error: unknown): Response {
  if (error instanceof Refused) {
    const [status, advice] = EDGE_ERRORS[error.code];
    return json({ error: { code: error.code, message: error.message, advice } }, status, error.headers);
  }
  if (error instanceof EndcapError && error.code in STATUS) {
    const message = error.message.slice(error.code.length + 2);
    return json({ error: { code: error.code, message, advice: error.advice } }, STATUS[error.code]);
  }
  return json({ error: { code: "E_INTERNAL", message: "something went wrong here", advice: EDGE_ERRORS.E_INTERNAL[1] } }, 500);
}

/** Whether an answer to this error is the server's own failure. */
export function isOurs(error: unknown): boolean {
  return !(error instanceof Refused) && !(error instanceof EndcapError && error.code in STATUS);
}

/**
 * The bytes of a body of at most `most` bytes. What is longer is not read on: a body may claim any length, or none.
 */
export async function bodyOf(request: Request, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Refused("E_TOO_LARGE", `expected a body of at most ${most} bytes, found more`);
  const claimed = request.headers.get("content-length");
  if (claimed !== null && Number(claimed) > most) throw tooLarge();
  // No server hands on more than was claimed; reading at once is several times as fast as piece by piece.
  if (claimed !== null && /^\d+$/.test(claimed)) return new Uint8Array(await request.arrayBuffer());
  const reader = request.body?.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) break;
    length += value.length;
    if (length > most) {
      void reader?.cancel().catch(() => {});
      throw tooLarge();
    }
    pieces.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The JSON of a body: an object or a list. */
export async function jsonOf(request: Request, most: number): Promise<unknown> {
  const type = request.headers.get("content-type");
  // text/plain is what `navigator.sendBeacon` and pages that avoid a preflight send.
  if (type !== null && !/^(application\/json|text\/plain)\s*(;|$)/i.test(type)) {
    throw new Refused("E_TYPE", `expected application/json, found ${printable(type)}`);
  }
  const bytes = await bodyOf(request, most);
  try {
    return JSON.parse(UTF_8.decode(bytes));
  } catch {
    throw new Refused("E_BODY", "expected a JSON body, found something else");
  }
}

/** A text of the request as it may stand in an answer: short and without control characters. */
export function printable(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, "?");
  return plain.length > 60 ? `"${plain.slice(0, 60)}…"` : `"${plain}"`;
}

/** Whether the request bears one of `tokens`. Every comparison takes as long, whatever differs and where. */
export async function bears(request: Request, tokens: readonly string[]): Promise<boolean> {
  const given = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const found = await digest(given ?? "");
  let match = false;
  for (const token of tokens) {
    const wanted = await digest(token);
    let difference = 0;
    for (let at = 0; at < wanted.length; at++) difference |= (wanted[at] as number) ^ (found[at] as number);
    match = (difference === 0 && given !== undefined) || match;
  }
  return match;
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** A short name for some bytes, as an entity tag. */
export async function tagOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `"${hexOf(await crypto.subtle.digest("SHA-256", bytes), 12)}"`;
}

/** The first `count` bytes of a hash in hexadecimal digits. */
export function hexOf(hash: ArrayBuffer, count: number): string {
  return Array.from(new Uint8Array(hash, 0, count), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
