// A cart as `/cart.js` tells it, in the form of a request.

import type { CartLine } from "endcap";
import { ATTRIBUTE } from "./attribute.js";
import { CartError } from "./errors.js";

/** More lines than a Shopify cart can have. */
const MOST_LINES = 500;
/** Shopify's amounts are hundredths in every currency: 1,000 yen are 100000, though yen have no hundredths. */
const HUNDREDTHS = 100;

/** The cart, and what stands beside it. */
export interface ShopCart {
  lines: CartLine[];
  /** ISO 4217 code of the prices: what the shopper pays in, not always the shop's own. */
  currency: string | undefined;
  /** The cart attribute of this package. */
  attribute: string | undefined;
}

/** Reads a cart. Lines without a SKU or without pieces are left out; odd prices too. Throws `E_CART` where it is none. */
export function readCart(answer: unknown, skuOf: (line: object) => string | undefined): ShopCart {
  const { items, currency, attributes } = (answer ?? {}) as { items?: unknown; currency?: unknown; attributes?: unknown };
  if (!Array.isArray(items)) throw new CartError("E_CART", `expected a cart with \`items\` at cart.js, found ${answer === null ? "null" : typeof answer}`);
  const lines = items.slice(0, MOST_LINES).flatMap((item: unknown) => (typeof item === "object" && item !== null ? lineOf(item, skuOf) : []));
  const attribute = (attributes as Record<string, unknown> | null | undefined)?.[ATTRIBUTE];
  return { lines, currency: typeof currency === "string" ? currency : undefined, attribute: typeof attribute === "string" && attribute !== "" ? attribute : undefined };
}

function lineOf(item: { quantity?: unknown; final_price?: unknown; price?: unknown }, skuOf: (line: object) => string | undefined): CartLine[] {
  const sku = skuOf(item);
  const { quantity } = item;
  if (sku === undefined || (typeof quantity === "number" && !(quantity >= 1))) return [];
  // What is paid for a piece, after the line's discounts, is what counts in the subtotal.
  const price = [item.final_price, item.price].find((amount) => typeof amount === "number" && amount >= 0 && amount < Infinity);
  return [{ sku, ...(typeof quantity === "number" && { quantity }), ...(price !== undefined && { price: (price as number) / HUNDREDTHS }) }];
}
