// `endcap/slim`: the page brings or streams the engine itself. One process a case: an engine starts once.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { installed, run, sampleBundle, serve } from "./support.mjs";

const { project } = installed();
const wasm = readFileSync(join(project, "node_modules/endcap/dist/endcap_bg.wasm"));
const bundle = sampleBundle();
writeFileSync(join(project, "model.endcap"), bundle);
const typed = (type, body = wasm) => (_, response) => response.writeHead(200, type ? { "content-type": type } : {}).end(body);
let streamed = 0;
const origin = await serve({
  "/engine.wasm": (request, response) => (streamed++, typed("application/wasm")(request, response)),
  "/parameter.wasm": typed("application/wasm; charset=binary"),
  "/octets.wasm": typed("application/octet-stream"),
  "/untyped.wasm": typed(undefined),
  "/page.wasm": typed("text/html", "<!doctype html>"),
  "/broken.wasm": typed("application/wasm", wasm.subarray(0, 99)),
  "/stalls.wasm": (_, response) => response.writeHead(200, { "content-type": "application/wasm" }).write(wasm.subarray(0, 99)),
  "/breaks-off.wasm": (_, response) => {
    response.writeHead(200, { "content-type": "application/wasm", "content-length": wasm.length }).write(wasm.subarray(0, 99));
    setTimeout(() => response.destroy(), 20);
  },
  "/foreign.wasm": typed("application/wasm", Buffer.from([0, 97, 115, 109, 1, 0, 0, 0])),
});

let cases = 0;

/** Runs a script inside the project in a process of its own and gives back what it prints, read as JSON. */
async function script(body) {
  const file = join(project, `case-${cases++}.mjs`);
  const head = `
    import { readFileSync } from "node:fs";
    import { runInNewContext } from "node:vm";
    import { init, load } from "endcap/slim";
    const origin = ${JSON.stringify(origin)};
    const wasm = readFileSync("node_modules/endcap/dist/endcap_bg.wasm");
    const bundle = readFileSync("model.endcap");
    const code = (promise) => promise.then(() => "ok", (error) => error.code ?? String(error));
    const works = async (options) => (await load(bundle, options)).recommend({ placement: "cart" }).items.length > 0;
    const print = (value) => console.log(JSON.stringify(value));
  `;
  writeFileSync(file, head + body);
  const { stdout, stderr } = await run(process.execPath, [file], { cwd: project });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

const engines = {
  "a module": "await WebAssembly.compile(wasm)",
  "the promise of a module": "WebAssembly.compile(wasm)",
  "a module of another realm": "new (runInNewContext('WebAssembly.Module'))(wasm)",
  bytes: "wasm",
  "an address": "`${origin}/engine.wasm`",
  "a response": "fetch(`${origin}/engine.wasm`)",
  "a response whose type has a parameter": "`${origin}/parameter.wasm`",
  "a response of a wrong type": "`${origin}/octets.wasm`",
  "a response of no type": "`${origin}/untyped.wasm`",
};
for (const [name, engine] of Object.entries(engines)) {
  test(`init takes ${name}`, async () => assert.equal(await script(`await init(${engine}); print(await works());`), true));
  test(`load takes ${name} as engine`, async () => assert.equal(await script(`print(await works({ engine: ${engine} }));`), true));
}

test("without an engine, load says so before it fetches anything", async () => {
  assert.equal(await script('print(await code(load("http://127.0.0.1:1/")));'), "E_ARGUMENT");
});

test("a bad engine is a coded error, and a good one can follow", async () => {
  const said = await script(`
    const bad = ["/missing.wasm", "/page.wasm", "/broken.wasm", "/foreign.wasm"].map((path) => origin + path);
    const codes = [];
    for (const engine of [...bad, 7, undefined]) codes.push(await code(init(engine)));
    codes.push(await code(init(Promise.reject(new TypeError("offline")))), await code(init(WebAssembly.compile(new Uint8Array(9)))));
    codes.push(await code(init(origin + "/engine.wasm")), await works());
    print(codes);
  `);
  assert.deepEqual(said, ["E_FETCH", "E_ARGUMENT", "E_ARGUMENT", "E_ARGUMENT", "E_ARGUMENT", "E_ARGUMENT", "E_FETCH", "E_ARGUMENT", "ok", true]);
});

test("an engine that stalls or breaks off while it streams ends, coded", async () => {
  const said = 'print([await code(init(origin + "/stalls.wasm", { timeoutMs: 50 })), await code(init(origin + "/breaks-off.wasm")), await works({ engine: wasm })]);';
  assert.deepEqual(await script(said), ["E_TIMEOUT", "E_FETCH", true]);
});

test("a caller who waited for another's failed start tries with its own engine", async () => {
  assert.deepEqual(await script('print(await Promise.all([code(init(origin + "/missing.wasm")), works({ engine: wasm })]));'), ["E_FETCH", true]);
});

test("many loads at once start one engine", async () => {
  streamed = 0;
  const engine = "{ engine: `${origin}/engine.wasm` }";
  assert.deepEqual(await script(`print(await Promise.all([works(${engine}), works(${engine}), works(${engine})]));`), [true, true, true]);
  assert.equal(streamed, 1);
});

test("where WebAssembly is missing, the import is harmless and the load is coded", async () => {
  assert.equal(await script("delete globalThis.WebAssembly; print(await code(load(bundle, { engine: wasm })));"), "E_WASM_BLOCKED");
});
