// What a card becomes in markup, whoever writes it: a price in the page's notation, and an address that runs nothing.

import type { Card } from "./types.js";

/** ISO 4217 for "no currency": the shop's files named none. */
const NO_CURRENCY = "XXX";

/** An address that a link or a picture may have: of the web, and of no script. */
export function safeAddress(address: string | null, base: string): string | undefined {
  if (address === null || address === "") return undefined;
  try {
    return ["http:", "https:"].includes(new URL(address, base).protocol) ? address : undefined;
  } catch {
    return undefined;
  }
}

/** The price in the notation of a language; nothing where there is none. */
export function priceText(card: Card, language: string | undefined): string | undefined {
  if (card.price === null) return undefined;
  const { minor, currency } = card.price;
  const found = format(currency, language);
  const digits = found?.resolvedOptions().maximumFractionDigits ?? 2;
  return found?.format(minor / 10 ** digits) ?? `${minor} ${currency}`;
}

/** The price as a number of the currency's units. */
export function amount(card: Card): { price?: number } {
  const digits = card.price && format(card.price.currency, undefined)?.resolvedOptions().maximumFractionDigits;
  return card.price && typeof digits === "number" ? { price: card.price.minor / 10 ** digits } : {};
}

function format(currency: string, language: string | undefined): Intl.NumberFormat | undefined {
  try {
    return new Intl.NumberFormat(language, currency === NO_CURRENCY ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { style: "currency", currency });
  } catch {
    return undefined;
  }
}
