// Something to ask before a shop of your own is trained.

import bytes from "endcap:sample";

/**
 * The sample shop of `endcap sample` (coffee, machines and what goes with them; 387 products, made up), trained: all three
 * relations in the small profile, and cards. For trials and tests; `load(bundle)` takes it as any other.
 */
export const bundle: Uint8Array<ArrayBuffer> = bytes;

/** A cart of that shop: an electric coffee grinder. */
export const cart = [{ sku: "BUR-CONIC-40-BLK", quantity: 1 }];
