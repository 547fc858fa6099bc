// What the build puts in place of these names: see build.mjs.

/** The engine as base64 text. */
declare module "endcap:engine-base64" {
  const base64: string;
  export default base64;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
