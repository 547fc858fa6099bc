// How a request crosses into the engine: lists as one text, numbers as typed arrays.

import { EndcapError } from "./errors.js";
import type { Moment } from "./types.js";

/** The engine's "no limit given". */
const OWN_LIMIT = 0xffff_ffff;
/** Lists cross into the engine joined by line ends, so a SKU with a control character cannot cross. */
const CONTROL = /\p{Cc}/u;
/** What parts key and value of a segment. */
const FIELD = "\x1f";
/** What no shop calls a product: stands for an entry of a list that is none. */
const NO_SKU = "\x01";
const NO_DAYS = new Float32Array(0);
const NO_AMOUNTS = new Float64Array(0);

/** Whether a value can be a SKU, or another text that crosses. */
export function isSku(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !CONTROL.test(value);
}

/** The placement's name. */
export function placementOf(request: { placement?: unknown } | null | undefined): string {
  const placement = request?.placement;
  if (typeof placement === "string") return placement;
  throw new EndcapError("E_ARGUMENT", `expected a request whose placement is a name, found ${typeof placement}`);
}

function skuOf(line: unknown): unknown {
  return (line as { sku?: unknown } | null | undefined)?.sku;
}

/** The SKUs of a list; other entries are passed over. */
export function joined(list: unknown): string {
  if (!Array.isArray(list)) return "";
  let text = "";
  for (const entry of list) if (isSku(entry)) text = text === "" ? entry : `${text}\n${entry}`;
  return text;
}

/** A list of the shop's own: what is no SKU keeps its place. */
export function wholeList(list: unknown): string {
  return Array.isArray(list) ? list.map((entry) => (isSku(entry) ? entry : NO_SKU)).join("\n") : "";
}

/** The lines of a cart, and pieces and price of each where any line tells. */
export function linesOf(cart: unknown): { skus: string; amounts: Float64Array } {
  if (!Array.isArray(cart)) return { skus: "", amounts: NO_AMOUNTS };
  let skus = "";
  let told = false;
  const amounts: number[] = [];
  for (const line of cart) {
    const sku = skuOf(line);
    if (!isSku(sku)) continue;
    skus = amounts.length === 0 ? sku : `${skus}\n${sku}`;
    const { quantity, price } = line as { quantity?: unknown; price?: unknown };
    told ||= (quantity !== undefined && quantity !== 1) || price !== undefined;
    amounts.push(typeof quantity === "number" ? quantity : NaN, typeof price === "number" ? price : NaN);
  }
  return { skus, amounts: told ? Float64Array.from(amounts) : NO_AMOUNTS };
}

/** Earlier purchases; those without an age are passed over. */
export function purchases(history: unknown): { skus: string; days: Float32Array } {
  if (!Array.isArray(history) || history.length === 0) return { skus: "", days: NO_DAYS };
  const kept = history.filter((entry) => isSku(skuOf(entry)) && Number.isFinite(ageOf(entry)));
  return { skus: kept.map(skuOf).join("\n"), days: Float32Array.from(kept, ageOf) };
}

function ageOf(entry: { daysAgo?: unknown; days_ago?: unknown }): number {
  const days = entry.daysAgo ?? entry.days_ago;
  return typeof days === "number" ? days : NaN;
}

/** What is said of the visitor: a line a key. */
export function segmentOf(segment: unknown): string {
  if (typeof segment !== "object" || segment === null) return "";
  const said = Object.entries(segment).filter(([key, value]) => isSku(key) && isSku(value));
  return said.map(([key, value]) => key + FIELD + value).join("\n");
}

/** The most items wanted, as the engine takes it. */
export function limitOf(limit: unknown): number {
  if (typeof limit !== "number" || Number.isNaN(limit) || limit >= OWN_LIMIT) return OWN_LIMIT;
  return Math.max(0, Math.floor(limit));
}

/** Seconds since 1970, NaN for `null`; what is no moment counts as not given, and that is this moment. */
export function nowOf(now: unknown): number {
  if (now === null) return NaN;
  const given = momentOf(now);
  return Number.isNaN(given) ? Date.now() / 1000 : given;
}

/** Seconds since 1970, NaN for what is no moment. A text needs an offset: without one it would mean another moment elsewhere. */
export function momentOf(moment: Moment | unknown): number {
  if (typeof moment === "number") return Number.isFinite(moment) ? moment / 1000 : NaN;
  if (typeof moment === "string") return /\d(?:Z|[+-]\d\d:?\d\d)$/i.test(moment) ? Date.parse(moment) / 1000 : NaN;
  return typeof (moment as Date | null)?.getTime === "function" ? (moment as Date).getTime() / 1000 : NaN;
}
