// `endcap/loading`: files that are kept for visits without a network, and slices that can wait.

export { type CacheOptions, createCache } from "./cache.js";
export { idle, type IdleOptions } from "./idle.js";
export type { FileCache, When } from "./types.js";
