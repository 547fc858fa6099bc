// Up to HOST_ERRORS written by `UPDATE_CODES=1 cargo test --test codes` from the lists in Rust.

/** Why an item is shown, in the order of the engine's numbers. */
export const REASONS = [
  "bought_together",
  "similar",
  "bought_before",
  "popular",
  "new",
  "due",
  "pinned",
  "category_pairs",
  "popular_in_category",
] as const;

/** Rungs of the fallback ladder, in the order of the engine's numbers from 1. */
export const FALLBACKS = ["popular", "popular_in_category", "category_pairs"] as const;

/** Why a list fell back, in the order of the engine's numbers from 1. */
export const FALLBACK_REASONS = ["no_signal", "no_relation", "no_context", "short"] as const;

/** Why a block stays empty by decision, in the order of the engine's numbers from 1. */
export const SILENCES = ["disabled", "page_full", "holdout", "incumbent"] as const;

/** Why an item is not shown, in the order of the engine's numbers from 1. */
export const REJECTIONS = [
  "in_cart",
  "product",
  "viewed",
  "variant",
  "excluded",
  "on_page",
  "stock",
  "stale",
  "price_jump",
  "rule",
  "not_included",
  "hidden",
  "same_category",
  "brand",
  "price",
  "min_relevance",
  "category_cap",
  "brand_cap",
  "group_cap",
  "new",
  "outranked",
] as const;

/** Strategies, in the order of the engine's numbers. */
export const STRATEGIES = [
  "cart_addons",
  "bought_together",
  "similar",
  "replenish",
  "popular",
  "alternatives",
  "rerank",
] as const;

/** Relations, in the order of the engine's numbers. */
export const RELATIONS = ["cart", "bought_together", "similar"] as const;

/** Whether an item can be sold, in the order of the engine's numbers. */
export const STOCK_STATES = [
  "in_stock",
  "low",
  "backorder",
  "preorder",
  "out",
] as const;

/** What the engine can say about bytes, rules and changes that it was given. */
export const ENGINE_ERRORS = [
  "E_NOT_A_BUNDLE",
  "E_NEWER_VERSION",
  "E_TRUNCATED",
  "E_DAMAGED",
  "E_MALFORMED",
  "E_UNKNOWN_SECTION",
  "E_ADDITION",
  "E_OTHER_MODEL",
  "E_NOT_AN_OVERLAY",
  "E_OTHER_SHOP",
  "E_CURRENCY",
  "E_OLDER_REVISION",
  "E_PUBLIC_BUNDLE",
  "E_NO_CARDS",
  "E_RULE",
] as const;

/** What the JavaScript around the engine can say. */
export const HOST_ERRORS = [
  "E_FETCH",
  "E_TIMEOUT",
  "E_ABORTED",
  "E_WASM_BLOCKED",
  "E_INTEGRITY",
  "E_UNKNOWN_PLACEMENT",
  "E_FREED",
  "E_ARGUMENT",
] as const;
