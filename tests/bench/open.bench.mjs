// Opening a bundle in WebAssembly, hashes included: milliseconds a megabyte, beside JSON of the same edges.

import { readFileSync } from "node:fs";
import { budget, budgets, bundleOf, cut, drawnBundle, edgesOf, packed, range, record, rounds, short, table, timeOnce } from "./support.mjs";

const ROUNDS = 9;
const MB = 1e6;

const file = await bundleOf("shop");
const edges = edgesOf(file);
const bundles = {
  "cart slice, 10,000 items": cut(file, "--relations", "cart"),
  "public bundle, 10,000 items": cut(file),
  "public bundle with cards, 10,000 items": readFileSync(file),
  "drawn bundle, 1,000,000 items": readFileSync(drawnBundle(1_000_000)),
};

const start = performance.now();
const { load } = await packed();
(await load(new Uint8Array(bundles["cart slice, 10,000 items"]))).free();
const first = performance.now() - start;

async function open(bytes) {
  const begun = performance.now();
  const recommender = await load(bytes);
  const ms = performance.now() - begun;
  recommender.free();
  return { ms, perMb: ms / (bytes.length / MB) };
}

const ids = JSON.stringify(edges.relations, (_, value) => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value));
const toMaps = (relations) => Object.values(relations).map((rows) => rows.map((row) => {
  const map = new Map();
  for (let at = 0; at < row.length; at += 2) map.set(row[at], row[at + 1]);
  return map;
}));
const peer = (work) => () => {
  const ms = timeOnce(work);
  return { ms, perMb: ms / (ids.length / MB) };
};
const contenders = {
  ...Object.fromEntries(Object.entries(bundles).map(([name, bytes]) => [name, () => open(new Uint8Array(bytes))])),
  "JSON.parse of the same edges, 10,000 items": peer(() => JSON.parse(ids)),
  "JSON.parse into Maps, 10,000 items": peer(() => toMaps(JSON.parse(ids))),
};
for (const warm of Object.values(contenders)) await warm();
const found = await rounds(ROUNDS, contenders);

const base = found["public bundle, 10,000 items"].ms.median;
table(`opening: median of ${ROUNDS} rounds (least–most)`, [
  ["", "MB", "ms", "ms a MB", "ms ÷ public bundle's"],
  ...Object.entries(found).map(([name, { ms, perMb }]) => [name, (bundles[name] ?? ids).length / MB, range(ms), range(perMb), `${short(ms.median / base)} ×`]),
]);
console.log(`\nfirst of all, once: import, compile the engine and open the cart slice: ${short(first)} ms`);

const list = Object.keys(bundles).map((name) => budget(`opening: ${name}`, found[name].perMb.median, 2, "ms a MB"));
budgets(list);
record("open", { rounds: ROUNDS, firstMs: first, found, bytes: Object.fromEntries(Object.entries(bundles).map(([name, bytes]) => [name, bytes.length])), jsonBytes: ids.length, budgets: list });
