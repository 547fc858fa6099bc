// What goes over the wire: engine, JavaScript, bundle and slices; a first load beside the peers'.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { precomputedLists, vectorEngine } from "./peers.mjs";
import { budget, budgets, bundleOf, cut, edgesOf, record, root, short, sizes, table } from "./support.mjs";

const KB = 1000;
const text = (name) => readFileSync(join(root, "pkg/dist", name));
// `.` is two files, one of which `./slim` is too; a bundler makes one of them.
const withoutEngine = (script) => script.toString().replace(/[A-Za-z0-9+/=]{10000,}/, "");

const file = await bundleOf("shop");
const cards = ["--relations", "cards", "--addition"];
const parts = {
  "engine (wasm)": text("endcap_bg.wasm"),
  "engine of `./studio` (wasm)": text("endcap_studio_bg.wasm"),
  "JavaScript of `.`, engine inlined": Buffer.concat([text("index.js"), text("slim.js")]),
  "JavaScript of `.`, without the engine": Buffer.from(withoutEngine(text("index.js")) + text("slim.js")),
  "JavaScript of `./slim`": text("slim.js"),
  "cart slice": cut(file, "--relations", "cart"),
  "cart slice, small": cut(file, "--relations", "cart", "--profile", "small"),
  "rest (bought_together, similar)": cut(file, "--relations", "bought_together,similar", "--addition"),
  "cards": cut(file, ...cards),
  "public bundle without cards": cut(file),
  "public bundle without cards, small": cut(file, "--profile", "small"),
  "public bundle with cards": readFileSync(file),
};
const found = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, sizes(bytes)]));
table("sizes in bytes, 10,000 items", [["", "raw", "gzip", "brotli"], ...Object.entries(found).map(([name, size]) => [name, size.raw, size.gzip, size.brotli])]);

// ---- a first load
const brotli = (...names) => names.reduce((sum, name) => sum + found[name].brotli, 0);
const slim = ["engine (wasm)", "JavaScript of `./slim`"];
const firstLoad = {
  "engine, ./slim, cart slice (three requests)": brotli(...slim, "cart slice"),
  "`.` with the engine inlined, cart slice (three; two when bundled)": brotli("JavaScript of `.`, engine inlined", "cart slice"),
  "engine, ./slim, cart slice, small": brotli(...slim, "cart slice, small"),
};

// ---- the peers' first loads
const edges = edgesOf(file);
const lists = precomputedLists(edges);
const listTexts = lists.map((list) => JSON.stringify(list));
const all = sizes(JSON.stringify(Object.fromEntries(lists.map((list, item) => [edges.skus[item], list]))));
const some = listTexts.slice(0, 200).map((list) => sizes(list).brotli);
const one = some.reduce((sum, bytes) => sum + bytes, 0) / some.length;
const vectors = 32 * 4 * edges.skus.length;
const hnsw = sizes(readFileSync(vectorEngine()));
const peerLoad = {
  "precomputed lists of 20, all products, one JSON file": all.brotli,
  "precomputed lists, those of a cart of 1": one,
  "precomputed lists, those of a cart of 3": 3 * one,
  "precomputed lists, those of a cart of 10": 10 * one,
  "hnswlib-wasm and vectors of 32 dimensions, one byte each": hnsw.brotli + vectors / 4,
};
const base = Object.values(firstLoad)[0];
table("first load for a cart, brotli bytes", [
  ["", "bytes", "÷ endcap's"],
  ...Object.entries({ ...firstLoad, ...peerLoad }).map(([name, bytes]) => [name, Math.round(bytes), `${short(bytes / base)} ×`]),
]);
console.log("\nthe lists of a cart are fetched anew for every new product; the bundle is fetched once");

// ---- budgets
const [three, , small] = Object.values(firstLoad);
const kb = (name) => found[name].brotli / KB;
const list = [
  budget("engine wasm", kb("engine (wasm)"), 45, "KB brotli"),
  budget("JavaScript of `.` without the inlined copy", kb("JavaScript of `.`, without the engine"), 8, "KB brotli"),
  budget("first load for a cart", three / KB, 450, "KB brotli"),
  budget("first load for a cart, small", small / KB, 280, "KB brotli"),
  budget("complete public bundle, without cards", kb("public bundle without cards"), 1200, "KB brotli"),
  budget("complete public bundle, with cards", kb("public bundle with cards"), 1200, "KB brotli"),
  budget("complete public bundle, small, without cards", kb("public bundle without cards, small"), 600, "KB brotli"),
];
budgets(list);
record("sizes", { bytes: found, firstLoad, peerLoad, listsOfAllProducts: all, budgets: list });
