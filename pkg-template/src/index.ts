import base64 from "endcap:engine-base64";
import { loadWith } from "./slim.js";
import type { Load } from "./entry.js";

export * from "./entry.js";

function inlined(): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/**
 * Loads a bundle: the one await. The engine comes with this entry point.
 *
 * @throws {EndcapError} `E_FETCH`, `E_TIMEOUT`, `E_ABORTED`, `E_INTEGRITY`, `E_WASM_BLOCKED`, `E_ARGUMENT`, or one of
 * {@link ENGINE_ERRORS} where the bytes are not a sound bundle.
 */
export const load: Load = (source, options) => loadWith(inlined, source, options);
