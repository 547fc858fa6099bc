// The handler of `endcap/edge` in workerd, from request to response, beside a worker that answers the same bytes without thinking.

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { random } from "./generate.mjs";
import { budget, budgets, bundleOf, edgesOf, output, range, record, require, root, rounds, short, table } from "./support.mjs";

const ROUNDS = 5;
const SECONDS = 4;
const CALLS = 1_000_000;
const CONNECTIONS = [16, 64];
const autocannon = require("autocannon");
const { build } = require("esbuild");

const file = await bundleOf("shop");
const { skus } = edgesOf(file);
const folder = join(output, "edge");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
copyFileSync(file, join(folder, "model.endcap"));

// Carts of three products, one of five asks for a page of two blocks.
const dice = random(7);
const bodies = Array.from({ length: 500 }, (_, n) => {
  const cart = Array.from({ length: 3 }, () => ({ sku: skus[Math.floor(dice() ** 2 * skus.length)] }));
  const request = { placement: "cart", cart, limit: 4 };
  return JSON.stringify(n % 5 === 0 ? { page: [request, { placement: "pdp_similar", product: cart[0].sku }] } : request);
});

writeFileSync(join(folder, "endcap.js"), `
  import { createHandler } from "endcap/edge";
  import bundle from "./model.endcap";
  const handler = createHandler({ bundle });
  export default { fetch: (request, env, context) => handler.fetch(request, context) };
`);
const constant = JSON.stringify({ placement: "cart", items: Array.from({ length: 4 }, (_, n) => ({ sku: skus[n], score: 0.0123, reason: "bought_together", because: [skus[9]] })), fallback: null, fallback_reason: null, silent: null, model: "1b7096c1ab206b94adeb0648f7644067" });
writeFileSync(join(folder, "constant.js"), `
  const body = ${JSON.stringify(constant)};
  export default { async fetch(request) { JSON.parse(await request.text()); return new Response(body, { headers: { "content-type": "application/json" } }); } };
`);
await build({
  entryPoints: ["endcap", "constant"].map((name) => join(folder, `${name}.js`)), outdir: join(folder, "out"), bundle: true, format: "esm", target: "es2022", conditions: ["workerd"],
  external: ["node:*"], loader: { ".wasm": "copy", ".endcap": "copy" }, alias: { "endcap/edge": join(root, "pkg/dist/edge.js"), "endcap/studio": join(root, "pkg/dist/studio-workerd.js") },
  entryNames: "[name]", assetNames: "[name]", logLevel: "error",
});

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A worker in a process of its own: how long until its first answer, its address, and how to end it. */
async function serve(name) {
  const port = await freePort();
  const modules = [`(name = "${name}.js", esModule = embed "out/${name}.js")`];
  if (name === "endcap") modules.push('(name = "./endcap_studio_bg.wasm", wasm = embed "out/endcap_studio_bg.wasm")', '(name = "./model.endcap", data = embed "out/model.endcap")');
  const config = join(folder, `${name}.capnp`);
  writeFileSync(config, `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [${modules.join(", ")}], compatibilityDate = "2026-04-01"))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`);
  const start = performance.now();
  const child = spawn(join(root, "tests/js/node_modules/workerd/bin/workerd"), ["serve", config], { stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${port}/recommendations`;
  for (;;) {
    const answered = await fetch(url, { method: "POST", body: bodies[1] }).then(async (response) => response.status === 200 && response.json(), () => false);
    if (answered) break;
    if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode}`);
    await sleep(2);
  }
  return { url, firstMs: performance.now() - start, stop: () => new Promise((resolve) => (child.once("exit", resolve), child.kill("SIGTERM"))) };
}

async function load(url, connections) {
  let next = 0;
  const result = await autocannon({
    url, connections, duration: SECONDS, method: "POST",
    requests: bodies.map(() => ({ method: "POST", setupRequest: (request) => ({ ...request, body: bodies[next++ % bodies.length] }) })),
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were errors, ${result.errors} requests failed`);
  return { requests: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

const starts = await rounds(5, Object.fromEntries(["endcap", "constant"].map((name) => [name, async () => {
  const worker = await serve(name);
  await worker.stop();
  return { ms: worker.firstMs };
}])));
table("from the start of workerd to the first answer: milliseconds, median of 5 (least–most)", [["", "ms"], ...Object.entries(starts).map(([name, { ms }]) => [name, range(ms)])]);

const workers = { endcap: await serve("endcap"), "a constant": await serve("constant") };
const found = {};
for (const connections of CONNECTIONS) {
  for (const { url } of Object.values(workers)) await load(url, connections);
  found[connections] = await rounds(ROUNDS, Object.fromEntries(Object.entries(workers).map(([name, { url }]) => [name, () => load(url, connections)])));
  table(`${connections} connections, ${SECONDS} s a round, median of ${ROUNDS} rounds (least–most)`, [
    ["", "requests a second", "p50, ms", "p99, ms"],
    ...Object.entries(found[connections]).map(([name, { requests, p50, p99 }]) => [name, range(requests), range(p50), range(p99)]),
  ]);
}
for (const { stop } of Object.values(workers)) await stop();

// ---- memory: the handler in this process, its engine's memory caught when the package makes its instance
const instances = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    super(...given);
    instances.push(this);
  }
};
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const { createHandler } = await import(pathToFileURL(join(root, "pkg/dist/edge.js")).href);
const handler = createHandler({ bundle: new Uint8Array(readFileSync(file)) });
const asked = (n) => handler.fetch(new Request("http://localhost/recommendations", { method: "POST", body: bodies[n % bodies.length], headers: { "content-type": "application/json" } })).then((response) => response.text());
const memory = () => (collect(), { pages: instances.reduce((all, { exports }) => all + exports.memory.buffer.byteLength / 65_536, 0), heap: process.memoryUsage().heapUsed / 1e6 });
for (let n = 0; n < 2_000; n++) await asked(n);
const before = memory();
for (let n = 0; n < CALLS; n++) await asked(n);
const after = memory();
table(`memory over ${CALLS.toLocaleString("en")} requests`, [["", "before", "after"], ["WebAssembly pages of 64 KB", before.pages, after.pages], ["JavaScript heap after a collection, MB", before.heap, after.heap]]);

const ratio = (connections) => found[connections].endcap.requests.median / found[connections]["a constant"].requests.median;
const own = (connections) => 1000 / found[connections].endcap.requests.median - 1000 / found[connections]["a constant"].requests.median;
console.log(`\nrequests a second ÷ those of the constant: ${CONNECTIONS.map((connections) => `${connections} connections ${short(ratio(connections))}`).join(", ")}`);
console.log(`one request takes ${CONNECTIONS.map((connections) => `${short(own(connections))} ms`).join(" and ")} longer`);
const list = [
  ...CONNECTIONS.map((connections) => budget(`requests a second of the constant ÷ endcap's, ${connections} connections`, 1 / ratio(connections), 1.25, "×")),
  budget("cold start: our own work, from start to first answer less the constant's", starts.endcap.ms.median - starts.constant.ms.median, 10, "ms"),
  budget("a request's own time", own(16), 1, "ms"),
  budget("WebAssembly memory after the requests ÷ before", after.pages / before.pages, 1, "×"),
];
budgets(list);
record("edge", { rounds: ROUNDS, seconds: SECONDS, starts, found, ratios: Object.fromEntries(CONNECTIONS.map((connections) => [connections, ratio(connections)])), memory: { before, after }, budgets: list });
