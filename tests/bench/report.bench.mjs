// A report on a month of a simulated shop: seconds and peak memory, beside DuckDB, which reads the same log and adds up what each
// unit of each arm ordered and did, by one statement. ENDCAP_EVENTS names about how many events; a million where it is not set.

import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { measured, watched } from "./process.mjs";
import { endcap, output, record, require, short, table } from "./support.mjs";

const { DuckDBInstance } = require("@duckdb/node-api");

const wanted = Number(process.env.ENDCAP_EVENTS ?? 1_000_000);
/** A visitor of the default month leaves about 2.6 events. */
const EVENTS_A_VISITOR = 2.6;
const month = join(output, "month");
const file = (name) => join(month, name);

rmSync(month, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const made = await watched(["simulate", "--visitors-a-day", String(Math.round(wanted / EVENTS_A_VISITOR / 30)), "-o", month]);
if (made.code !== 0) throw new Error(`simulating failed: ${made.stderr}`);
const { faults } = JSON.parse(readFileSync(file("truth.json"), "utf8"));
const megabytes = (name) => statSync(file(name)).size / 1e6;

async function report(form) {
  const [events, told] = [file(`events.${form}`), file("report.json")];
  const run = await watched(["report", "--config", file("endcap.toml"), "--events", events, "--orders", file("orders.csv"), "--catalog", file("catalog.csv"), "--json", "-o", file("report.html")], {}, ["sh", "-c", `exec "$0" "$@" > '${told}'`, endcap]);
  if (run.code !== 0) throw new Error(`the report failed: ${run.stderr}`);
  const { arms } = JSON.parse(readFileSync(told, "utf8")).experiments[0];
  return { seconds: run.seconds, ...(measured && { peakMb: run.peakMb }), visitors: arms.map(({ visitors }) => visitors) };
}

async function duckdb(form) {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  const events = form === "jsonl" ? `read_json('${file("events.jsonl")}', format = 'newline_delimited', columns = {'name': 'VARCHAR', 'unit': 'VARCHAR', 'at': 'TIMESTAMP', 'experiment': 'VARCHAR', 'variant': 'VARCHAR'})` : `read_parquet('${file("events.parquet")}')`;
  const orders = `(SELECT order_id, min("timestamp") AS "at", sum(quantity * unit_price) AS revenue, split_part(any_value(_endcap), ';', 2) AS unit FROM read_csv('${file("orders.csv")}') GROUP BY order_id)`;
  const start = performance.now();
  const rows = await (await connection.run(`
    WITH exposed AS (SELECT unit, min(variant) AS variant, count(DISTINCT variant) AS arms, min("at"::VARCHAR) AS since FROM ${events} WHERE name = 'exposure' AND experiment = 'cart-addons' GROUP BY unit),
    bought AS (SELECT unit, count(*) AS orders, sum(revenue) AS revenue FROM ${orders} GROUP BY unit),
    did AS (SELECT unit, count(*) FILTER (name = 'select_item') AS clicks FROM ${events} GROUP BY unit)
    SELECT variant, count(*)::INTEGER AS visitors, sum(orders)::INTEGER, sum(revenue), var_samp(coalesce(revenue, 0)), sum(clicks)::INTEGER FROM exposed LEFT JOIN bought USING (unit) LEFT JOIN did USING (unit) WHERE arms = 1 GROUP BY variant ORDER BY variant`)).getRowObjects();
  return { seconds: (performance.now() - start) / 1000, visitors: rows.map(({ visitors }) => visitors) };
}

const converted = await watched(["events", "convert", file("events.jsonl"), "-o", file("events.parquet")]);
if (converted.code !== 0) throw new Error(`converting failed: ${converted.stderr}`);
const rows = [["", "MB", "endcap report, s", "peak MB", "DuckDB's statement, s", "÷ DuckDB"]];
const found = {};
for (const form of ["jsonl", "parquet"]) {
  const [ours, theirs] = [await report(form), await duckdb(form)];
  if (String(ours.visitors) !== String(theirs.visitors)) console.log(`\nNOT THE SAME VISITORS: ${ours.visitors} and ${theirs.visitors}`);
  found[form] = { ours, theirs };
  rows.push([form, megabytes(`events.${form}`).toFixed(0), short(ours.seconds), ours.peakMb === undefined ? "–" : ours.peakMb.toFixed(0), short(theirs.seconds), `${short(ours.seconds / theirs.seconds)} ×`]);
}
table(`a report on ${faults.written.toLocaleString("en")} events and ${megabytes("orders.csv").toFixed(0)} MB of orders`, rows);
record("report", { events: faults.written, found });
rmSync(month, { recursive: true });
