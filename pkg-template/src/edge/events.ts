// Events of pages on their way to the shop's own log: read, checked, and handed to a sink.

import { jsonOf, Refused } from "./http.js";
import type { KeyValueNamespace } from "./store.js";

/** Longest batch, in bytes: what a browser's beacon may hold. */
const MOST_BYTES = 64 * 1024;
const MOST_EVENTS = 200;
const MOST_ITEMS = 200;
const NAMES: readonly unknown[] = ["view_item_list", "select_item", "add_to_cart", "purchase"];

/** An event that was checked: only what is known of events, in its bounds. */
export interface ReceivedEvent {
  id: string;
  name: "view_item_list" | "select_item" | "add_to_cart" | "purchase";
  /** When it happened, by the visitor's clock. */
  at: string;
  /** When it arrived, by the server's. */
  received_at: string;
  item_list_id?: string;
  recommendation_id?: string;
  model?: string;
  unit?: string;
  items: { item_id: string; index?: number; quantity?: number; price?: number }[];
  transaction_id?: string;
  value?: number;
  currency?: string;
}

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

/** The events of a request that can be read, and how many cannot. */
export async function received(request: Request): Promise<{ events: ReceivedEvent[]; refused: number }> {
  const body = (await jsonOf(request, MOST_BYTES)) as { version?: unknown; events?: unknown } | null;
  if (typeof body !== "object" || body === null || body.version !== 1 || !Array.isArray(body.events)) {
    throw new Refused("E_BODY", 'expected { "version": 1, "events": […] }, found something else');
  }
  if (body.events.length > MOST_EVENTS) throw new Refused("E_TOO_LARGE", `expected at most ${MOST_EVENTS} events, found ${body.events.length}`);
  const now = new Date().toISOString();
  const events = body.events.flatMap((event) => checked(event, now) ?? []);
  return { events, refused: body.events.length - events.length };
}

function checked(given: unknown, received_at: string): ReceivedEvent | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const event = given as Record<string, unknown>;
  const at = typeof event["at"] === "string" && event["at"].length <= 35 ? Date.parse(event["at"]) : NaN;
  const id = text(event["id"], 64);
  if (id === undefined || Number.isNaN(at) || !NAMES.includes(event["name"]) || !Array.isArray(event["items"]) || event["items"].length > MOST_ITEMS) return undefined;
  const items = event["items"].map(item);
  if (items.includes(undefined)) return undefined;
  const purchase = event["name"] === "purchase";
  const order = text(event["transaction_id"], 100);
  const list = text(event["item_list_id"], 64);
  // A purchase is of an order, all else of a list.
  if (purchase ? order === undefined : list === undefined) return undefined;
  const unit = typeof event["unit"] === "string" && /^[0-9a-f]{32}$/.test(event["unit"]) ? event["unit"] : undefined;
  const currency = typeof event["currency"] === "string" && /^[A-Z]{3}$/.test(event["currency"]) ? event["currency"] : undefined;
  return {
    id,
    name: event["name"] as ReceivedEvent["name"],
    at: new Date(at).toISOString(),
    received_at,
    ...present({ item_list_id: list, recommendation_id: text(event["recommendation_id"], 64), model: text(event["model"], 64), unit, currency }),
    ...present({ transaction_id: order, value: number(event["value"], -1e12, 1e12) }),
    items: items as ReceivedEvent["items"],
  };
}

function item(given: unknown): ReceivedEvent["items"][number] | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { item_id, index, quantity, price } = given as Record<string, unknown>;
  const sku = text(item_id, 255);
  const place = number(index, 0, 10_000);
  return sku === undefined ? undefined : { item_id: sku, ...present({ index: Number.isInteger(place) ? place : undefined, quantity: number(quantity, -1e6, 1e6), price: number(price, 0, 1e9) }) };
}

/** A text of bounded length without control characters. */
function text(value: unknown, most: number): string | undefined {
  return typeof value === "string" && value.length > 0 && value.length <= most && !/\p{Cc}/u.test(value) ? value : undefined;
}

function number(value: unknown, least: number, most: number): number | undefined {
  return typeof value === "number" && value >= least && value <= most ? value : undefined;
}

type Present<T> = { [Key in keyof T]?: NonNullable<T[Key]> };

function present<T extends Record<string, unknown>>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
