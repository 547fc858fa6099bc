// Pairs counted by DuckDB with the SQL of `endcap init --sql` train the model that the raw orders train.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { sampleShop, temporary } from "./support.mjs";

const { directory: shop, endcap } = sampleShop();
const work = temporary();
const run = (...args) => execFileSync(endcap, args, { cwd: work, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
const catalog = ["--catalog", join(shop, "catalog.csv")];
const duck = await DuckDBInstance.create(":memory:");
const connection = await duck.connect();
after(() => (connection.closeSync(), duck.closeSync()));

/** Rows of a query. */
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRows();
const quoted = (path) => `'${path.replaceAll("'", "''")}'`;

/** Runs every text of a folder and writes its table beside it, in part files. */
async function count(folder) {
  const texts = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".sql")).sort();
  for (const name of texts) {
    const table = join(folder, name.slice(0, -".sql".length));
    await connection.run(`CREATE OR REPLACE TABLE counted AS ${readFileSync(join(folder, name), "utf8")}`);
    mkdirSync(table);
    for (const part of [0, 1, 2]) {
      const to = quoted(join(table, `part-${part}.parquet`));
      await connection.run(`COPY (SELECT * FROM counted WHERE rowid % 3 = ${part}) TO ${to} (FORMAT parquet, COMPRESSION ${part ? "zstd" : "snappy"})`);
    }
    writeFileSync(join(table, "_SUCCESS"), "");
  }
  return texts;
}

/** All products, as the bundle numbers them. */
const items = (model) => JSON.parse(run("inspect", model, "--items", "--json")).map(({ sku }) => sku);

/** Products with their neighbours in both relations of orders. */
function neighbours(model, skus = items(model)) {
  const of = (sku) => JSON.parse(run("inspect", model, "--sku", sku, "--json")).relations;
  return skus.map((sku) => ({ sku, relations: of(sku) }));
}

/** The lists for a cart of each product alone. */
function answers(model, skus) {
  const requests = join(work, "requests.jsonl");
  const line = (sku) => ["cart", "pdp_complements"].map((placement) => JSON.stringify({ placement, cart: [{ sku }], product: sku, limit: 20 })).join("\n");
  writeFileSync(requests, skus.map(line).join("\n"));
  const lines = run("recommend", "--bundle", model, "--requests", requests).trimEnd().split("\n");
  return lines.map((answer) => JSON.parse(answer).items.map(({ sku }) => sku));
}

before(async () => {
  const seconds = "CAST(epoch(CAST(timestamp AS TIMESTAMPTZ)) AS BIGINT)";
  const csv = `read_csv(${quoted(join(shop, "orders.csv"))}, all_varchar = true)`;
  await connection.run(`CREATE TABLE order_lines AS SELECT order_id, NULLIF(customer_id, '') AS customer_id, ${seconds} AS ts, sku FROM ${csv}`);
  run("init", "--sql", "--dir", "all");
  assert.deepEqual(await count(join(work, "all")), ["early/items.sql", "early/pairs.sql", "early/questions.sql", "items.sql", "pairs.sql"]);
});

test("the model of the pairs is the model of the orders", () => {
  run("train", ...catalog, "--pairs", "all/pairs", "--items", "all/items", "-o", "pairs.endcap");
  run("train", ...catalog, "--orders", join(shop, "orders.csv"), "--settings", "default", "-o", "orders.endcap");
  const skus = items("pairs.endcap");
  assert.deepEqual(skus, items("orders.endcap"), "numbered alike");
  // The neighbours of every fourth product, the lists of all.
  const some = skus.filter((_, at) => at % 4 === 0);
  const [mine, theirs] = [neighbours("pairs.endcap", some), neighbours("orders.endcap", some)];
  let edges = 0;
  for (const [at, { sku, relations }] of mine.entries()) {
    for (const [kind, relation] of relations.entries()) {
      const other = theirs[at].relations[kind];
      const names = (list) => list.map((neighbour) => neighbour.sku).sort();
      assert.deepEqual(names(relation.neighbours), names(other.neighbours), `${relation.kind} of ${sku}`);
      for (const { sku: to, weight } of relation.neighbours) {
        const expected = other.neighbours.find((neighbour) => neighbour.sku === to).weight;
        assert.ok(Math.abs(weight - expected) <= 1e-5 * Math.abs(expected) + 1e-9, `${sku} to ${to}: ${weight} and ${expected}`);
        edges += 1;
      }
    }
  }
  assert.ok(edges > 3_000, `${edges}`);
  assert.deepEqual(answers("pairs.endcap", skus), answers("orders.endcap", skus));
});

test("pairs of one customer and of few orders stay in the warehouse", async () => {
  const pairs = `read_parquet(${quoted(join(work, "all/pairs/*.parquet"))})`;
  const bought = "SELECT a.sku AS sku_a, b.sku AS sku_b, COUNT(DISTINCT a.order_id) AS n, COUNT(DISTINCT COALESCE(a.customer_id, 'order ' || a.order_id)) AS who FROM order_lines a JOIN order_lines b ON a.order_id = b.order_id AND a.sku < b.sku GROUP BY ALL";
  const supported = `SELECT sku_a, sku_b, n FROM (${bought}) WHERE n >= 3 AND who >= 2`;
  const counted = `SELECT sku_a, sku_b, orders FROM ${pairs}`;
  assert.deepEqual(await rows(`(${supported}) EXCEPT (${counted})`), []);
  assert.deepEqual(await rows(`(${counted}) EXCEPT (${supported})`), []);
  const [[all, kept]] = await rows(`SELECT (SELECT COUNT(*) FROM (${bought})), (SELECT COUNT(*) FROM ${pairs})`);
  assert.ok(kept > 1000n && kept < all, `${kept} of ${all}`);
});

test("the early part ends before the questions begin, and settings are chosen by them", async () => {
  const early = `read_parquet(${quoted(join(work, "all/early/items/*.parquet"))})`;
  const questions = `read_parquet(${quoted(join(work, "all/early/questions/*.parquet"))})`;
  const [[orders, all]] = await rows(`SELECT (SELECT MAX(shop_orders) FROM ${early}), (SELECT COUNT(DISTINCT order_id) FROM order_lines)`);
  assert.ok(orders * 10n <= all * 9n && orders * 100n > all * 85n, `${orders} of ${all}`);
  const late = `SELECT order_id FROM (SELECT order_id, MIN(ts) AS ts FROM order_lines GROUP BY order_id) ORDER BY ts, order_id OFFSET ${orders}`;
  const sets = (from, by) => `SELECT list_sort(list(DISTINCT sku)) AS skus FROM ${from} GROUP BY ${by}`;
  const [[asked, unknown]] = await rows(`SELECT COUNT(*), COUNT(*) FILTER (skus NOT IN (${sets(`order_lines WHERE order_id IN (${late})`, "order_id")})) FROM (${sets(questions, "question")})`);
  assert.ok(asked > 2000n && asked <= 3000n, `${asked}`);
  assert.equal(unknown, 0n, "every question is one of the later orders");
  const report = JSON.parse(run("train", ...catalog, "--pairs", "all/pairs", "--items", "all/items", "--early", "all/early", "--json", "-o", "chosen.endcap"));
  for (const relation of report.training.relations.filter(({ relation }) => relation !== "similar")) {
    assert.equal(relation.verdict, "signal");
    assert.ok(relation.questions > 2000 && relation.tried.length > 5, relation.relation);
  }
});

test("large orders count with their least popular hundred, and unknown customers one each", async () => {
  // 3 × 150 products in orders of 150, 3 of them without a customer, and small orders that make products popular.
  await connection.run(`CREATE OR REPLACE TABLE order_lines AS
    SELECT 'L' || o AS order_id, CASE WHEN o < 3 THEN NULL ELSE 'c' || (o % 2) END AS customer_id, 1767225600 + 86400 * o AS ts, 'p' || lpad(CAST(i AS VARCHAR), 3, '0') AS sku
    FROM range(6) t(o), range(150) u(i)
    UNION ALL
    SELECT 'S' || o || '-' || i, NULL, 1767225600 + 86400 * o, 'p' || lpad(CAST(i AS VARCHAR), 3, '0') FROM range(40) t(o), range(150) u(i) WHERE i * 7 % 40 > o
    UNION ALL
    SELECT 'T' || o, 'same', 1767225600 + 86400 * o, s FROM range(5) t(o), (VALUES ('one'), ('customer')) v(s)`);
  const csv = join(work, "large.csv");
  await connection.run(`COPY (SELECT order_id, customer_id, strftime(make_timestamp(ts * 1000000), '%Y-%m-%dT%H:%M:%SZ') AS timestamp, sku FROM order_lines) TO ${quoted(csv)} (HEADER)`);
  run("init", "--sql", "--dir", "large");
  await count(join(work, "large"));
  run("train", "--pairs", "large/pairs", "--items", "large/items", "-o", "large-pairs.endcap");
  run("train", "--orders", csv, "--settings", "default", "-o", "large-orders.endcap");
  const list = (model) => neighbours(model).map(({ sku, relations }) => [sku, relations.map(({ neighbours: all }) => all.map((n) => n.sku).sort())]);
  const mine = list("large-pairs.endcap");
  assert.deepEqual(mine, list("large-orders.endcap"));
  const paired = neighbours("large-pairs.endcap").filter(({ relations }) => relations.some(({ kind, neighbours: all }) => kind === "cart" && all.length > 0));
  assert.equal(paired.length, 100);
});
