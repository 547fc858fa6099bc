// The packed `endcap-cli` as a machine without Rust runs it: the same bytes as the native program, the same words, the same ends.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { nativeBinary, root, temporary } from "./support.mjs";

const pkg = join(root, "pkg-cli");
if (!existsSync(join(pkg, "endcap.wasm"))) throw new Error("there is no pkg-cli/ to test: run `make pack` first");
const project = temporary();
const quiet = { cwd: project, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" };
const [{ filename, files, unpackedSize }] = JSON.parse(execFileSync("npm", ["pack", pkg, "--json", "--silent"], quiet));
writeFileSync(join(project, "package.json"), '{ "name": "shop", "private": true }');
execFileSync("npm", ["install", `./${filename}`, "--offline", "--silent", "--no-audit", "--no-fund"], quiet);
const native = nativeBinary();
const run = (program, args, { input = "", cwd = project, env = {} } = {}) => {
  const { status, stdout, stderr, signal } = spawnSync(program, args, { cwd, input, encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, ...env } });
  return { status: status ?? signal, stdout, stderr };
};
const wasm = (args, options) => run("npx", ["--no-install", "endcap-cli", ...args], options);
/** What it says without what passes: seconds. */
const said = (stderr) => stderr.replace(/^\[ *[\d.]+ s\] .*\n/gm, "");

test("the tarball holds the program, its licences and a README, and little else", () => {
  assert.deepEqual(files.map(({ path }) => path).sort(), ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "endcap.js", "endcap.wasm", "package.json"]);
  assert.ok(unpackedSize < 10e6, `${unpackedSize} bytes`);
  assert.ok(!readFileSync(join(pkg, "endcap.wasm")).includes(root), "no path of the machine that built it");
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(join(pkg, "package.json"), "utf8")).bin), ["endcap-cli", "endcap"]);
});

test("the sample shop, trained with all its files, is the native program's to the byte", () => {
  assert.deepEqual(wasm(["sample", "shop"]), run(native, ["sample", "shop"], { cwd: temporary() }));
  mkdirSync(join(project, "packed"));
  for (const name of ["orders", "events"]) writeFileSync(join(project, `packed/${name}.csv.gz`), gzipSync(readFileSync(join(project, `shop/${name}.csv`))));
  const given = (output) => ["train", "--catalog", "shop/catalog.csv", "--orders", join(project, "packed/orders.csv.gz"), "--events", "./packed/events.csv.gz", "--config", "shop/endcap.toml", "-o", output];
  const [ours, theirs] = [wasm(given("model.endcap")), run(native, given("native.endcap"))];
  assert.equal(ours.status, 0, ours.stderr);
  assert.equal(ours.stdout, theirs.stdout);
  assert.equal(said(ours.stderr), said(theirs.stderr).replace("native.endcap", "model.endcap"));
  assert.match(ours.stderr, /\[ *[\d.]+ s\] fitting what completes a cart/);
  assert.ok(readFileSync(join(project, "model.endcap")).equals(readFileSync(join(project, "native.endcap"))), "byte for byte");
});

test("streams are bytes in order: requests by stdin, answers by stdout, and a reader that has seen enough", () => {
  const requests = Array.from({ length: 2_000 }, (_, n) => JSON.stringify({ id: n, placement: "cart", cart: [{ sku: "BUR-CONIC-40-BLK" }, { sku: `unknown ${n} é` }] })).join("\n");
  const [ours, theirs] = [wasm, (args, options) => run(native, args, options)].map((program) => program(["recommend", "--bundle", "model.endcap"], { input: requests }));
  assert.deepEqual([ours.status, ours.stderr], [0, ""]);
  assert.equal(ours.stdout, theirs.stdout);
  assert.equal(ours.stdout.trimEnd().split("\n").length, 2_000);
  writeFileSync(join(project, "requests.jsonl"), requests);
  const head = run("sh", ["-c", "npx --no-install endcap-cli recommend --bundle model.endcap --requests requests.jsonl | head -n 1"]);
  assert.equal(head.stdout, `${theirs.stdout.split("\n")[0]}\n`);
  assert.equal(head.stderr, "");
});

test("letters for all customers, and a plan, are the native program's to the byte", () => {
  writeFileSync(join(project, "plan.toml"), '[shop]\ncurrency = "EUR"\n\n[[experiment]]\nname = "addons"\nplacement = "cart"\nallocation = { holdout = 0.5, treatment = 0.5 }\nmetric = "conversion"\n');
  const letters = ["recommend", "--bundle", "model.endcap", "--placement", "email", "--customers", "shop/orders.csv", "--now", "2026-09-01T08:00:00Z"];
  const plan = ["plan", "--config", "plan.toml", "--orders", "shop/orders.csv", "--catalog", "shop/catalog.csv", "--visitors", "40000"];
  for (const args of [letters, [...letters, "--format", "jsonl"], plan, [...plan, "--json"]]) {
    const [ours, theirs] = [wasm(args), run(native, args)];
    assert.deepEqual([ours.status, ours.stdout], [theirs.status, theirs.stdout]);
    assert.ok(ours.stdout.length > 500, ours.stderr);
  }
});

test("links, folders above and files that are not there", () => {
  mkdirSync(join(project, "deep/er"), { recursive: true });
  symlinkSync("../../model.endcap", join(project, "deep/er/link.endcap"));
  const cwd = join(project, "deep/er");
  const direct = wasm(["inspect", "../../model.endcap", "--json"], { cwd });
  assert.equal(direct.status, 0, direct.stderr);
  const name = (path) => ({ ...JSON.parse(wasm(["inspect", path, "--json"], { cwd }).stdout), file: undefined });
  assert.deepEqual(name("link.endcap"), { ...JSON.parse(direct.stdout), file: undefined });
  // Other words of the system, the same ends.
  for (const args of [["inspect", "nowhere.endcap"], ["inspect", "."], ["inspect", "/nowhere/at/all"], ["train", "--nonsense"], ["train"], ["verify", "../../shop/orders.csv"], ["train", "--orders", "../../shop/endcap.toml"]]) {
    const [ours, theirs] = [wasm(args, { cwd }), run(native, args, { cwd })];
    assert.equal(ours.status, theirs.status, `${args.join(" ")}: ${ours.stderr}`);
    assert.ok(ours.status > 0 && ours.stderr !== "");
    assert.equal(said(ours.stderr).replace(/os error \d+/, ""), said(theirs.stderr).replace(/os error \d+/, ""));
  }
  assert.deepEqual(readdirSync(project).filter((file) => file.includes(".part")), [], "nothing half written is left");
});

test("an output replaces what was there, through a link too, and a full folder is refused", () => {
  writeFileSync(join(project, "old.endcap"), "old");
  symlinkSync("old.endcap", join(project, "new.endcap"));
  assert.equal(wasm(["slice", "model.endcap", "--relations", "cart", "-o", "new.endcap"]).status, 0);
  assert.ok(readFileSync(join(project, "old.endcap")).subarray(1, 7).equals(Buffer.from("ENDCAP")));
  assert.equal(wasm(["sample", "shop"]).status, run(native, ["sample", "shop"]).status);
});

test("tables of a warehouse as Parquet train the same bytes; zstd, which it cannot unpack, is said", async () => {
  assert.equal(wasm(["init", "--sql", "--dir", "warehouse"]).status, 0);
  const duck = await DuckDBInstance.create(":memory:");
  const connection = await duck.connect();
  await connection.run(`CREATE TABLE order_lines AS SELECT order_id, customer_id, CAST(epoch(CAST(timestamp AS TIMESTAMPTZ)) AS BIGINT) AS ts, sku FROM read_csv('${join(project, "shop/orders.csv")}', all_varchar = true)`);
  for (const name of ["items", "pairs"]) {
    const counted = `(${readFileSync(join(project, `warehouse/${name}.sql`), "utf8").trim().replace(/;$/, "")})`;
    for (const codec of ["snappy", "zstd"]) await connection.run(`COPY ${counted} TO '${join(project, `${name}.${codec}.parquet`)}' (FORMAT parquet, COMPRESSION ${codec})`);
  }
  connection.closeSync();
  duck.closeSync();
  const given = (codec, output) => ["train", "--pairs", `pairs.${codec}.parquet`, "--items", `items.${codec}.parquet`, "--catalog", "shop/catalog.csv", "-o", output];
  const [ours, theirs] = [wasm(given("snappy", "counted.endcap")), run(native, given("snappy", "counted-native.endcap"))];
  assert.deepEqual([ours.status, theirs.status], [0, 0], ours.stderr);
  assert.ok(readFileSync(join(project, "counted.endcap")).equals(readFileSync(join(project, "counted-native.endcap"))));
  const packed = wasm(given("zstd", "refused.endcap"));
  assert.equal(packed.status, 1, packed.stderr);
  assert.match(packed.stderr, /items\.zstd\.parquet.*zstd/i);
  assert.ok(!existsSync(join(project, "refused.endcap")));
});

test("what only the native program has is said", () => {
  const { status, stderr } = wasm(["serve", "shop"]);
  assert.equal(status, 2);
  assert.match(stderr, /unrecognized subcommand 'serve'/);
});
