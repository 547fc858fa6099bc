// From navigation to the first list in Chromium, on throttled connections and a slow processor: endcap beside JSON of the same edges.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { mergeLists, precomputedLists } from "./peers.mjs";
import { bundleOf, cut, edgesOf, packed, range, record, require, root, rounds, short, table } from "./support.mjs";

const ROUNDS = 7;
const SLOWDOWN = 4;
const MBIT = 1_000_000 / 8;
/** Down and up in bytes a second, and milliseconds from a request to its answer. */
const NETWORKS = {
  "Slow 4G (1.6 Mbit/s, 150 ms)": { downloadThroughput: 1.6 * MBIT, uploadThroughput: 0.75 * MBIT, latency: 150 },
  "4G (9 Mbit/s, 60 ms)": { downloadThroughput: 9 * MBIT, uploadThroughput: 1.5 * MBIT, latency: 60 },
};
const { chromium } = require("playwright-core");
const { build } = require("esbuild");
const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
if (!executablePath) {
  console.log("not measured: no Chromium found; install one, or set CHROMIUM to its path");
  process.exit(0);
}

// ---- what is served
const file = await bundleOf("shop");
const edges = edgesOf(file);
const slice = cut(file, "--relations", "cart");
const cart = [0, 40, 300].map((rank) => ({ sku: edges.skus[edges.priors.map((prior, item) => [prior, item]).sort(([a], [b]) => b - a)[rank][1]] }));
const asked = { placement: "cart", cart, limit: 4 };

const lists = Object.fromEntries(precomputedLists(edges).map((list, item) => [edges.skus[item], list]));
const three = (_, value) => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value);
// The blend of a cart of two or three lines.
const [weight, , prior] = edges.cart_blend[1];
const row = JSON.stringify({ skus: edges.skus, rows: edges.relations.cart, priors: edges.priors, out: edges.out, weight, prior }, three);

/** Sums the rows of the cart's lines and popularity: nothing is made of rows that nobody asked for. */
function sumRows({ skus, rows, priors, out, weight, prior }, cart, limit) {
  const items = cart.map(({ sku }) => skus.indexOf(sku)).filter((item) => item >= 0);
  const scores = priors.map((value) => value * prior);
  for (const item of items) for (let at = 0; at < rows[item].length; at += 2) scores[rows[item][at]] += weight * rows[item][at + 1];
  for (const item of [...items, ...out]) scores[item] = -1;
  const best = [];
  scores.forEach((score, item) => {
    if (best.length === limit && score <= best[limit - 1].score) return;
    best.splice(best.findLastIndex((other) => other.score >= score) + 1, 0, { sku: skus[item], score });
    if (best.length > limit) best.pop();
  });
  return best;
}

const inOne = await build({ stdin: { contents: 'export { load } from "./index.js";', resolveDir: join(root, "pkg/dist") }, bundle: true, format: "esm", minify: true, write: false });
// Each page starts all its fetches at once, as a page that cares would.
const pages = {
  "endcap, engine inlined": `const bundle = fetch("/cart.endcap");
    const { load } = await import("/endcap.js");
    show((await load(bundle)).recommend(${JSON.stringify(asked)}).items);`,
  "endcap/slim, engine streamed": `const [bundle, engine] = [fetch("/cart.endcap"), fetch("/endcap_bg.wasm")];
    const { load } = await import("/slim.js");
    show((await load(bundle, { engine })).recommend(${JSON.stringify(asked)}).items);`,
  "JSON: the same edges, summed": `${sumRows}
    show(sumRows(await (await fetch("/edges.json")).json(), ${JSON.stringify(cart)}, 4));`,
  "JSON: precomputed lists of 20, merged": `${mergeLists}
    show(mergeLists(await (await fetch("/lists.json")).json(), ${JSON.stringify(cart)}, 4));`,
};
const html = (script) => `<!doctype html><meta charset="utf-8"><title>cart</title><link rel="icon" href="data:,"><h1>Cart</h1><ul></ul><script type="module">
  const tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: "longtask", buffered: true });
  function show(items) {
    document.querySelector("ul").replaceChildren(...items.map(({ sku }) => Object.assign(document.createElement("li"), { textContent: sku })));
    const ms = performance.now();
    setTimeout(() => {
      const got = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
      window.found = {
        ms,
        blocked: tasks.filter(({ startTime }) => startTime <= ms).reduce((sum, { duration }) => sum + Math.max(0, duration - 50), 0),
        kilobytes: got.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000,
        skus: items.map(({ sku }) => sku),
      };
    }, 200);
  }
  ${script}
</script>`;
const served = {
  ...Object.fromEntries(Object.values(pages).map((script, at) => [`/page${at}`, ["text/html", html(script)]])),
  "/endcap.js": ["text/javascript", inOne.outputFiles[0].contents],
  "/slim.js": ["text/javascript", readFileSync(join(root, "pkg/dist/slim.js"))],
  "/endcap_bg.wasm": ["application/wasm", readFileSync(join(root, "pkg/dist/endcap_bg.wasm"))],
  "/cart.endcap": ["application/octet-stream", slice],
  "/edges.json": ["application/json", row],
  "/lists.json": ["application/json", JSON.stringify(lists)],
};
const answers = Object.fromEntries(Object.entries(served).map(([path, [type, body]]) => [path, { type, body: brotliCompressSync(body) }]));
const server = createServer(({ url }, response) => {
  const { type, body } = answers[url] ?? { body: "" };
  const keep = type === "text/html" ? "no-cache" : "max-age=31536000, immutable";
  response.writeHead(body ? 200 : 404, { "content-type": type ?? "text/plain", "content-encoding": "br", "content-length": body.length, "cache-control": keep }).end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

// ---- what is measured
const browser = await chromium.launch({ executablePath });
const expected = (await (await packed()).load(new Uint8Array(slice))).recommend(asked).items.map(({ sku }) => sku);

async function visit(context, path, network) {
  const tab = await context.newPage();
  const devtools = await context.newCDPSession(tab);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", { offline: false, ...network });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
  await tab.goto(`${origin}${path}`);
  const { skus, ...found } = await (await tab.waitForFunction(() => window.found, null, { timeout: 120_000 })).jsonValue();
  await tab.close();
  if (skus.length !== 4) throw new Error(`${path} showed ${skus.length} products`);
  return { skus, found };
}

/** A first visit with nothing in the browser's cache, and one more. */
const contender = (name, at, network) => async () => {
  const context = await browser.newContext();
  const cold = await visit(context, `/page${at}`, network);
  const warm = await visit(context, `/page${at}`, network);
  await context.close();
  if (name.startsWith("endcap") && String(cold.skus) !== String(expected)) throw new Error(`${name} showed ${cold.skus}, Node ${expected}`);
  return Object.fromEntries([["cold", cold], ["warm", warm]].flatMap(([when, { found }]) => Object.entries(found).map(([figure, value]) => [`${when} ${figure}`, value])));
};

const all = {};
for (const [network, conditions] of Object.entries(NETWORKS)) {
  const found = await rounds(ROUNDS, Object.fromEntries(Object.keys(pages).map((name, at) => [name, contender(name, at, conditions)])));
  all[network] = found;
  const base = Object.values(found)[0];
  for (const when of ["cold", "warm"]) {
    const what = when === "cold" ? "nothing in the browser's cache" : "the second visit, from the browser's cache";
    table(`${network}, processor ${SLOWDOWN} times slower, ${what}: median of ${ROUNDS} (least–most)`, [
      ["", "to the first list, ms", "÷ endcap's", "main thread blocked, ms", "KB over the network"],
      ...Object.entries(found).map(([name, figures]) => [name, range(figures[`${when} ms`]), `${short(figures[`${when} ms`].median / base[`${when} ms`].median)} ×`, range(figures[`${when} blocked`]), figures[`${when} kilobytes`].median]),
    ]);
  }
}
await browser.close();
server.close();
console.log("\nblocked: what tasks longer than 50 ms took beyond these, before the list was shown");
record("load", { rounds: ROUNDS, slowdown: SLOWDOWN, networks: NETWORKS, found: all });
