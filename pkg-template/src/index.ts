import base64 from "endcap:engine-base64";
import { loadWith } from "./slim.js";
import type { Load } from "./entry.js";

export * from "./entry.js";

function inlined(): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/**
 * Loads a bundle: the one await. The engine comes with this entry point.
 *
 * @throws {EndcapError} `E_FETCH`, `E_TIMEOUT`, `E_ABORTED`, `E_INTEGRITY`, `E_WASM_BLOCKED`, `E_ARGUMENT`, or one of
 * {@link ENGINE_ERRORS} where the bytes are not a sound bundle.
 */
export const load: Load = (source, options) => loadWith(inlined, source, options);
