// `endcap/element`: `<endcap-recommendations>`, defined when this is imported.

import { connect as connectBlocks, Recommendations, refresh as refreshBlocks } from "./element/recommendations.js";
import type { Connection } from "./element/types.js";

export type { AddToCart, Connection, RecommendationsElement, Texts } from "./element/types.js";

if (customElements.get("endcap-recommendations") === undefined) customElements.define("endcap-recommendations", Recommendations);

/** Gives all blocks of the page what they ask: the recommender, the cart, and where events go. May be called again. */
export const connect: (connection: Connection) => void = connectBlocks;

/** Lets all blocks ask again: the cart changed, or an overlay took effect. */
export const refresh: () => void = refreshBlocks;
