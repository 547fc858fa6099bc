// For Cloudflare Workers and other workerd hosts: the bundler hands over a compiled module.
import module from "./endcap_studio_bg.wasm";
import { loadStudio } from "./studio-entry.js";
import type { StudioLoad } from "./studio-entry.js";

export * from "./studio-entry.js";

/** Loads a bundle with the whole engine, which comes with this entry point. */
export const load: StudioLoad = (source, options) => loadStudio(() => module, source, options);
