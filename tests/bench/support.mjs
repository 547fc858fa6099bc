// What the benches share: the inputs, rounds in which contenders take turns, statistics, tables, and the record.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { generate } from "./generate.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const output = join(root, "tests/output/bench");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
export const endcap = process.env.ENDCAP ?? join(target, "release/endcap");
mkdirSync(output, { recursive: true });

/** Packages for the tests and benches are kept beside the JavaScript suites. */
export const require = createRequire(join(root, "tests/js/package.json"));

/** The packed package: `load` of the entry with the engine inside. */
export const packed = () => import(pathToFileURL(join(root, "pkg/dist/index.js")).href);

// ---- inputs: made once, kept in tests/output/bench

/**
 * The shops of the benches: `shop` is what is loaded and asked, `large` what is trained against the clock, `tenth` and
 * `tenfold` the same with other numbers of orders and visits; the catalogs are what bytes an edge are counted in.
 */
export const SHOPS = {
  shop: { items: 10_000, baskets: 107_000, lines: 9, visits: 60_000 },
  tenth: { items: 13_000, baskets: 15_000, lines: 9.7, visits: 10_000 },
  large: { items: 13_000, baskets: 150_000, lines: 9.7, visits: 100_000 },
  tenfold: { items: 13_000, baskets: 1_500_000, lines: 9.7, visits: 1_000_000 },
  catalog1k: { items: 1_000, baskets: 10_000, lines: 9, visits: 6_000 },
  catalog16k: { items: 16_000, baskets: 160_000, lines: 9, visits: 96_000 },
  catalog65k: { items: 65_000, baskets: 650_000, lines: 9, visits: 390_000 },
};

/** Runs that take many minutes and gigabytes are made where ENDCAP_BENCH_LARGE is set. */
export const largeToo = Boolean(process.env.ENDCAP_BENCH_LARGE);

/** The folder of a made-up shop. */
export async function shopFolder(name) {
  const folder = join(output, name);
  const note = join(folder, "settings.json");
  const settings = JSON.stringify(SHOPS[name]);
  if (existsSync(note) && readFileSync(note, "utf8") === settings) return folder;
  console.error(`making ${folder}`);
  await generate(folder, SHOPS[name]);
  writeFileSync(note, settings);
  return folder;
}

/** The arguments that name a folder's files. */
export function feeds(folder) {
  return ["catalog", "orders", "events"].flatMap((kind) => {
    const file = [`${kind}.csv`, `${kind}.csv.gz`].map((name) => join(folder, name)).find(existsSync);
    return file ? [`--${kind}`, file] : [];
  });
}

export const quiet = { stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 30 };

/** Whether `file` is there and younger than the program that made it. */
const fresh = (file, maker) => existsSync(file) && statSync(file).mtimeMs >= statSync(maker).mtimeMs;

/** The bundle of a made-up shop. */
export async function bundleOf(name) {
  return trained(name, `${name}.endcap`, []);
}

/** The same with a cart that ranks by relevance alone, as peers do: no categories, prices, margins, caps or variety. */
export async function plainBundleOf(name) {
  const config = join(output, "plain.toml");
  writeFileSync(config, '[placement.cart]\nstrategy = "cart_addons"\nlimit = 4\n');
  return trained(name, `${name}-plain.endcap`, ["--config", config]);
}

async function trained(name, bundle, options) {
  const file = join(output, bundle);
  const args = ["train", ...feeds(await shopFolder(name)), ...options, "--allow-weak", "-o", file];
  if (!fresh(file, endcap)) execFileSync(endcap, args, quiet);
  return file;
}

/** A part of a bundle, cut by `endcap slice`. */
export function cut(file, ...options) {
  const part = join(output, "part.endcap");
  execFileSync(endcap, ["slice", file, ...options, "-o", part], quiet);
  return readFileSync(part);
}

/** What `endcap inspect --json` says of a bundle. */
export const inspect = (file) => JSON.parse(execFileSync(endcap, ["inspect", file, "--json"], quiet).toString());

const inputs = join(target, "release/examples/bench_input");
const input = (...given) => execFileSync(inputs, given, quiet);

/** A bundle of any size, drawn at random. */
export function drawnBundle(items) {
  const file = join(output, `drawn-${items}.endcap`);
  if (!fresh(file, inputs)) input("draw", String(items), file);
  return file;
}

/** The edges of a bundle as plain numbers. */
export function edgesOf(file) {
  return JSON.parse(input("edges", file).toString());
}

// ---- rounds and statistics

export const median = (values) => quantile(values, 0.5);

export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** The median of some rounds, with the least and the most. */
export const spread = (values) => ({ median: median(values), min: Math.min(...values), max: Math.max(...values) });

/**
 * Lets contenders take turns: in every round each is called once, the order turning, so that what else the machine does
 * hits all alike. A contender answers with figures; each figure's spread over the rounds comes back.
 */
export async function rounds(count, contenders) {
  const found = Object.fromEntries(Object.keys(contenders).map((name) => [name, {}]));
  const names = Object.keys(contenders);
  for (let round = 0; round < count; round++) {
    for (let at = 0; at < names.length; at++) {
      const name = names[(at + round) % names.length];
      for (const [figure, value] of Object.entries(await contenders[name]())) (found[name][figure] ??= []).push(value);
    }
  }
  return Object.fromEntries(names.map((name) => [name, Object.fromEntries(Object.entries(found[name]).map(([figure, values]) => [figure, spread(values)]))]));
}

/** Calls `work(k)` for k of 0 to `count` - 1, each timed alone; microseconds. */
export function timeCalls(count, work) {
  const took = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const start = process.hrtime.bigint();
    work(k);
    took[k] = Number(process.hrtime.bigint() - start) / 1000;
  }
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}

/** Milliseconds that `work` takes. */
export function timeOnce(work) {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

// ---- sizes

/** Bytes as they are, by gzip -9 and by brotli at its best (11). */
export function sizes(bytes) {
  const buffer = Buffer.from(bytes);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: buffer.length };
  return { raw: buffer.length, gzip: gzipSync(buffer, { level: 9 }).length, brotli: brotliCompressSync(buffer, { params }).length };
}

// ---- tables and the record

/** Three significant digits, thousands with commas. */
export function short(value) {
  if (value === undefined || value === null || Number.isNaN(value)) return "–";
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}

/** `12.3 (11.9–14.2)`. */
export const range = ({ median, min, max }) => `${short(median)} (${short(min)}–${short(max)})`;

/** Prints rows as a table: the first row names the columns, the first column stands left. */
export function table(title, rows) {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "number" ? short(cell) : String(cell ?? "–"))));
  const widths = cells[0].map((_, at) => Math.max(...cells.map((row) => [...(row[at] ?? "")].length)));
  const line = (row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join("  ");
  console.log(`\n${title}\n`);
  console.log(line(cells[0]));
  console.log(widths.map((width) => "-".repeat(width)).join("  "));
  cells.slice(1).forEach((row) => console.log(line(row)));
}

/** One budget: met or missed, and by how much. Less is better in all of them. */
export function budget(what, found, limit, unit) {
  const share = found / limit;
  const verdict = share <= 1 ? `met, ${Math.round((1 - share) * 100)} % to spare` : `MISSED by ${Math.round((share - 1) * 100)} %`;
  return { what, found, limit, unit, met: share <= 1, verdict };
}

export function budgets(list) {
  table("budgets", [["budget", "found", "limit", "unit", "verdict"], ...list.map((b) => [b.what, b.found, b.limit, b.unit, b.verdict])]);
}

/** Writes what was measured to tests/output/bench/NAME.json. */
export function record(name, found) {
  const file = join(output, `${name}.json`);
  const machine = { node: process.version, platform: `${process.platform} ${process.arch}`, cpu: cpus()[0]?.model, cores: cpus().length };
  writeFileSync(file, `${JSON.stringify({ machine, ...found }, null, 2)}\n`);
  console.log(`\nwritten to ${file.slice(root.length)}`);
}
