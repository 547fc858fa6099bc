import type { Recommender } from "./recommender.js";
import type { LoadOptions, Source } from "./types.js";

export { ENGINE_ERRORS, EndcapError, type ErrorCode, FALLBACK_REASONS, FALLBACKS, HOST_ERRORS, REASONS, type Recommender, REJECTIONS, SILENCES, STOCK_STATES } from "./slim.js";
export type * from "./types.js";

/** The `load` of an entry point that brings its engine. */
export type Load = (source: Source, options?: LoadOptions) => Promise<Recommender>;
