// Webhooks of shop systems, checked and read. What they say of items beyond stock and price is passed over.

import type { Changes, ItemState } from "./changes.js";
import { bodyOf, Refused } from "./http.js";

/** Longest webhook, in bytes: a Shopify product of 2,048 variants has less than two million. */
const MOST = 4 * 1024 * 1024;
/** Most variants of one product that are read. */
const MOST_VARIANTS = 10_000;

/** Which webhooks are taken, and how they are known. */
export interface Hooks {
  /** `POST /hooks/shopify/products`: the topics `products/create`, `products/update` and `inventory_levels/update`. */
  shopify?: {
    /** The app's client secret, or the key that the admin shows under its webhooks; several while they change. */
    secret: string | readonly string[];
    /** The SKU of an inventory item. `inventory_levels/update` names no SKU; without this it is passed over. */
    sku?: ((inventoryItem: string) => string | undefined | Promise<string | undefined>) | undefined;
  } | undefined;
  /** `POST /hooks/woocommerce`: the topics `product.created`, `product.updated`, `product.restored` and `product.deleted`. */
  woocommerce?: {
    /** The webhook's secret; several while they change. */
    secret: string | readonly string[];
  } | undefined;
}

/** A webhook, read. */
export interface Delivery {
  /** Names the delivery, for it may come twice. */
  id: string;
  /** Puts into `changes` what it says, item by item as far as `known` knows them. */
  into(changes: Changes, known: (sku: string) => boolean): { items: number; unknown: number };
}

/** The webhook of Shopify in `request`. */
export async function shopify(request: Request, hook: NonNullable<Hooks["shopify"]>): Promise<Delivery> {
  const body = await signed(request, "x-shopify-hmac-sha256", hook.secret);
  const told = object(body);
  const id = named(request, "x-shopify-webhook-id", "shopify");
  const at = moment(request.headers.get("x-shopify-triggered-at") ?? told["updated_at"]);
  const topic = request.headers.get("x-shopify-topic") ?? "products/update";
  if (topic === "inventory_levels/update") {
    const [item, place, pieces] = [told["inventory_item_id"], told["location_id"], told["available"]];
    const sku = item === undefined ? undefined : await hook.sku?.(String(item));
    return { id, into: (changes, known) => each(sku === undefined ? [] : [sku], known, () => typeof pieces === "number" && changes.level(sku as string, at, String(place), pieces)) };
  }
  const active = told["status"] === undefined || told["status"] === "active";
  const variants = list(told["variants"]).slice(0, MOST_VARIANTS).map(table);
  const bySku = new Map(variants.flatMap((variant) => (typeof variant["sku"] === "string" && variant["sku"] !== "" ? [[variant["sku"], variant] as const] : [])));
  return {
    id,
    into: (changes, known) =>
      each([...bySku.keys()], known, (sku) => {
        const variant = bySku.get(sku) ?? {};
        const soldOn = variant["inventory_policy"] === "continue";
        const counted = variant["inventory_management"] !== null && typeof variant["inventory_quantity"] === "number";
        const left = !counted || (variant["inventory_quantity"] as number) > 0;
        changes.say(sku, at, { availability: !active ? "out" : left ? "in_stock" : soldOn ? "backorder" : "out", ...priced(variant["price"]) }, soldOn);
      }),
  };
}

/** The webhook of WooCommerce in `request`; `undefined` for the one that only asks whether somebody is there. */
export async function wooCommerce(request: Request, hook: NonNullable<Hooks["woocommerce"]>): Promise<Delivery | undefined> {
  // Sent once, unsigned, when the webhook is made.
  if (request.headers.get("x-wc-webhook-signature") === null && /^application\/x-www-form-urlencoded/i.test(request.headers.get("content-type") ?? "")) {
    const ping = new TextDecoder().decode(await bodyOf(request, 100));
    if (/^webhook_id=\d+$/.test(ping)) return undefined;
  }
  const told = object(await signed(request, "x-wc-webhook-signature", hook.secret));
  const id = named(request, "x-wc-webhook-delivery-id", "woocommerce");
  const at = moment(told["date_modified_gmt"] === undefined ? null : `${String(told["date_modified_gmt"])}Z`);
  const gone = request.headers.get("x-wc-webhook-topic") === "product.deleted" || (told["status"] !== undefined && told["status"] !== "publish");
  const states: Record<string, ItemState["availability"]> = { instock: "in_stock", onbackorder: "backorder", outofstock: "out" };
  const availability = gone ? "out" : states[String(told["stock_status"])];
  const sku = typeof told["sku"] === "string" && told["sku"] !== "" ? [told["sku"]] : [];
  return { id, into: (changes, known) => each(sku, known, (one) => changes.say(one, at, { ...(availability && { availability }), ...priced(told["price"]) })) };
}

function each(skus: readonly string[], known: (sku: string) => boolean, work: (sku: string) => unknown): { items: number; unknown: number } {
  const ours = skus.filter(known);
  ours.forEach(work);
  return { items: ours.length, unknown: skus.length - ours.length };
}

/** A price as shops write them, where it is one. */
function priced(price: unknown): ItemState {
  const number = typeof price === "string" && price.trim() !== "" ? Number(price) : price;
  return typeof number === "number" && number >= 0 && number <= 9e9 ? { price: number } : {};
}

/** Milliseconds since 1970; now for what is no moment, or one that is still to come. */
function moment(given: unknown): number {
  const found = typeof given === "string" ? Date.parse(given) : NaN;
  return Number.isNaN(found) ? Date.now() : Math.min(found, Date.now());
}

function named(request: Request, header: string, system: string): string {
  const id = request.headers.get(header);
  if (id === null || !/^[\x21-\x7e]{1,100}$/.test(id)) throw new Refused("E_BODY", `expected a header ${header} that names the delivery`);
  return `${system}:${id}`;
}

/** The body, if it is signed with one of `secrets`: HMAC-SHA256 in base64, compared in one time whatever differs. */
async function signed(request: Request, header: string, secrets: string | readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const refuse = () => new Refused("E_SIGNATURE", `expected a body signed in the header ${header}`);
  const signature = decoded(request.headers.get(header));
  if (signature === undefined) throw refuse();
  const body = await bodyOf(request, MOST);
  let right = false;
  for (const secret of [secrets].flat()) {
    const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    right = (await crypto.subtle.verify("HMAC", key, signature, body)) || right;
  }
  if (!right) throw refuse();
  return body;
}

function decoded(base64: string | null): Uint8Array<ArrayBuffer> | undefined {
  if (base64 === null || !/^[A-Za-z0-9+/]{43}=$/.test(base64)) return undefined;
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function object(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Refused("E_BODY", "expected a JSON body, found something else");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refused("E_BODY", "expected an object, found something else");
  return value as Record<string, unknown>;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function table(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
