// Training from files to a bundle: seconds and peak memory.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { budget, budgets, endcap, feeds, output, quiet, range, record, root, rounds, shopFolder, short, table } from "./support.mjs";

const ROUNDS = 3;
// GNU time tells what a child took; without it there are seconds by the clock only.
const TIME = ["/usr/bin/time", "/usr/local/bin/gtime", "/opt/homebrew/bin/gtime"].find((path) => existsSync(path) && spawnSync(path, ["-f", "%M", "true"]).status === 0);

function train(folder) {
  const given = ["train", ...feeds(folder), "--allow-weak", "-o", join(output, "trained.endcap")];
  const [command, args] = TIME ? [TIME, ["-f", "took %U %S %M", endcap, ...given]] : [endcap, given];
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, quiet);
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`training failed: ${stderr}`);
  const [user, system, kilobytes] = (/took (\S+) (\S+) (\d+)/.exec(stderr) ?? []).slice(1).map(Number);
  return { seconds, cpuSeconds: user + system, peakMb: (kilobytes * 1024) / 1e6, lines: Number(/orders\S*: (\d+) rows read/.exec(stderr)?.[1]) };
}

const data = process.env.ENDCAP_DATA ?? join(root, "../shared/data");
const real = join(data, "uci_retail_2009_2010");
const shops = { "made-up shop, 13,000 items": await shopFolder("large") };
if (existsSync(real)) shops.uci_retail_2009_2010 = real;
else console.log("not measured: uci_retail_2009_2010 is not there; name its parent folder by ENDCAP_DATA");

const found = await rounds(ROUNDS, Object.fromEntries(Object.entries(shops).map(([name, folder]) => [name, () => train(folder)])));
const missing = (figure) => (Number.isNaN(figure.median) ? "–" : range(figure));
table(`training, ${cpus().length} cores: median of ${ROUNDS} rounds (least–most)`, [
  ["", "order lines", "seconds", "seconds of CPU", "peak MB", "lines a second"],
  ...Object.entries(found).map(([name, row]) => [name, row.lines.median, range(row.seconds), missing(row.cpuSeconds), missing(row.peakMb), row.lines.median / row.seconds.median]),
]);
console.log("\nseconds by the clock hold what else the machine did; seconds of CPU do not");

const large = found["made-up shop, 13,000 items"];
const list = [budget(`training, ${short(large.lines.median)} order lines`, large.seconds.median, 20, "s")];
if (TIME) list.push(budget("its peak memory", large.peakMb.median, 1000, "MB"));
budgets(list);
record("train", { rounds: ROUNDS, found, budgets: list });
