// Logs go to a warehouse and back: DuckDB reads the Parquet of `endcap events convert`, and its own is read as a log.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { sampleShop, temporary } from "./support.mjs";

const { endcap } = sampleShop();
const work = temporary();
const run = (...args) => execFileSync(endcap, ["events", ...args], { cwd: work, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const duck = await DuckDBInstance.create(":memory:");
const connection = await duck.connect();
await connection.run("SET TimeZone = 'UTC'");
after(() => (connection.closeSync(), duck.closeSync()));
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRows();
const path = (name) => `'${join(work, name).replaceAll("'", "''")}'`;

const events = Array.from({ length: 50 }, (_, n) => ({
  v: 1,
  id: `e${n}`,
  name: n % 5 ? "exposure" : "purchase",
  at: `2026-11-${String(1 + (n % 28)).padStart(2, "0")}T10:00:00.${String(n).padStart(3, "0")}Z`,
  ...(n % 2 && { received_at: "2026-12-01T00:00:00.000Z" }),
  item_list_id: "cart",
  unit_key: String(n % 7).repeat(32),
  consent: "full",
  experiment: "addons",
  variant: n % 2 ? "treatment" : "holdout",
  ...(n % 3 === 0 && { withheld: true }),
  ...(n % 4 === 0 && { segment: { device: "mobile", region: "é" } }),
  ...(n % 6 && { items: Array.from({ length: n % 6 }, (_, at) => ({ item_id: `S-${at}`, index: at, quantity: at - 2, price: 9.99 + at })) }),
  transaction_id: `o${n}`,
  value: n + 0.1,
  currency: "EUR",
  ...(n % 5 === 0 && { experiments: { addons: "treatment" } }),
}));
writeFileSync(join(work, "log.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
const read = (name) => readFileSync(join(work, name), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));

test("a warehouse reads the table", async () => {
  run("convert", "log.jsonl", "-o", "log.parquet");
  const table = `read_parquet(${path("log.parquet")})`;
  assert.deepEqual(await rows(`SELECT count(*), count(received_at), sum(len(items)) FROM ${table}`), [[50n, 25n, BigInt(events.reduce((sum, { items }) => sum + (items?.length ?? 0), 0))]]);
  assert.deepEqual(await rows(`SELECT DISTINCT segment['region'] FROM ${table} WHERE segment IS NOT NULL`), [["é"]]);
  assert.deepEqual(await rows(`SELECT epoch_ms("at"), items[1].price, value FROM ${table} WHERE id = 'e1'`), [[BigInt(Date.parse(events[1].at)), 9.99, 1.1]]);
});

test("a table of a warehouse is a log, whatever its types", async () => {
  const table = `read_parquet(${path("log.parquet")})`;
  const columns = ["*", '* REPLACE (CAST("at" AS TIMESTAMP) AS "at")', '* REPLACE (CAST("at" AS TIMESTAMP_NS) AS "at", CAST(value AS DECIMAL(18, 4)) AS value)', "* REPLACE (CAST(to_json(items) AS VARCHAR) AS items, CAST(v AS UTINYINT) AS v)"];
  for (const [n, select] of columns.entries()) {
    for (const compression of ["snappy", "zstd", "uncompressed"]) {
      const name = `duck-${n}-${compression}`;
      await connection.run(`COPY (SELECT ${select} FROM ${table}) TO ${path(`${name}.parquet`)} (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE 2048)`);
      run("convert", `${name}.parquet`, "-o", `${name}.jsonl`);
      assert.deepEqual(read(`${name}.jsonl`), events, name);
    }
  }
});

test("JSON of a warehouse is a log too, with null for what is not there", async () => {
  await connection.run(`COPY (SELECT * EXCLUDE (segment, experiments) REPLACE (strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ') AS "at", NULL AS received_at, segment['device'] IS NOT NULL AS withheld) FROM read_parquet(${path("log.parquet")})) TO ${path("duck.jsonl")} (FORMAT json)`);
  const told = JSON.parse(run("check", "duck.jsonl", "--json"));
  assert.deepEqual([told.events, told.refused, told.names], [50, 0, { exposure: 40, purchase: 10 }]);
});
