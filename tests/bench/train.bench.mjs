// Training from files to a bundle: seconds and peak memory, by size and by stage, on one thread and on two.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { measured, watched } from "./process.mjs";
import { file, strangers } from "./generate.mjs";
import { budget, budgets, feeds, largeToo, output, range, record, root, rounds, shopFolder, short, table } from "./support.mjs";

const ROUNDS = 3;
const THREADS = [1, 2];
/** Products with one order each, that no model can say anything about. */
const STRANGERS = 5_000_000;

const bundle = join(output, "trained.endcap");
const runs = {};

/** Trains on a folder's files; the runs' stages are kept for later. */
async function train(name, folder, threads) {
  const run = await watched(["train", ...feeds(folder), "--allow-weak", "-o", bundle], { RAYON_NUM_THREADS: String(threads) });
  if (run.code !== 0) throw new Error(`training failed: ${run.stderr}`);
  const digest = createHash("sha256").update(readFileSync(bundle)).digest("hex");
  (runs[name] ??= []).push({ threads, digest, stages: run.stages });
  const { seconds, cpuSeconds, peakMb, stderr } = run;
  return { seconds, cpuSeconds: measured ? cpuSeconds : NaN, peakMb: measured ? peakMb : NaN, lines: Number(/orders\S*: (\d+) rows read/.exec(stderr)?.[1]) };
}

const contenders = (name, folder) => Object.fromEntries(THREADS.map((threads) => [`${name}, ${threads} thread${threads > 1 ? "s" : ""}`, () => train(name, folder, threads)]));

const found = {};
const shops = { "0.1 ×": await shopFolder("tenth"), "1 ×": await shopFolder("large") };
const real = join(process.env.ENDCAP_DATA ?? join(root, "../shared/data"), "uci_retail_2009_2010");
if (existsSync(real)) shops.uci_retail_2009_2010 = real;
else console.log("not measured: uci_retail_2009_2010 is not there; name its parent folder by ENDCAP_DATA");
for (const [name, folder] of Object.entries(shops)) Object.assign(found, await rounds(ROUNDS, contenders(name, folder)));
if (largeToo) Object.assign(found, await rounds(1, contenders("10 ×", await shopFolder("tenfold"))));
else console.log("not measured: 10 × the orders, and 5,000,000 products with one order each; set ENDCAP_BENCH_LARGE=1");

const missing = (figure) => (Number.isNaN(figure.median) ? "–" : range(figure));
table(`training 13,000 made-up products, ${cpus().length} cores: median of ${ROUNDS} rounds (least–most), the tenfold once`, [
  ["", "order lines", "seconds", "seconds of CPU", "peak MB", "lines a second"],
  ...Object.entries(found).map(([name, row]) => [name, row.lines.median, range(row.seconds), missing(row.cpuSeconds), missing(row.peakMb), row.lines.median / row.seconds.median]),
]);
console.log("\nseconds by the clock hold what else the machine did; seconds of CPU do not");

// ---- by stage, the quickest run with the most threads
const most = Math.max(...THREADS);
const sum = (stages) => stages.reduce((sum, stage) => sum + stage.seconds, 0);
for (const [name, all] of Object.entries(runs)) {
  const { stages } = all.filter(({ threads }) => threads === most).reduce((a, b) => (sum(a.stages) <= sum(b.stages) ? a : b));
  table(`${name}, ${most} threads, by stage: the quickest run`, [
    ["", "seconds", "share", "seconds of CPU", "peak MB"],
    ...stages.map((stage) => [stage.name, stage.seconds, `${Math.round((100 * stage.seconds) / sum(stages))} %`, stage.cpuSeconds, stage.peakMb]),
  ]);
}

// ---- the same bytes whatever the threads
const same = Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, new Set(all.map(({ digest }) => digest)).size === 1]));
table("the same bundle, byte for byte, in all rounds and for any number of threads", [["", "the same"], ...Object.entries(same).map(([name, is]) => [name, is ? "yes" : "NO"])]);

// ---- products that nobody buys twice
let stranger;
if (largeToo) {
  const folder = join(output, "strangers");
  mkdirSync(folder, { recursive: true });
  await file(join(folder, "orders.csv"), strangers(STRANGERS));
  stranger = await watched(["train", "--orders", join(folder, "orders.csv"), "--allow-weak", "-o", join(output, "strangers.endcap")]);
  const { code, seconds, peakMb } = stranger;
  table(`${STRANGERS.toLocaleString("en")} products with one order each, two an order`, [
    ["", "exit code", "seconds", "peak MB"],
    ["train", code, seconds, peakMb],
  ]);
}

const large = found[`1 ×, ${most} threads`];
const list = [budget(`training, ${short(large.lines.median)} order lines`, large.seconds.median, 20, "s")];
if (measured) list.push(budget("its peak memory", large.peakMb.median, 1000, "MB"));
budgets(list);
record("train", { rounds: ROUNDS, found, runs, same, strangers: stranger && { ...stranger, stderr: undefined }, budgets: list });
