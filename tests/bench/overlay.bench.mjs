// An overlay of 100,000 SKUs taken by the packed engine, and what answers cost before and after.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { random } from "./generate.mjs";
import { budget, budgets, drawnBundle, median, packed, quantile, range, record, root, spread, table, timeCalls } from "./support.mjs";

const ITEMS = 100_000;
const ROUNDS = 15;
const CALLS = 2_000;

const { load } = await packed();
const { load: loadStudio } = await import(pathToFileURL(join(root, "pkg/dist/studio.js")).href);
const bundle = new Uint8Array(readFileSync(drawnBundle(ITEMS)));
const studio = await loadStudio(bundle);
const page = await load(bundle);

/** The SKUs that tests/bench/draw.rs gives its items. */
const sku = (item) => `SKU-${String((item * 7_654_321) % 99_999_989).padStart(8, "0")}`;
const dice = random(3);
const states = ["in_stock", "in_stock", "low", "backorder", "out"];
const change = (count) => Object.fromEntries(Array.from({ length: count }, (_, k) => [sku(Math.floor((k * ITEMS) / count)), { availability: states[Math.floor(dice() * 5)], price: Math.round(100 + dice() * 9900) / 100 }]));

const carts = Array.from({ length: CALLS }, () => Array.from({ length: 10 }, () => ({ sku: sku(Math.floor(dice() ** 2 * ITEMS)), quantity: 1 })));
const ask = () => timeCalls(CALLS, (k) => page.recommend({ placement: "cart", cart: carts[k], limit: 4 }));
ask();
const before = ask();

let revision = 0;
const found = {};
for (const count of [10, 1_000, ITEMS]) {
  const overlays = Array.from({ length: ROUNDS }, () => studio.overlay({ items: change(count), revision: ++revision }));
  const times = overlays.map((overlay) => {
    const start = performance.now();
    page.patch(overlay);
    return performance.now() - start;
  });
  found[count] = { bytes: overlays[0].length, ms: spread(times), p99: quantile(times, 0.99), median: median(times) };
}
const after = ask();

table(`patch(): milliseconds in a bundle of ${ITEMS.toLocaleString("en")} items, median of ${ROUNDS} (least–most)`, [
  ["SKUs in the overlay", "bytes", "ms"],
  ...Object.entries(found).map(([count, { bytes, ms }]) => [Number(count).toLocaleString("en"), bytes, range(ms)]),
]);
table("recommend(), cart of 10: microseconds a call", [["", "p50", "p99"], ["before", before.p50, before.p99], ["after", after.p50, after.p99]]);

const list = [budget(`an overlay of ${ITEMS.toLocaleString("en")} SKUs`, found[ITEMS].median, 20, "ms")];
budgets(list);
record("overlay", { items: ITEMS, rounds: ROUNDS, patched: found, before, after, budgets: list });
