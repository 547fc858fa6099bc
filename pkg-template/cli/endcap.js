#!/usr/bin/env node
// The `endcap` command line without a compiler: the program as WebAssembly, with the files and streams of this machine.

import { readFileSync } from "node:fs";
import { parse, sep } from "node:path";
import { setFlagsFromString } from "node:v8";

// Node calls its sandbox experimental, once a run, on the stream that is for what endcap has to say.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => rest[0] !== "ExperimentalWarning" && emitWarning.call(process, warning, ...rest);
const { WASI } = await import("node:wasi");
process.emitWarning = emitWarning;

// In Node 20 the shorter way from WebAssembly to the sandbox may collect garbage where V8 allows none, and then crashes.
setFlagsFromString("--no-turbo-fast-api-calls");

const here = process.cwd();
const { root } = parse(here);
const sandbox = new WASI({
  version: "preview1",
  args: ["endcap", ...process.argv.slice(2)],
  // The sandbox knows no working directory: the program takes it from here.
  env: { ...process.env, PWD: `/${here.slice(root.length).replaceAll(sep, "/")}` },
  preopens: { "/": root },
  returnOnExit: true,
});
const program = new WebAssembly.Module(readFileSync(new URL("endcap.wasm", import.meta.url)));
const instance = new WebAssembly.Instance(program, sandbox.getImportObject());
try {
  process.exitCode = sandbox.start(instance);
} catch (error) {
  if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  console.error(`error: the program broke off: ${error.message}; the native program may say more`);
  process.exitCode = 3;
}
