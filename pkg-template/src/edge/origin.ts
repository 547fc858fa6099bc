// The shop's own server: how it is asked, and what its answers must be for something to be put into them.

/** Where the shop's pages come from. */
export type Origin = string | URL | ((request: Request) => Response | Promise<Response>);

/** What belongs to one connection and not to the request; undici refuses most of these. */
const HOP_BY_HOP = ["connection", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];
/** Encodings that the `fetch` of Node, Deno and Bun undoes, and still names. */
const UNDONE = /^(gzip|x-gzip|deflate|br)$/i;
/** What asks for less than the page. */
const CONDITIONS = ["if-none-match", "if-modified-since", "if-range", "range"];

/** Whether this is Cloudflare's runtime, whose own `fetch` leads to the shop and whose bodies are decoded as they are read. */
export const onWorkerd = (): boolean => globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** A function that asks the origin. Redirects are the shopper's to follow. */
export function originOf(given: Origin | undefined): (request: Request) => Promise<Response> {
  if (typeof given === "function") return async (request) => given(request);
  if (given === undefined) {
    // Elsewhere the request's own address leads back to the handler.
    if (!onWorkerd()) throw new TypeError("createHandler: expected `pages.origin`, the address of the shop's own server");
    return (request) => fetch(request.redirect === "manual" ? request : new Request(request, { redirect: "manual" }));
  }
  const { origin } = new URL(given);
  if (!/^https?:/.test(origin)) throw new TypeError(`createHandler: expected \`pages.origin\` to be an address of the web, found ${String(given)}`);
  return async (request) => decoded(await fetch(directed(request, origin)));
}

function directed(request: Request, origin: string): Request {
  const { pathname, search, host, protocol } = new URL(request.url);
  const headers = new Headers(request.headers);
  for (const name of HOP_BY_HOP) headers.delete(name);
  headers.set("x-forwarded-host", request.headers.get("host") ?? host);
  headers.set("x-forwarded-proto", protocol.slice(0, -1));
  if (!onWorkerd()) headers.set("accept-encoding", "identity");
  // Joined as text: a path that begins with two slashes would else name another server.
  return new Request(new Request(`${origin}${pathname}${search}`, request), { headers, redirect: "manual" });
}

/** What `fetch` decoded is encoded no more. */
function decoded(response: Response): Response {
  if (onWorkerd() || !UNDONE.test(response.headers.get("content-encoding") ?? "")) return response;
  const headers = new Headers(response.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** The request for a whole page: what the browser has of it may lack what would be put in now. */
export function unconditional(request: Request): Request {
  const headers = new Headers(request.headers);
  for (const name of CONDITIONS) headers.delete(name);
  return new Request(request, { headers });
}

/** Why nothing may be put into an answer; `undefined` where something may. */
export function unfit(response: Response, mostBytes: number): "status" | "not_html" | "no_transform" | "encoded" | "too_large" | undefined {
  const told = (name: string) => response.headers.get(name) ?? "";
  if (response.status !== 200) return "status";
  if (response.body === null || !isPage(response)) return "not_html";
  if (/\bno-transform\b/i.test(told("cache-control"))) return "no_transform";
  const encoding = told("content-encoding");
  if (!/^(identity)?$/i.test(encoding) && !(onWorkerd() && /^(gzip|br)$/i.test(encoding))) return "encoded";
  return Number(told("content-length")) > mostBytes ? "too_large" : undefined;
}

/** Whether an answer is a page, or what stands for one: no style, script or picture. */
export const isPage = (response: Response): boolean => /^text\/html\s*(;|$)/i.test(response.headers.get("content-type") ?? "");

/** What is true of the origin's page and not of the page with something in it. */
const NO_LONGER_TRUE = ["accept-ranges", "content-digest", "content-length", "content-md5", "digest", "etag", "last-modified", "repr-digest"];
/** What caches go by, each maker's its own way: they go before `cache-control`. */
const FOR_CACHES = /^(.*-cache-control|surrogate-(control|key)|x-accel-expires|edge-control|expires|age)$/;

/** The page as it came, kept by nobody: another visitor's may be another. */
export function unkept(response: Response): Response {
  const headers = new Headers(response.headers);
  keepNone(headers);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** The headers of the page with something in it. A personal one is kept by nobody, whatever the origin said. */
export function changedHeaders(response: Response, personal: boolean): Headers {
  const headers = new Headers(response.headers);
  for (const name of NO_LONGER_TRUE) headers.delete(name);
  if (!personal) return headers;
  keepNone(headers);
  return headers;
}

function keepNone(headers: Headers): void {
  // That it must not be changed on its way is no matter of caches.
  const fixed = /\bno-transform\b/i.test(headers.get("cache-control") ?? "");
  for (const name of [...headers.keys()]) if (FOR_CACHES.test(name)) headers.delete(name);
  headers.set("cache-control", `private, no-store${fixed ? ", no-transform" : ""}`);
}
