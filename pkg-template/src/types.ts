import type { EndcapError } from "./errors.js";
import type { FALLBACK_REASONS, FALLBACKS, REASONS, REJECTIONS, RELATIONS, SILENCES, STOCK_STATES, STRATEGIES } from "./codes.js";

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

/** A file that came. */
export interface Found {
  /** The whole of it. */
  bytes: Uint8Array<ArrayBuffer>;
  /** What the server said with it. */
  headers?: Headers | undefined;
}

/** What keeps files, as `createCache` of `endcap/loading` makes it: gets a file by `get` or out of itself, and puts it to `use`. */
export type FileCache = <T>(source: Source, options: FetchOptions, get: (source: Source) => Promise<Found>, use: (found: Found) => T | Promise<T>) => Promise<T>;

/** How a slice is added. */
export interface AddOptions extends FetchOptions {
  /** When it is fetched: `idle()` of `endcap/loading`. Default: at once. */
  when?: When | undefined;
}

/** What chooses the moment of a fetch, as `idle` of `endcap/loading` makes it: waits, then calls `join`, or gives false. */
export type When = (join: () => Promise<boolean>, signal: AbortSignal) => Promise<boolean>;

/** How a bundle is loaded. */
export interface LoadOptions extends FetchOptions {
  /**
   * Keeps the files fetched by their addresses (bundle, slices, cards, engine, overlay), so that the last good copies stand
   * in where the network fails: `createCache()` of `endcap/loading`. Default: none is kept.
   */
  cache?: FileCache | undefined;
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
  /**
   * The source of an overlay, fetched beside the bundle and applied before the first answer: see {@link Recommender.patch}.
   * Where it is refused, loading fails with its code. An address is looked at again every `overlayMs`: what is newer takes
   * effect with the next answer, what fails changes nothing and is tried again later. Default: none.
   */
  overlay?: Source | undefined;
  /**
   * Milliseconds between two looks at the overlay's address, a tenth more or less; more than 0, `Infinity` for no second
   * look. Looks that fail come up to sixteen times more rarely; a hidden page does not look until it is seen again.
   * Default: 60000 in a page, `Infinity` elsewhere.
   */
  overlayMs?: number | undefined;
  /**
   * Told of every overlay that took effect after loading, so that the page can ask again, and of looks that failed. Default:
   * nobody is.
   */
  onOverlay?: ((told: { patched: Patched; error?: never } | { error: EndcapError; patched?: never }) => void) | undefined;
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

/** A point in time: a `Date`, milliseconds since 1970, or a text with an offset such as `2026-11-22T10:00:00Z`. */
export type Moment = Date | number | string;

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
  /**
   * The moment that windows, ages and the age of an overlay are judged by; `null` for none: then no rule with a window
   * holds. Default: now, by the clock of the device.
   */
  now?: Moment | null | undefined;
  /** What is said of the visitor, for rules and experiments: `{ device: "mobile" }`. Default: nothing. */
  segment?: Readonly<Record<string, string>> | undefined;
  /**
   * The name under which the visitor is counted in experiments, to the letter: of `createUnit`, or the shop's own. Default: none,
   * and the visitor is in no arm.
   */
  unit?: string | null | undefined;
  /** Most items wanted: 0 or more; the placement's own limit stays the upper bound. Default: the placement's own. */
  limit?: number | undefined;
  /** Comes back in the answer, untouched. Default: none. */
  id?: string | undefined;
}

/** Why an item is shown. */
export type Reason = (typeof REASONS)[number];

/** Why a block stays empty by decision. */
export type Silence = (typeof SILENCES)[number];

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
  /** There, and true, where only the placement's wider window of prices (`relax_to`) let the item pass. */
  relaxed?: true;
}

/** Which arm a visitor is in, and what the answer is called. */
export interface Dealt {
  /** The experiment that decided; null where the visitor is in no arm, or held out of everything. */
  experiment: string | null;
  /**
   * The arm: `holdout` is the control, `global_holdout` stands for whoever is held out of everything, and `served` for a unit in no
   * arm where others are held out of everything; else null: no part of any analysis.
   */
  variant: string | null;
  /** The name of the answer, 32 hexadecimal digits: the same for the same answer to the same question, on every machine. */
  recommendation: string;
}

/** What to show, best first. */
export interface Answer extends Dealt {
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
   * Why the list is empty by decision: `disabled` (the placement is switched off), `page_full` (the page has as many filled
   * blocks as it may), `holdout` (the visitor is held out: the place stays empty), `incumbent` (the visitor sees what the shop
   * itself shows there); null otherwise.
   */
  silent: Silence | null;
  /** What would have been shown, where `silent` is `holdout` or `incumbent`. It is for the log, not for the page. */
  withheld?: RecommendedItem[];
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
  /** Who may have it: a public bundle holds no cost, count, brand, tag or name of a rule. */
  audience: "public" | "edge";
  /** The overlay in force, and when it was made if it says; null where there is none. */
  overlay: { revision: number; made_at: string | null } | null;
  /** The sections loaded by now. */
  sections: { name: string; bytes: number }[];
  /** The relations of the training run: how each was learned, what its validation said, and whether it is loaded. */
  relations: { kind: string; model: string; verdict: "signal" | "unproven" | "no_signal"; loaded: boolean }[];
  /** Bytes held in memory for the bundle and its slices. */
  bytes: number;
}

/** A list of the shop's own to put into order, with what is known at this moment. `limit` and `id` are not read. */
export interface RerankRequest extends RecommendRequest {
  /** SKUs in the shop's order. What the model does not know keeps its place; beyond 1,000 nothing moves. */
  list: readonly string[];
}

/** A list in its new order; for whoever is held out, the list as it came. */
export interface Reranked extends Dealt {
  /** The request's placement. */
  placement: string;
  /** The model that answered. */
  model: string;
  /** The entries; those that rules exclude are gone, those that are sold out stand at the end. */
  items: { sku: string; sold_out: boolean }[];
  /** For the first four sold-out entries up to three items that can be bought instead. */
  alternatives: { sku: string; items: RecommendedItem[] }[];
}

/** What an explanation lists. */
export interface ExplainOptions {
  /** SKUs whose fate is told whatever the limit. Default: none. */
  about?: readonly string[] | undefined;
  /** Most candidates that are not shown: 0 or more. Default: 20. */
  limit?: number | undefined;
}

/** Where candidates come from. */
export type Strategy = (typeof STRATEGIES)[number];

/** Why an item is not shown: the first that holds. */
export type Rejection = (typeof REJECTIONS)[number];

/** A rule by its number, and by its name where it is told: a public bundle knows only the names of `setRules`. */
export interface RuleName {
  /** From 1, among the rules that are asked with each request. */
  number: number;
  /** Its name; null where it is not told. */
  name: string | null;
}

/** One shown item with all that led to its place. */
export interface Shown extends RecommendedItem {
  /**
   * The numbers behind the place: `raw` is the sum of votes and popularity, `relevance` what it stands for (buried where
   * `bury` is below 1), `phi` what it is worth beyond relevance (0 to 1), `value` what the list is ordered by, `likeness` what
   * being like earlier items took of that (0 to 1).
   */
  parts: { raw: number; relevance: number; bury: number; phi: number; value: number; likeness: number };
  /** What popularity added to the votes. */
  popularity: number;
  /** The items of the context that voted for it: weight in the row, and what it counted. */
  votes: { sku: string; relation: (typeof RELATIONS)[number]; weight: number; vote: number }[];
  /** The rules that touched it. */
  rules: RuleName[];
}

/** What became of one request. `String(explanation)` is a text for people. */
export interface Explanation {
  /** The request's placement. */
  placement: string;
  /** Where the candidates come from. */
  strategy: Strategy;
  /** What the cart is worth in minor units (cents); null where no price is known. */
  subtotal: number | null;
  /** The share of relevance that objective and boosts may cost at most. */
  max_relevance_loss: number;
  /** The rules that held. */
  rules: RuleName[];
  /** The items, best first: those of the answer, or those that it withholds. */
  shown: Shown[];
  /**
   * Candidates that are not shown, the highest score first: why, at which step (2 eligibility, 3 calibration, 5 filling), and
   * by which rule where it was one.
   */
  rejected: { sku: string; raw: number; why: Rejection; step: number; rule?: RuleName }[];
  /** Candidates beyond those. */
  more: number;
  /** As in the answer. */
  fallback: Fallback | null;
  /** As in the answer. */
  fallback_reason: FallbackReason | null;
  /** As in the answer. */
  silent: Silence | null;
  /** As in the answer. */
  experiment: string | null;
  /** As in the answer. */
  variant: string | null;
  /** As in the answer. */
  model: string;
}

/** Whether an item can be sold. */
export type StockState = (typeof STOCK_STATES)[number];

/** What is said of an item's stock: a state, or a count with what the shop says beside it. */
export type Stock = StockState | Pick<ItemChange, "stock" | "availability">;

/** What changed of one item; what is left out stays. */
export interface ItemChange {
  /** Units on hand; edge bundles only. The state follows from it, from `availability` and from `low_at`. */
  stock?: number | undefined;
  /** A state of stock, or `out_of_stock`, which is `out`. */
  availability?: StockState | "out_of_stock" | undefined;
  /** Price in the bundle's currency, 0 or more. One that jumped further than `price_jump` hides the item until confirmed. */
  price?: number | undefined;
  /** Whether a price that jumped is meant. Default: false. */
  confirmed?: boolean | undefined;
  /** What a piece costs the shop; edge bundles only. */
  cost?: number | undefined;
  /** Contribution as a share of the price, at most 1; edge bundles only. `cost` goes before it. */
  margin?: number | undefined;
}

/** What changed since training. */
export interface Change {
  /** By SKU. SKUs that the bundle does not know are passed over, unless there are no others. Default: none. */
  items?: Readonly<Record<string, ItemChange>> | undefined;
  /** Placements switched on or off. Default: none. */
  placements?: Readonly<Record<string, { enabled: boolean }>> | undefined;
  /**
   * By experiment: whether it assigns anybody, and shares by arm that take the place of its own. One that assigns nobody is as if it
   * were not there. Default: none.
   */
  experiments?: Readonly<Record<string, { enabled?: boolean | undefined; allocation?: Readonly<Record<string, number>> | undefined }>> | undefined;
  /** A whole number; overlays are ordered by it. Default: none, the change is made on the spot. */
  revision?: number | undefined;
  /** When the figures were taken, for `stale_after`; read beside a `revision`. Default: not told. */
  made_at?: Moment | undefined;
}

/** What changed since training, and rules that take the place of all. */
export interface OverlayChange extends Change {
  /** Rules in the place of all that hold, as `setRules` takes them. Default: the rules stay. */
  rules?: readonly Rule[] | undefined;
}

/** What a patch did. */
export interface Patched {
  /** Whether it took effect; false for the revision that holds already. */
  changed: boolean;
  /** Items that it spoke of and the bundle knows. */
  items: number;
  /** Items that it spoke of and the bundle does not know. */
  unknown: number;
  /** Experiments that it spoke of and the bundle does not hold. */
  unknown_experiments: number;
}

/** From `min` to `max`, both within; one may be left out. */
export type Span = { min: number; max?: number } | { min?: number; max: number };

/** What an item is: lists are any-of, texts are compared whole and without regard to case, but for SKUs. */
export interface ItemMatch {
  /** SKUs, to the letter. */
  sku?: string | readonly string[];
  /** Texts all of whose words stand in the title; needs cards. */
  title?: string | readonly string[];
  /** Categories, or levels of them joined by ` > `; needs cards. */
  category?: string | readonly string[];
  /** Brands; edge bundles only. */
  brand?: string | readonly string[];
  /** Tags; edge bundles only. */
  tag?: string | readonly string[];
  /** Variant groups; edge bundles only. */
  group?: string | readonly string[];
}

/** Which items a rule is about: all that is given must hold. */
export interface RuleMatch extends ItemMatch {
  /** Price in the bundle's currency. */
  price?: Span;
  /** Contribution as a share of the price, -1 to 1; edge bundles only. */
  margin?: Span;
  /** States of stock; or a count, on edge bundles only. */
  stock?: StockState | readonly StockState[] | Span;
  /** Days since release. */
  age?: Span;
  /** What it is not about: items that pass all of these. */
  not?: Omit<RuleMatch, "not">;
}

/** A rule, as `endcap.toml` writes it. */
export interface Rule {
  /** What explanations call it; unique, and told to whoever asks for an explanation. */
  name: string;
  /** Where it holds. Default: everywhere. */
  placements?: string | readonly string[];
  /** Which items it is about. `{}`, all items, only beside `exclude` with a `when` or a window. */
  match: RuleMatch;
  /** When it holds: all that is given must. Default: always. */
  when?: {
    cart_contains_any?: ItemMatch & { not?: ItemMatch };
    cart_contains_all?: ItemMatch & { not?: ItemMatch };
    cart_contains_none?: ItemMatch & { not?: ItemMatch };
    product?: ItemMatch & { not?: ItemMatch };
    cart_subtotal?: Span;
    cart_lines?: Span;
    segment?: Readonly<Record<string, string | readonly string[]>>;
  };
  /** What it does: `boost` above 1, at most 2; `bury` above 0, below 1; `pin` a slot from 1. */
  action: { exclude: true } | { include_only: true } | { boost: number } | { bury: number } | { pin: number };
  /** First moment at which it holds. Default: from ever. */
  from?: Moment;
  /** First moment at which it no longer holds. Default: for ever. */
  until?: Moment;
}
