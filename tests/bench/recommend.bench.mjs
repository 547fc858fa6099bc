// One answer for a cart, from JavaScript: the packed package beside what a shop would use in its place.

import { createServer, Agent, get } from "node:http";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { random } from "./generate.mjs";
import { mapsRecommender, mergeLists, precomputedLists, vectorRecommender } from "./peers.mjs";
import { budget, budgets, bundleOf, drawnBundle, edgesOf, packed, plainBundleOf, range, record, root, rounds, short, table, timeCalls } from "./support.mjs";

const ROUNDS = 9;
const CALLS = 2_000;
const SIZES = [1, 3, 10];
const SMALL = 10_000;
const LARGE = 1_000_000;
const RTT_MS = 50;
const SERVER_MS = 200;

// The engine's memory, caught when the package makes its instance.
const instances = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    super(...given);
    instances.push(this);
  }
};
const { load } = await packed();

const file = await bundleOf("shop");
const edges = edgesOf(file);
const shop = await load(new Uint8Array(readFileSync(await plainBundleOf("shop"))));
const memory = instances.at(-1).exports.memory;

/** Carts of items that go together: a popular one, then neighbours of lines that are in already. */
function related(size, seed = 11) {
  const dice = random(seed + size);
  return Array.from({ length: CALLS }, () => {
    const items = new Set([Math.floor(dice() ** 2 * edges.skus.length)]);
    for (let tries = 0; items.size < size && tries < 100; tries++) {
      const row = edges.relations.cart[[...items][Math.floor(dice() * items.size)]];
      const along = dice() < 0.7 && row.length > 0;
      items.add(along ? row[2 * Math.floor((dice() * row.length) / 2)] : Math.floor(dice() ** 2 * edges.skus.length));
    }
    return [...items].map((item) => ({ sku: edges.skus[item], quantity: 1 }));
  });
}
const carts = Object.fromEntries(SIZES.map((size) => [size, related(size)]));

const maps = mapsRecommender(edges);
const lists = Object.fromEntries(precomputedLists(edges).map((list, item) => [edges.skus[item], list]));
const texts = Object.fromEntries(Object.entries(lists).map(([sku, list]) => [sku, JSON.stringify(list)]));
const vectors = await vectorRecommender(edges);
const built = await load(new Uint8Array(readFileSync(file)));
const large = await load(new Uint8Array(readFileSync(drawnBundle(LARGE))));
const small = await load(new Uint8Array(readFileSync(drawnBundle(SMALL))));
const drawn = (items, size) => {
  const dice = random(size);
  const sku = () => `SKU-${String((Math.floor(dice() ** 2 * items) * 7_654_321) % 99_999_989).padStart(8, "0")}`;
  return Array.from({ length: CALLS }, () => Array.from({ length: size }, () => ({ sku: sku(), quantity: 1 })));
};

const ask = (recommender, cart) => recommender.recommend({ placement: "cart", cart, limit: 4 });

// ---- is the peer with Maps one? Its lists must be the engine's.
const alike = SIZES.map((size) => carts[size].filter((cart) => sameList(ask(shop, cart).items, maps(cart))).length / CALLS);
function sameList(a, b) {
  return a.length === b.length && a.every(({ sku }, at) => sku === b[at].sku);
}

// ---- calls in the page
const found = {};
for (const size of SIZES) {
  const [mine, near, far] = [carts[size], drawn(SMALL, size), drawn(LARGE, size)];
  const contenders = {
    "endcap, 10,000 items, by relevance alone": () => timeCalls(CALLS, (k) => ask(shop, mine[k])),
    "endcap, 10,000 items, the built-in policy": () => timeCalls(CALLS, (k) => ask(built, mine[k])),
    "endcap, 10,000 items drawn at random": () => timeCalls(CALLS, (k) => ask(small, near[k])),
    "endcap, 1,000,000 items drawn at random": () => timeCalls(CALLS, (k) => ask(large, far[k])),
    "plain JavaScript with Maps": () => timeCalls(CALLS, (k) => maps(mine[k])),
    "precomputed lists, merged": () => timeCalls(CALLS, (k) => mergeLists(lists, mine[k])),
    "precomputed lists, parsed and merged": () => timeCalls(CALLS, (k) => mergeLists(Object.fromEntries(mine[k].map(({ sku }) => [sku, JSON.parse(texts[sku])])), mine[k])),
    "hnswlib-wasm, 32 dimensions": () => timeCalls(CALLS / 4, (k) => vectors(mine[k])),
  };
  for (const warm of Object.values(contenders)) warm();
  found[size] = await rounds(ROUNDS, contenders);
}

const names = Object.keys(found[1]);
const ratio = (size, name) => found[size][name].p50.median / found[size][names[0]].p50.median;
for (const size of SIZES) {
  table(`recommend(), cart of ${size}: microseconds a call, median of ${ROUNDS} rounds (least–most)`, [
    ["", "p50", "p99", "p50 ÷ endcap's"],
    ...names.map((name) => [name, range(found[size][name].p50), range(found[size][name].p99), `${short(ratio(size, name))} ×`]),
  ]);
}
console.log(`\nlists equal to the engine's by the peer with Maps: ${SIZES.map((size, at) => `cart of ${size}: ${(alike[at] * 100).toFixed(1)} %`).join(", ")}`);

// ---- rules: none, 50 and 500, of all kinds, a third of them with conditions that hold
const { load: loadStudio } = await import(pathToFileURL(join(root, "pkg/dist/studio.js")).href);
const ruled = {};
for (const count of [0, 50, 500]) {
  const studio = await loadStudio(new Uint8Array(readFileSync(file)));
  const dice = random(count + 1);
  const some = (most) => Array.from({ length: 1 + Math.floor(dice() * most) }, () => edges.skus[Math.floor(dice() * edges.skus.length)]);
  const actions = [() => ({ exclude: true }), () => ({ bury: 0.5 }), () => ({ boost: 1.5 })];
  const whens = [undefined, { cart_lines: { min: 2 } }, { cart_contains_any: { sku: some(40) } }, { segment: { device: "mobile" } }, { cart_subtotal: { min: 20 } }];
  studio.setRules(Array.from({ length: count }, (_, n) => {
    const when = whens[n % whens.length];
    return { name: `rule ${n}`, placements: ["cart"], match: { sku: some(200), ...(n % 4 === 0 && { price: { max: 50 } }) }, ...(when && { when }), action: actions[n % actions.length]() };
  }));
  ruled[`${count} rules`] = () => timeCalls(CALLS, (k) => studio.recommend({ placement: "cart", cart: carts[10][k], segment: { device: "mobile" }, limit: 4 }));
  ruled[`${count} rules`]();
}
const byRules = await rounds(ROUNDS, ruled);
table("recommend() of endcap/studio, 10,000 items, cart of 10: microseconds a call", [["", "p50", "p99"], ...Object.entries(byRules).map(([name, { p50, p99 }]) => [name, range(p50), range(p99)])]);

// ---- calls over a network, simulated on loopback: a server that waits before it answers
const waiting = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  const skus = url.searchParams.getAll("sku");
  await sleep(url.pathname === "/list" ? RTT_MS : SERVER_MS);
  response.end(url.pathname === "/list" ? texts[skus[0]] : JSON.stringify(ask(shop, skus.map((sku) => ({ sku })))));
});
await new Promise((resolve) => waiting.listen(0, "127.0.0.1", resolve));
const agent = new Agent({ keepAlive: true });
const fetched = (path, skus) =>
  new Promise((resolve, reject) => {
    const query = skus.map((sku) => `sku=${encodeURIComponent(sku)}`).join("&");
    get({ port: waiting.address().port, path: `${path}?${query}`, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece) => (text += piece)).on("end", () => resolve(text));
    }).on("error", reject);
  });
async function timeAsync(work) {
  const start = process.hrtime.bigint();
  await work();
  return { ms: Number(process.hrtime.bigint() - start) / 1e6 };
}
const remote = {};
for (const size of SIZES) {
  let turn = 0;
  const next = () => carts[size][turn++ % CALLS];
  remote[size] = await rounds(5, {
    [`lists of the cart's lines from a CDN, ${RTT_MS} ms`]: () => {
      const cart = next();
      return timeAsync(async () => {
        const parts = await Promise.all(cart.map(async ({ sku }) => [sku, JSON.parse(await fetched("/list", [sku]))]));
        return mergeLists(Object.fromEntries(parts), cart);
      });
    },
    [`a server's answer, ${SERVER_MS} ms`]: () => timeAsync(async () => JSON.parse(await fetched("/recommend", next().map(({ sku }) => sku)))),
  });
}
agent.destroy();
waiting.close();
table("over a network (simulated: a loopback server that waits, all lists at once over kept connections): milliseconds to an answer", [
  ["", ...SIZES.map((size) => `cart of ${size}`), "÷ endcap's, cart of 10"],
  ...Object.keys(remote[1]).map((name) => [name, ...SIZES.map((size) => range(remote[size][name].ms)), `${short((remote[10][name].ms.median * 1000) / found[10][names[0]].p50.median)} ×`]),
]);

// ---- memory after a million calls
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const heap = () => (collect(), process.memoryUsage().heapUsed);
const pages = () => memory.buffer.byteLength / 65_536;
const before = { pages: pages(), heap: heap() };
const mixed = SIZES.flatMap((size) => carts[size]);
const start = performance.now();
for (let k = 0; k < 1_000_000; k++) ask(shop, mixed[k % mixed.length]);
const seconds = (performance.now() - start) / 1000;
const after = { pages: pages(), heap: heap() };
table(`memory over 1,000,000 calls (${short(seconds)} s, ${short(seconds)} µs a call, carts of ${SIZES.join(", ")} mixed)`, [
  ["", "before", "after"],
  ["WebAssembly pages of 64 KB (all four bundles)", before.pages, after.pages],
  ["JavaScript heap after a collection, MB", before.heap / 1e6, after.heap / 1e6],
]);

const ten = found[10];
const list = [
  budget("recommend(), cart of 10, 10,000 items, p50", ten[names[0]].p50.median, 20, "µs"),
  budget("recommend(), cart of 10, 10,000 items, p99", ten[names[0]].p99.median, 50, "µs"),
  budget("the same in the round least disturbed", ten[names[0]].p99.min, 50, "µs"),
  budget("the same with the built-in policy, p50", ten[names[1]].p50.median, 20, "µs"),
  budget("the same with the built-in policy, p99", ten[names[1]].p99.median, 50, "µs"),
  budget("recommend(), cart of 10, 1,000,000 items, p50", ten[names[3]].p50.median, 40, "µs"),
  budget("recommend(), cart of 10, 1,000,000 items, p99", ten[names[3]].p99.median, 100, "µs"),
  budget("the same in the round least disturbed", ten[names[3]].p99.min, 100, "µs"),
  budget("p50 of 1,000,000 items ÷ that of 10,000, both drawn", ratio(10, names[3]) / ratio(10, names[2]), 2, "×"),
  budget("recommend(), cart of 10, 500 rules, p50", byRules["500 rules"].p50.median, 20, "µs"),
  budget("recommend(), cart of 10, 500 rules, p99", byRules["500 rules"].p99.median, 50, "µs"),
  budget("WebAssembly memory after 1,000,000 calls ÷ before", after.pages / before.pages, 1, "×"),
];
budgets(list);
record("recommend", { rounds: ROUNDS, calls: CALLS, microseconds: found, rules: byRules, alike, remote, memory: { before, after, seconds }, budgets: list });
