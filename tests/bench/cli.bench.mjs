// Training by the npm package `endcap-cli`, WebAssembly in Node, beside the native program: seconds, peak memory, and the bytes.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { measured, watched } from "./process.mjs";
import { feeds, output, range, record, root, rounds, shopFolder, short, table } from "./support.mjs";

const ROUNDS = 3;

const inNode = [process.execPath, join(root, "pkg-cli/endcap.js")];
if (!existsSync(join(root, "pkg-cli/endcap.wasm"))) throw new Error("there is no pkg-cli/ to measure: run `make pack` first");
const ways = {
  "endcap, one thread": [undefined, { RAYON_NUM_THREADS: "1" }],
  "endcap, all threads": [undefined, {}],
  "endcap-cli in Node": [inNode, {}],
};
const bundle = join(output, "by.endcap");
const digests = {};

async function train(shop, folder, [program, env]) {
  const run = await watched(["train", ...feeds(folder), "--allow-weak", "-o", bundle], env, program);
  if (run.code !== 0) throw new Error(`training failed: ${run.stderr}`);
  (digests[shop] ??= new Set()).add(createHash("sha256").update(readFileSync(bundle)).digest("hex"));
  const { seconds, cpuSeconds, peakMb } = run;
  return { seconds, ...(measured && { cpuSeconds, peakMb }) };
}

const shops = { "146,000 order lines": await shopFolder("tenth"), "1.45 million order lines": await shopFolder("large") };
const found = {};
for (const [shop, folder] of Object.entries(shops)) {
  const contenders = Object.entries(ways).map(([way, how]) => [way, () => train(shop, folder, how)]);
  found[shop] = await rounds(ROUNDS, Object.fromEntries(contenders));
}
for (const [shop, row] of Object.entries(found)) {
  const one = row["endcap, one thread"].seconds.median;
  const cell = (figure) => (figure === undefined ? "–" : range(figure));
  table(`training, ${shop}: median of ${ROUNDS} rounds (least–most)`, [
    ["", "seconds", "seconds of CPU", "peak MB", "÷ one native thread"],
    ...Object.entries(row).map(([way, { seconds, cpuSeconds, peakMb }]) => [way, range(seconds), cell(cpuSeconds), cell(peakMb), `${short(seconds.median / one)} ×`]),
  ]);
  console.log(`\n${digests[shop].size === 1 ? "the same bytes each time" : "NOT THE SAME BYTES"}`);
}
record("cli", { rounds: ROUNDS, found, same: Object.fromEntries(Object.entries(digests).map(([shop, all]) => [shop, all.size === 1])) });
