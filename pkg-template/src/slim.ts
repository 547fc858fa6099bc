import { startEngine } from "./engine.js";
import { loadWith } from "./load.js";
import type { Recommender } from "./recommender.js";
import type { EngineSource, FetchOptions, LoadOptions, Source } from "./types.js";

export { ENGINE_ERRORS, FALLBACK_REASONS, FALLBACKS, HOST_ERRORS, REASONS, REJECTIONS, SILENCES, STOCK_STATES } from "./codes.js";
export { EndcapError, type ErrorCode } from "./errors.js";
/** @internal */
export { withCodes } from "./errors.js";
/** @internal */
export { loadWith } from "./load.js";
export type { Recommender } from "./recommender.js";
export type * from "./types.js";

/**
 * Starts the engine from a module, the `.wasm` file's address, response or bytes. A response of type
 * `application/wasm` is compiled while it streams; any other is read first. Calls after a successful one do nothing.
 *
 * @throws {EndcapError} `E_FETCH`, `E_TIMEOUT`, `E_ABORTED`, `E_WASM_BLOCKED`, `E_ARGUMENT` (not this package's engine).
 */
export function init(engine: EngineSource, options: Omit<FetchOptions, "integrity"> = {}): Promise<void> {
  return startEngine(engine, options);
}

/**
 * Loads a bundle. Without an earlier {@link init}, `engine` is needed; the two files are then fetched side by side.
 *
 * @throws {EndcapError} `E_FETCH`, `E_TIMEOUT`, `E_ABORTED`, `E_INTEGRITY`, `E_WASM_BLOCKED`, `E_ARGUMENT`, or one of
 * {@link ENGINE_ERRORS} where the bytes are not a sound bundle.
 */
export function load(source: Source, options?: LoadOptions): Promise<Recommender> {
  return loadWith(undefined, source, options);
}
