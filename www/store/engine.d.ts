/**
 * What the store uses of the npm package's `./slim` entry. The page imports the packed file by a
 * relative URL, which a type checker cannot follow; the nouns come from the package's sources.
 */

import type { Answer, Card, ExplainOptions, Explanation, Info, LoadOptions, OverlayChange, Patched, RecommendRequest, Source } from "../../pkg-template/src/types.js";

export type { Answer, Card, ItemChange, RecommendRequest, Rule } from "../../pkg-template/src/types.js";

/** One recommended item. */
export type Item = Answer["items"][number];

/** A price in minor units: 1290 EUR is 12,90 €. */
export type Price = NonNullable<Card["price"]>;

/** A loaded bundle. */
export interface Recommender {
  recommend(request: RecommendRequest): Answer;
  add(source: Source): Promise<void>;
  cards(skus: readonly string[]): Promise<Card[]>;
  info(): Info;
}

/** The module `slim.js`. */
export interface Engine {
  load(source: Source, options: LoadOptions): Promise<Recommender>;
}

/** A loaded bundle of the entry `./studio`. */
export interface Studio extends Recommender {
  explain(request: RecommendRequest, options?: ExplainOptions): Explanation;
  patch(change: OverlayChange | ArrayBuffer): Patched;
}

/** The module `studio.js`. */
export interface StudioModule {
  load(source: Source, options: LoadOptions): Promise<Studio>;
}
