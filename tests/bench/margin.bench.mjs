// What a bounded price for margin buys, and what it costs: the same orders, asked with relevance alone, with more and more of
// it given up for margin, and with the naive product of probability and margin.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rows } from "./csv.mjs";
import { endcap, output, quiet, record, root, table } from "./support.mjs";

const LIST = 10;
/** The naive way reorders so many candidates. */
const POOL = 64;
const data = process.env.ENDCAP_DATA ?? join(root, "../shared/data");
const folder = join(data, "adventureworks");

/** What a placement gives up for margin. */
const POLICIES = [
  ["relevance alone", {}],
  ["margin, ε = 0.05", { objective: '"margin"', max_relevance_loss: 0.05 }],
  ["margin, ε = 0.10", { objective: '"margin"', max_relevance_loss: 0.1 }],
  ["margin, ε = 0.20", { objective: '"margin"', max_relevance_loss: 0.2 }],
  ["margin, ε = 0.30", { objective: '"margin"', max_relevance_loss: 0.3 }],
  ["margin, ε = 0.20, floor 0", { objective: '"margin"', max_relevance_loss: 0.2, margin_floor: 0.0 }],
];

const file = (ending) => join(output, `margin.${ending}`);
const run = (...given) => execFileSync(endcap, given, quiet).toString();

/** A file of settings with one placement of `limit` items. */
function settings(limit, keys) {
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${value}\n`);
  writeFileSync(file("toml"), `[shop]\ncurrency = "USD"\n[placement.cart]\nstrategy = "cart_addons"\nlimit = ${limit}\n${lines.join("")}`);
}

/** Orders in the order of time: the first nine tenths to learn from, of the others each with one product hidden. */
function split(lines) {
  const orders = new Map();
  for (const line of lines) orders.set(line.order_id, [...(orders.get(line.order_id) ?? []), line]);
  const sorted = [...orders.values()].sort(([a], [b]) => (a.timestamp + a.order_id < b.timestamp + b.order_id ? -1 : 1));
  const late = Math.floor(sorted.length * 0.9);
  const sold = new Set(sorted.slice(0, late).flat().map(({ sku }) => sku));
  const questions = sorted.slice(late).flatMap((order, at) => {
    const skus = [...new Set(order.map(({ sku }) => sku))].filter((sku) => sold.has(sku)).sort();
    if (skus.length < 2) return [];
    const [hidden] = skus.splice((at * 7919) % skus.length, 1);
    return [{ id: String(at), placement: "cart", cart: skus.map((sku) => ({ sku })), hidden }];
  });
  return { train: sorted.slice(0, late).flat(), questions };
}

/** The answers of the bundle under other settings, which come as an overlay. */
function ask(revision, limit, keys) {
  settings(limit, keys);
  run("patch", "--bundle", file("endcap"), "--config", file("toml"), "--audience", "edge", "--revision", String(revision), "-o", file("overlay"));
  const answers = run("recommend", "--bundle", file("endcap"), "--overlay", file("overlay"), "--requests", file("jsonl"));
  return answers.trim().split("\n").map((line) => JSON.parse(line).items);
}

const sum = (list) => list.reduce((all, one) => all + one, 0);

/** Hits, margin and relevance of lists of ten, beside those of relevance alone. */
function measure(lists, questions, margin, pure) {
  const hits = lists.map((items, at) => items.some(({ sku }) => sku === questions[at].hidden));
  const losses = lists.map((items, at) => 1 - sum(items.map(({ score }) => score)) / sum(pure[at].map(({ score }) => score)));
  const slots = lists.flat();
  return {
    hr10: sum(hits.map(Number)) / hits.length,
    realised: sum(hits.map((hit, at) => (hit ? (margin.get(questions[at].hidden) ?? 0) : 0))) / hits.length,
    expected: sum(slots.map(({ sku, score }) => score * (margin.get(sku) ?? 0))) / lists.length,
    loss: sum(losses) / losses.length,
    most: Math.max(...losses),
    lossMaking: slots.filter(({ sku }) => margin.get(sku) < 0).length / slots.length,
  };
}

function bench() {
  const { train, questions } = split(rows(join(folder, "orders.csv.gz")));
  const catalog = rows(join(folder, "catalog.csv.gz"));
  const margin = new Map(catalog.filter(({ cost }) => cost !== "").map(({ sku, price, cost }) => [sku, price - cost]));
  const names = Object.keys(train[0]);
  const csv = [names, ...train.map((line) => names.map((name) => line[name]))].map((line) => line.join(",")).join("\n");
  writeFileSync(file("csv"), `${csv}\n`);
  writeFileSync(file("jsonl"), `${questions.map(({ hidden, ...request }) => JSON.stringify(request)).join("\n")}\n`);
  settings(LIST, {});
  run("train", "--catalog", join(folder, "catalog.csv.gz"), "--orders", file("csv"), "--config", file("toml"), "--audience", "edge", "-o", file("endcap"));
  let revision = 0;
  const all = POLICIES.map(([name, keys]) => [name, ask(++revision, LIST, keys)]);
  const worth = ({ sku, score }) => score * (margin.get(sku) ?? 0);
  const naive = ask(++revision, POOL, {}).map((items) => items.sort((a, b) => worth(b) - worth(a)).slice(0, LIST));
  all.push(["naive: p × margin", naive]);
  const pure = all[0][1];
  const figures = Object.fromEntries(all.map(([name, lists]) => [name, measure(lists, questions, margin, pure)]));
  const lines = [["policy", "HR@10", "realised margin a request", "to relevance alone", "expected margin", "relevance lost %", "at most %", "loss-making slots %"]];
  for (const [name, found] of Object.entries(figures)) {
    const ratio = found.realised / figures["relevance alone"].realised;
    lines.push([name, found.hr10, found.realised, ratio, found.expected, 100 * found.loss, 100 * found.most, 100 * found.lossMaking]);
  }
  table(`adventureworks: ${questions.length} later carts with one product hidden, lists of ${LIST}`, lines);
  record("margin", figures);
}

if (existsSync(folder)) bench();
else console.log("not measured: adventureworks is not there; name its parent folder by ENDCAP_DATA");
