// For Vercel and Next.js edge functions: the bundler hands over a compiled module.
import module from "./endcap_bg.wasm?module";
import type { Load } from "./entry.js";
import { loadWith } from "./slim.js";

export * from "./entry.js";

/** Loads a bundle: the one await. The engine comes with this entry point. */
export const load: Load = (source, options) => loadWith(() => module, source, options);
