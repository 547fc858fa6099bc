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
] as const;

/** Rungs of the fallback ladder, in the order of the engine's numbers from 1. */
export const FALLBACKS = ["popular"] as const;

/** Why a list fell back, in the order of the engine's numbers from 1. */
export const FALLBACK_REASONS = ["no_signal", "no_relation", "no_context", "short"] as const;

/** What the engine can say about bytes it was given. */
export const ENGINE_ERRORS = [
  "E_NOT_A_BUNDLE",
  "E_NEWER_VERSION",
  "E_TRUNCATED",
  "E_DAMAGED",
  "E_MALFORMED",
  "E_UNKNOWN_SECTION",
  "E_ADDITION",
  "E_OTHER_MODEL",
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
