// Events of pages on their way to the shop's own log: read, checked, and handed to a sink.

import { hexOf, jsonOf, Refused } from "./http.js";
import type { KeyValueNamespace } from "./store.js";

/** Longest batch, in bytes: what a browser's beacon may hold. */
const MOST_BYTES = 64 * 1024;
const MOST_EVENTS = 200;
const MOST_ITEMS = 200;
const NAMES: readonly unknown[] = ["exposure", "view_item_list", "select_item", "add_to_cart", "purchase"];
/** Most keys of a segment, and most experiments of an order. */
const MOST_KEYS = 32;
/** Fewest and most bytes of the key that units are hashed under. */
const [KEY_BYTES, MOST_KEY_BYTES] = [32, 1_024];
/** Bytes of a unit's hash that are kept. */
const UNIT_BYTES = 16;
/** From 1971 to 2100, in milliseconds: of other moments no log is read. */
const [EARLIEST, LATEST] = [31_536_000_000, 4_133_980_800_000];
/** Largest amount either way: the report's. */
const LARGEST = 9e9;

/** An event that was checked: only what is known of events, in its bounds. */
export interface ReceivedEvent {
  /** The version of this form. */
  v: 1;
  id: string;
  name: "exposure" | "view_item_list" | "select_item" | "add_to_cart" | "purchase";
  /** When it happened, by the visitor's clock. */
  at: string;
  /** When it arrived, by the server's. */
  received_at: string;
  item_list_id?: string;
  recommendation_id?: string;
  model?: string;
  /** How much the visitor allows: `anonymous` events name no unit, no experiment and no variant. */
  consent: "full" | "anonymous";
  /** The unit itself: only where the handler has no `eventKey`. Then the log is personal data. */
  unit?: string;
  /** The first 16 bytes of HMAC-SHA-256 under `eventKey` over the unit, as 32 hexadecimal digits. */
  unit_key?: string;
  experiment?: string;
  variant?: string;
  /** There, and true, where the items are what would have been shown. */
  withheld?: true;
  segment?: Record<string, string>;
  items: { item_id: string; index?: number; quantity?: number; price?: number }[];
  transaction_id?: string;
  value?: number;
  currency?: string;
  /** Of a purchase: the variants that the order carries, by experiment. */
  experiments?: Record<string, string>;
}

/**
 * The secret that units are hashed under, as the command line reads it: what `endcap events key` writes (64 hexadecimal digits; white
 * space around them is passed over), or 32 to 1,024 bytes; or a key of WebCrypto for HMAC with SHA-256.
 */
export type EventKey = string | Uint8Array | CryptoKey;

/** The secret as a key. Throws at once for what is none. */
export function keyOf(given: EventKey): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  if (typeof given === "string" || ArrayBuffer.isView(given)) {
    const key = crypto.subtle.importKey("raw", secretOf(given), algorithm, false, ["sign"]);
    // Awaited by the first request that needs it.
    key.catch(() => {});
    return key;
  }
  const { name, hash } = ((given as CryptoKey | null)?.algorithm ?? {}) as { name?: string; hash?: { name?: string } };
  if (name === algorithm.name && hash?.name === algorithm.hash && given.usages.includes("sign")) return Promise.resolve(given);
  throw noKey("something else");
}

/** The bytes of a secret: of hexadecimal digits those that they stand for. Other text is none: the report would hash otherwise. */
function secretOf(given: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const text = typeof given === "string" ? given : new TextDecoder("utf-8", { ignoreBOM: true }).decode(given);
  const pairs = /^[\t\n\f\r ]*((?:[\da-f]{2})+)[\t\n\f\r ]*$/i.exec(text)?.[1]?.match(/../g);
  if (!pairs && (typeof given === "string" || /^[\t\n\f\r -~]*$/.test(text))) throw noKey("text that is not hexadecimal");
  const bytes = pairs ? Uint8Array.from(pairs, (pair) => parseInt(pair, 16)) : new Uint8Array(given as Uint8Array);
  if (bytes.length < KEY_BYTES || bytes.length > MOST_KEY_BYTES) throw noKey(`${bytes.length} bytes`);
  return bytes;
}

const noKey = (found: string) =>
  new TypeError(`createHandler: expected \`eventKey\` of ${KEY_BYTES} to ${MOST_KEY_BYTES} random bytes, as they are or in hexadecimal, or a CryptoKey that signs by HMAC with SHA-256, found ${found}; make one with \`endcap events key\``);

/** Takes a batch of events. What it rejects the page sends again, so that an event may come twice: its `id` tells. */
export type EventSink = (events: ReceivedEvent[]) => void | Promise<void>;

/** A sink that POSTs each batch to an address as JSON Lines. An error status is a failure. */
export function fetchSink(url: string | URL, headers: Record<string, string> = {}): EventSink {
  return async (events) => {
    const response = await fetch(url, { method: "POST", body: lines(events), headers: { "content-type": "application/x-ndjson", ...headers } });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the sink of events answered with HTTP status ${response.status}`);
  };
}

/** A sink in Cloudflare KV: a value a batch, in JSON Lines, named `events/2026-11-26/…`. */
export function kvSink(namespace: Pick<KeyValueNamespace, "put">): EventSink {
  return (events) => namespace.put(`events/${day()}/${crypto.randomUUID()}.jsonl`, new TextEncoder().encode(lines(events)).buffer as ArrayBuffer, { metadata: { events: events.length } });
}

/** A sink in a folder, for servers with a disk: a file a day, `2026-11-26.jsonl`. */
export function fileSink(folder: string): EventSink {
  return async (events) => {
    const { appendFile, mkdir } = await import("node:fs/promises");
    await mkdir(folder, { recursive: true });
    await appendFile(`${folder}/${day()}.jsonl`, lines(events));
  };
}

const day = () => new Date().toISOString().slice(0, 10);
const lines = (events: ReceivedEvent[]) => events.map((event) => `${JSON.stringify(event)}\n`).join("");

/** The events of a request that can be read, their units hashed where there is a `key`, and how many cannot. */
export async function received(request: Request, key?: CryptoKey): Promise<{ events: ReceivedEvent[]; refused: number }> {
  const body = (await jsonOf(request, MOST_BYTES)) as { version?: unknown; events?: unknown } | null;
  if (typeof body !== "object" || body === null || body.version !== 1 || !Array.isArray(body.events)) {
    throw new Refused("E_BODY", 'expected { "version": 1, "events": […] }, found something else');
  }
  if (body.events.length > MOST_EVENTS) throw new Refused("E_TOO_LARGE", `expected at most ${MOST_EVENTS} events, found ${body.events.length}`);
  const now = new Date().toISOString();
  const events = body.events.flatMap((event) => checked(event, now) ?? []);
  return { events: key === undefined ? events : await hashed(events, key), refused: body.events.length - events.length };
}

/** Events without units, and with their hashes. */
async function hashed(events: readonly ReceivedEvent[], key: CryptoKey): Promise<ReceivedEvent[]> {
  // A batch is of one visitor, most often.
  const known = new Map<string, string>();
  for (const { unit } of events) if (unit !== undefined && !known.has(unit)) known.set(unit, await hashOf(unit, key));
  return events.map(({ unit, ...event }) => (unit === undefined ? event : { ...event, unit_key: known.get(unit) as string }));
}

async function hashOf(unit: string, key: CryptoKey): Promise<string> {
  return hexOf(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(unit)), UNIT_BYTES);
}

function checked(given: unknown, received_at: string): ReceivedEvent | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const event = given as Record<string, unknown>;
  const at = typeof event["at"] === "string" && event["at"].length <= 35 ? Date.parse(event["at"]) : NaN;
  const id = text(event["id"], 64);
  if (id === undefined || !(at >= EARLIEST && at < LATEST) || !NAMES.includes(event["name"]) || !Array.isArray(event["items"]) || event["items"].length > MOST_ITEMS) return undefined;
  const items = event["items"].map(item);
  if (items.includes(undefined)) return undefined;
  const purchase = event["name"] === "purchase";
  const order = text(event["transaction_id"], 100);
  const list = text(event["item_list_id"], 64);
  // A purchase is of an order, all else of a list.
  if (purchase ? order === undefined : list === undefined) return undefined;
  const unit = text(event["unit"], 128);
  // Where nothing is said of it, what the unit shows.
  const consent = (event["consent"] ?? (unit && "full")) === "full" ? "full" : "anonymous";
  const whose = consent === "full" && present({ unit, experiment: nameOf(event["experiment"]), variant: nameOf(event["variant"]) });
  // An exposure is of an arm, or of none.
  if (event["name"] === "exposure" && !(whose && whose.variant)) return undefined;
  const currency = typeof event["currency"] === "string" && /^[A-Z]{3}$/.test(event["currency"]) ? event["currency"] : undefined;
  return {
    v: 1,
    id,
    name: event["name"] as ReceivedEvent["name"],
    at: new Date(at).toISOString(),
    received_at,
    ...present({ item_list_id: list, recommendation_id: text(event["recommendation_id"], 64), model: text(event["model"], 64) }),
    consent,
    ...whose,
    ...(event["withheld"] === true && { withheld: true }),
    ...present({ segment: table(event["segment"], (key) => text(key, 64), (value) => text(value, 128)), currency }),
    ...present({ transaction_id: order, value: number(event["value"], -LARGEST, LARGEST) }),
    ...(purchase && whose && present({ experiments: table(event["experiments"], nameOf, nameOf) })),
    items: items as ReceivedEvent["items"],
  };
}

function item(given: unknown): ReceivedEvent["items"][number] | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { item_id, index, quantity, price } = given as Record<string, unknown>;
  const sku = text(item_id, 255);
  return sku === undefined ? undefined : { item_id: sku, ...present({ index: whole(index, 0, 10_000), quantity: whole(quantity, -1e6, 1e6), price: number(price, 0, LARGEST) }) };
}

/** The name of an experiment or of an arm. */
function nameOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(value) ? value : undefined;
}

/** A table of texts, as far as its keys and values are such; nothing where nothing is left, or it is too large. */
function table(given: unknown, key: (name: unknown) => string | undefined, value: (said: unknown) => string | undefined): Record<string, string> | undefined {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  const entries = Object.entries(given);
  if (entries.length > MOST_KEYS) return undefined;
  const kept = entries.filter(([name, said]) => key(name) !== undefined && value(said) !== undefined) as [string, string][];
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** A text of bounded length without control characters, and without halves of characters, which no reader takes. */
function text(value: unknown, most: number): string | undefined {
  return typeof value === "string" && value.length > 0 && value.length <= most && !/[\p{Cc}\p{Cs}]/u.test(value) ? value : undefined;
}

function whole(value: unknown, least: number, most: number): number | undefined {
  return Number.isInteger(value) ? number(value, least, most) : undefined;
}

function number(value: unknown, least: number, most: number): number | undefined {
  return typeof value === "number" && value >= least && value <= most ? value : undefined;
}

type Present<T> = { [Key in keyof T]?: NonNullable<T[Key]> };

function present<T extends Record<string, unknown>>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
