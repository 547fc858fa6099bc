import { loadWith } from "./load.js";
import { StudioRecommender } from "./studio-recommender.js";
import type { EngineSource, LoadOptions, Source } from "./types.js";

export { EndcapError, type ErrorCode } from "./errors.js";
export type { StudioRecommender } from "./studio-recommender.js";
export type * from "./types.js";

/** The `load` of `endcap/studio`. */
export type StudioLoad = (source: Source, options?: LoadOptions) => Promise<StudioRecommender>;

/** @internal */
export async function loadStudio(engine: () => EngineSource, source: Source, options?: LoadOptions): Promise<StudioRecommender> {
  return (await loadWith(engine, source, options, StudioRecommender)) as StudioRecommender;
}
