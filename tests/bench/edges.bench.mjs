// Bytes an edge, in memory and after brotli, beside JSON of the same edges, by the size of the catalog.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { budget, budgets, bundleOf, cut, edgesOf, endcap, feeds, inspect, output, quiet, record, root, short, sizes, table } from "./support.mjs";

/** Most bytes an edge may take in memory, by the number of products. */
const BUDGETS = [
  [16_384, 2.1],
  [65_536, 2.5],
  [250_000, 2.8],
];

// Weights in JSON have three digits, more than four bits hold; a row is a flat list of numbers and weights.
const digits = (value) => (Number.isInteger(value) ? value : Number(value.toPrecision(3)));

/** One relation: how many edges, and bytes an edge of four kinds. */
function relationSizes(file, edges, { kind, edges: count, bytes }) {
  const json = sizes(JSON.stringify(edges.relations[kind].map((row) => row.map(digits))));
  const packed = sizes(cut(file, "--relations", kind, "--addition")).brotli;
  return { kind, edges: count, resident: bytes / count, brotli: packed / count, json: json.raw / count, jsonBrotli: json.brotli / count };
}

function edgeSizes(file) {
  const edges = edgesOf(file);
  const { relations, items } = inspect(file);
  const rows = relations.filter(({ edges }) => edges > 0).map((relation) => relationSizes(file, edges, relation));
  const figures = ["resident", "brotli", "json", "jsonBrotli"];
  const mean = (figure) => rows.reduce((sum, row) => sum + row[figure], 0) / rows.length;
  const all = Object.fromEntries(figures.map((figure) => [figure, mean(figure)]));
  rows.push({ kind: "mean of the relations", edges: rows.reduce((sum, row) => sum + row.edges, 0), ...all });
  return { items, rows };
}

function show(name, { items, rows }) {
  table(`${name}, ${items.toLocaleString("en")} items: bytes an edge`, [
    ["", "edges", "edges an item", "resident", "brotli", "JSON", "JSON, brotli", "JSON ÷ resident", "both by brotli"],
    ...rows.map((row) => [
      row.kind, row.edges, row.edges / items, row.resident, row.brotli, row.json, row.jsonBrotli,
      `${short(row.json / row.resident)} ×`, `${short(row.jsonBrotli / row.brotli)} ×`,
    ]),
  ]);
}

const found = {};
for (const name of ["catalog1k", "shop", "catalog16k", "catalog65k"]) {
  found[name] = edgeSizes(await bundleOf(name));
  show(`made-up shop ${name}`, found[name]);
}
const real = join(process.env.ENDCAP_DATA ?? join(root, "../shared/data"), "uci_retail_2009_2010");
if (existsSync(real)) {
  const uci = join(output, "uci.endcap");
  execFileSync(endcap, ["train", ...feeds(real), "--allow-weak", "-o", uci], quiet);
  found.uci_retail_2009_2010 = edgeSizes(uci);
  show("uci_retail_2009_2010", found.uci_retail_2009_2010);
} else console.log("not measured: uci_retail_2009_2010 is not there; name its parent folder by ENDCAP_DATA");

const list = Object.entries(found).map(([name, { items, rows }]) => {
  const [most, limit] = BUDGETS.find(([most]) => items <= most);
  return budget(`resident bytes an edge, to ${most.toLocaleString("en")} items: ${name}`, rows.at(-1).resident, limit, "bytes");
});
budgets(list);
record("edges", { edges: found, budgets: list });
