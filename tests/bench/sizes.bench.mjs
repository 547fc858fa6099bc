// What goes over the wire and what lies in memory: engine, JavaScript, bundle and slices; bytes an edge beside JSON.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { precomputedLists, vectorEngine } from "./peers.mjs";
import { budget, budgets, bundleOf, cut, edgesOf, endcap, feeds, inspect, output, quiet, record, root, short, sizes, table } from "./support.mjs";
import { execFileSync } from "node:child_process";

const KB = 1000;
const text = (name) => readFileSync(join(root, "pkg/dist", name));
// `.` is two files, one of which `./slim` is too; a bundler makes one of them.
const withoutEngine = (script) => script.toString().replace(/[A-Za-z0-9+/=]{10000,}/, "");

const file = await bundleOf("shop");
const cards = ["--relations", "cards", "--addition"];
const parts = {
  "engine (wasm)": text("endcap_bg.wasm"),
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

// ---- bytes an edge
function edgeSizes(file, edges) {
  const { relations, items } = inspect(file);
  const rows = relations.filter(({ edges }) => edges > 0).map(({ kind, edges: count, bytes }) => {
    const numbers = (value) => (Number.isInteger(value) ? value : Number(value.toPrecision(3)));
    const json = edges && sizes(JSON.stringify(edges.relations[kind].map((row) => row.map(numbers))));
    const packed = sizes(cut(file, "--relations", kind, "--addition")).brotli;
    return { kind, edges: count, resident: bytes / count, brotli: packed / count, json: json && json.raw / count, jsonBrotli: json && json.brotli / count };
  });
  const mean = (figure) => (rows[0]?.[figure] === undefined ? undefined : rows.reduce((sum, row) => sum + row[figure], 0) / rows.length);
  rows.push({ kind: "mean of the relations", edges: rows.reduce((sum, row) => sum + row.edges, 0), ...Object.fromEntries(["resident", "brotli", "json", "jsonBrotli"].map((figure) => [figure, mean(figure)])) });
  return { items, rows };
}
function edgeTable(title, { items, rows }) {
  table(`${title}, ${items.toLocaleString("en")} items: bytes an edge`, [
    ["", "edges", "resident", "brotli", "JSON", "JSON, brotli", "JSON ÷ resident", "both by brotli"],
    ...rows.map((row) => [row.kind, row.edges, row.resident, row.brotli, row.json, row.jsonBrotli, row.json && `${short(row.json / row.resident)} ×`, row.json && `${short(row.jsonBrotli / row.brotli)} ×`]),
  ]);
}
const edgesFound = { shop: edgeSizes(file, edges) };
edgeTable("the made-up shop", edgesFound.shop);
const real = join(process.env.ENDCAP_DATA ?? join(root, "../shared/data"), "uci_retail_2009_2010");
if (existsSync(real)) {
  const uci = join(output, "uci.endcap");
  execFileSync(endcap, ["train", ...feeds(real), "--allow-weak", "-o", uci], quiet);
  edgesFound.uci = edgeSizes(uci, edgesOf(uci));
  edgeTable("uci_retail_2009_2010", edgesFound.uci);
} else {
  console.log(`\nnot measured: uci_retail_2009_2010 is not there; name its parent folder by ENDCAP_DATA`);
}

const residents = Object.entries(edgesFound).map(([name, { rows }]) => budget(`resident bytes an edge, to 16,000 items: ${name}`, rows.at(-1).resident, 2.1, "bytes"));
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
  ...residents,
];
budgets(list);
record("sizes", { bytes: found, firstLoad, peerLoad, listsOfAllProducts: all, edges: edgesFound, budgets: list });
