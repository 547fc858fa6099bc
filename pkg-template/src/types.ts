import type { FALLBACK_REASONS, FALLBACKS, REASONS } from "./codes.js";

/** Where a file comes from: an address, a request, a response (or the promise of one), or its bytes. */
export type Source = string | URL | Request | Response | ArrayBuffer | Uint8Array | Promise<Response>;

/** Where the engine comes from: a compiled module, or a {@link Source} of the `.wasm` file. */
export type EngineSource = WebAssembly.Module | Promise<WebAssembly.Module> | Source;

/** How a file is fetched. */
export interface FetchOptions {
  /** Gives up when aborted, with `E_ABORTED`. Default: none. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until a file counts as lost, with `E_TIMEOUT`. More than 0; `Infinity` for no limit. Default: 10000. */
  timeoutMs?: number | undefined;
  /**
   * What the file must hash to, as in `<script integrity>`: `sha256-`, `sha384-` or `sha512-` and base64; several
   * are parted by spaces and one must match. Fails with `E_INTEGRITY`. Default: not checked (a bundle carries
   * hashes of its own against accidents; this option is against a foreign file).
   */
  integrity?: string | undefined;
}

/** How a bundle is loaded. */
export interface LoadOptions extends FetchOptions {
  /**
   * The engine, for runtimes and pages that bring their own: a `WebAssembly.Module` or a source of
   * `endcap/wasm`. One engine serves a whole page; once it runs, later values are not read.
   * Default: the engine of this entry point; `endcap/slim` has none.
   */
  engine?: EngineSource | undefined;
  /**
   * Titles, pictures and prices for {@link Recommender.cards}: the source of a cards slice, fetched at the first call
   * of `cards`, or a function of your own. Default: the cards in the bundle, if it has any.
   */
  cards?: Source | ((skus: string[]) => Promise<Card[]>) | undefined;
}

/** One line of the cart. */
export interface CartLine {
  /** Your key of the product. Lines with the same SKU are merged. */
  sku: string;
  /** Pieces. It counts in the subtotal only, never in the choice of evidence. Default: 1. */
  quantity?: number | undefined;
  /** Price of one piece in the bundle's currency. Default: the bundle's. */
  price?: number | undefined;
}

/** One earlier purchase of this shopper. */
export type Purchase = {
  /** Your key of the product. */
  sku: string;
} & (
  | {
      /** Days since it was bought, 0 or more; fractions allowed. An entry without an age is skipped. */
      daysAgo: number;
    }
  | {
      /** The same, as the command line writes it. */
      days_ago: number;
    }
);

/** What is known at this moment. Everything but `placement` may be missing; lists are oldest first. */
export interface RecommendRequest {
  /** The spot on the page: a name of {@link Recommender.placements}. */
  placement: string;
  /** What lies in the cart. Never recommended. Default: empty. */
  cart?: readonly CartLine[] | undefined;
  /** SKU of the product that the page shows. Never recommended. Default: none. */
  product?: string | null | undefined;
  /** SKUs viewed in this session. Default: none. */
  recent?: readonly string[] | undefined;
  /**
   * Earlier purchases, for `replenish`; and where the strategies `cart_addons` and `bought_together` know neither cart nor
   * product, the last order (the purchases of the smallest age) stands in for the cart, and nothing that is in the
   * history is shown. Default: none.
   */
  history?: readonly Purchase[] | undefined;
  /** SKUs that must not appear. Default: none. */
  exclude?: readonly string[] | undefined;
  /** Most items wanted: 0 or more; the placement's own limit stays the upper bound. Default: the placement's own. */
  limit?: number | undefined;
  /** Comes back in the answer, untouched. Default: none. */
  id?: string | undefined;
}

/** Why an item is shown. */
export type Reason = (typeof REASONS)[number];

/** Which rung of the fallback ladder was needed. */
export type Fallback = (typeof FALLBACKS)[number];

/** Why the ladder was needed: the first that holds. */
export type FallbackReason = (typeof FALLBACK_REASONS)[number];

/** One recommended item. */
export interface RecommendedItem {
  /** Your key of the product. */
  sku: string;
  /**
   * Where the bundle is calibrated for the placement, the probability that the item is taken next, 0 to 1, and for best
   * sellers that fill a list their share of orders, but never above the item before. Elsewhere a number of at least 0 that
   * is higher for better items among those of one answer that the fallback did not bring. A 32-bit float.
   */
  score: number;
  /** The relation that spoke loudest for it, or the rule that put it there. */
  reason: Reason;
  /** Up to three SKUs of the request that it is shown for, the strongest first. */
  because: string[];
}

/** What to show, best first. */
export interface Answer {
  /** The request's `id`, if it had one. */
  id?: string;
  /** The request's placement. */
  placement: string;
  /** The items, best first; at most the limit; never one that lies in the cart. */
  items: RecommendedItem[];
  /** The deepest rung of the ladder that was used; null if none was needed. */
  fallback: Fallback | null;
  /**
   * Why it was used: `no_signal` (training found the relation no better than best sellers), `no_relation` (not in this
   * bundle), `no_context` (nothing of the request is known), `short` (evidence for fewer items than the list has places);
   * null if none was needed.
   */
  fallback_reason: FallbackReason | null;
  /**
   * How many products of the history this shopper may need again by now, shown or not: above 0, a reminder is in place.
   * In answers of the strategy `replenish` only.
   */
  due?: number;
  /** The model that answered: the `model` of {@link Info}. */
  model: string;
}

/** What a page needs to draw one item. */
export interface Card {
  /** Your key of the product. */
  sku: string;
  /** Its name. */
  title: string;
  /** Address of its page. */
  url: string | null;
  /** Address of its picture. */
  image: string | null;
  /** What the shop's cart takes: a variant or product id. */
  cartId: string | null;
  /** Its price in minor units (cents) and an ISO 4217 currency, as of training. */
  price: { minor: number; currency: string } | null;
}

/** What a bundle says about itself. */
export interface Info {
  /** Identity of the training run, the same in all its slices. */
  model: string;
  /** Number of items. */
  items: number;
  /** ISO 4217 code of the prices. */
  currency: string;
  /** Name and version of the program that wrote it. */
  generator: string;
  /** The sections loaded by now. */
  sections: { name: string; bytes: number }[];
  /** The relations of the training run: how each was learned, what its validation said, and whether it is loaded. */
  relations: { kind: string; model: string; verdict: "signal" | "unproven" | "no_signal"; loaded: boolean }[];
  /** Bytes held in memory for the bundle and its slices. */
  bytes: number;
}
