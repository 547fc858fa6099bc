import base64 from "endcap:engine-base64";
import { loadStudio } from "./studio-entry.js";
import type { StudioLoad } from "./studio-entry.js";

export * from "./studio-entry.js";

function inlined(): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/**
 * Loads a bundle with the whole engine: as the `load` of `endcap`, and its recommender also explains its answers, and takes
 * rules and changes as objects. For the merchandiser's console and for servers; pages take `endcap`, which is smaller.
 *
 * @throws {EndcapError} the codes of the `load` of `endcap`.
 */
export const load: StudioLoad = (source, options) => loadStudio(inlined, source, options);
