// What the build puts in place of these names: see build.mjs.

/** The engine as base64 text. */
declare module "endcap:engine-base64" {
  const base64: string;
  export default base64;
}

/** The sample shop's bundle. */
declare module "endcap:sample" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

/** What `fileStore`, `fileSink` and `fileSource` use of it. */
declare module "node:fs/promises" {
  export function readFile(path: string | URL): Promise<Uint8Array>;
  export function stat(path: string | URL): Promise<{ mtimeMs: number; size: number }>;
  export function appendFile(path: string, text: string): Promise<void>;
  export function writeFile(path: string, bytes: Uint8Array): Promise<void>;
  export function rename(from: string, to: string): Promise<void>;
  export function mkdir(path: string, options: { recursive: true }): Promise<unknown>;
}
