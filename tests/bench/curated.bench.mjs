// Hand-made pairs as a prior: what a shop without orders shows of them, and how orders overrule a bad one.
//
// The first part needs magento_luma (its curated links are the labels); the second lets the orders of the sample shop grow.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rows } from "./csv.mjs";
import { endcap, quiet, record, root, short, table } from "./support.mjs";

const folder = mkdtempSync(join(tmpdir(), "endcap-curated-"));
const at = (name) => join(folder, name);
const run = (...args) => execFileSync(endcap, args, quiet).toString();

/** A number from 0 that looks random, the same everywhere. */
const scatter = (text) => createHash("sha256").update(text).digest().readUInt32BE(0);

/** Lists of 10 by placement and product. */
function ask(bundle, questions) {
  writeFileSync(at("requests.jsonl"), questions.map(({ placement, product, cart }) => JSON.stringify({ placement, product, cart: cart?.map((sku) => ({ sku })), limit: 100 })).join("\n"));
  const answers = run("recommend", "--bundle", bundle, "--requests", at("requests.jsonl")).trim().split("\n");
  return answers.map((line) => JSON.parse(line).items.map((item) => item.sku));
}

const long = (names) => names.map((name) => `[placement.${name}]\nlimit = 100\nfallback = []\n`).join("");
writeFileSync(at("long.toml"), long(["cart", "pdp_complements", "pdp_similar"]));
writeFileSync(at("pins.toml"), `[train]\ncurated = "pins"\n${long(["cart", "pdp_complements", "pdp_similar"])}`);

// ---- a shop without orders

function links(data) {
  const catalog = rows(join(data, "catalog.csv.gz"));
  const skus = new Set(catalog.map((row) => row.sku));
  const parent = new Map(catalog.map((row) => [row.sku, row.parent_sku || row.sku]));
  // The same product by any of its variants.
  const same = (sku) => parent.get(sku) ?? sku;
  const all = rows(join(data, "links.csv.gz")).filter((row) => skus.has(row.sku) && skus.has(row.linked_sku));
  const hidden = (row) => scatter(`${row.sku} ${row.relation} ${row.linked_sku}`) % 5 === 0;
  const placement = (row) => (row.relation === "crosssell" ? "pdp_complements" : "pdp_similar");
  const csv = (list) => `sku,relation,linked_sku\n${list.map((row) => `${row.sku},${row.relation},${row.linked_sku}`).join("\n")}\n`;
  writeFileSync(at("shown.csv"), csv(all.filter((row) => !hidden(row))));
  const questions = [...new Map(all.map((row) => [`${placement(row)} ${row.sku}`, { placement: placement(row), product: row.sku }])).values()];
  const found = {};
  for (const settings of ["long", "pins"]) {
    const bundle = at(`${settings}.endcap`);
    run("train", "--catalog", join(data, "catalog.csv.gz"), "--curated", at("shown.csv"), "--config", at(`${settings}.toml`), "-o", bundle);
    const lists = new Map(ask(bundle, questions).map((list, n) => [`${questions[n].placement} ${questions[n].product}`, list.map(same)]));
    for (const relation of ["crosssell", "related", "upsell"]) {
      for (const part of ["shown", "hidden"]) {
        const asked = all.filter((row) => row.relation === relation && hidden(row) === (part === "hidden"));
        const hits = asked.filter((row) => lists.get(`${placement(row)} ${row.sku}`).slice(0, 10).includes(same(row.linked_sku)));
        found[`${relation}, ${part}`] = { ...found[`${relation}, ${part}`], links: asked.length, [settings]: hits.length };
      }
    }
  }
  return found;
}

// ---- orders against a bad pair

/** What is bought together most, and what is never bought together although both sell. */
function planted(orders) {
  const sold = new Map();
  const both = new Map();
  for (const list of orders) {
    for (const sku of list) {
      sold.set(sku, (sold.get(sku) ?? 0) + 1);
      for (const other of list) if (other !== sku) both.set(`${sku} ${other}`, (both.get(`${sku} ${other}`) ?? 0) + 1);
    }
  }
  const skus = [...sold.keys()].sort();
  const pages = [...sold].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 40).map(([sku]) => sku);
  return pages.map((page) => {
    const count = (sku) => both.get(`${page} ${sku}`) ?? 0;
    const good = skus.filter((sku) => sku !== page).sort((a, b) => count(b) / sold.get(b) ** 0.5 - count(a) / sold.get(a) ** 0.5)[0];
    const never = skus.filter((sku) => sku !== page && count(sku) === 0);
    return { page, good, junk: never[scatter(page) % never.length] };
  }).filter(({ junk }) => junk);
}

function growth() {
  const shop = at("shop");
  run("sample", shop);
  const byOrder = new Map();
  for (const { order_id, sku } of rows(join(shop, "orders.csv"))) byOrder.set(order_id, (byOrder.get(order_id) ?? new Set()).add(sku));
  // In an order that has nothing to do with time, so that the first hundred are like all.
  const orders = [...byOrder].sort((a, b) => scatter(a[0]) - scatter(b[0])).map(([, skus]) => [...skus]);
  const pairs = planted(orders);
  writeFileSync(at("pairs.csv"), `for_sku,sku\n${pairs.map(({ page, junk }) => `${page},${junk}`).join("\n")}\n`);
  const rank = (list, sku) => (list.indexOf(sku) < 0 ? 101 : list.indexOf(sku) + 1);
  const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  return [0, 100, 1000, 30_000].map((count) => {
    const drawn = orders.slice(0, count);
    writeFileSync(at("orders.csv"), `order_id,sku\n${drawn.flatMap((list, n) => list.map((sku) => `${n},${sku}`)).join("\n")}\n`);
    const given = ["--catalog", join(shop, "catalog.csv"), "--curated", at("pairs.csv"), "--config", at("long.toml"), "--allow-weak"];
    run("train", ...given, ...(count ? ["--orders", at("orders.csv")] : []), "-o", at("grown.endcap"));
    const pages = ask(at("grown.endcap"), pairs.map(({ page }) => ({ placement: "pdp_complements", product: page })));
    const carts = ask(at("grown.endcap"), pairs.map(({ page }) => ({ placement: "cart", cart: [page] })));
    const of = (lists, what) => pairs.map((pair, n) => rank(lists[n], pair[what]));
    const holding = pairs.map(({ page }) => drawn.filter((list) => list.includes(page)).length);
    return {
      orders: count,
      holding: middle(holding),
      page: { junk: middle(of(pages, "junk")), good: middle(of(pages, "good")), above: of(pages, "junk").filter((r, n) => r < of(pages, "good")[n]).length / pairs.length },
      cart: { junk: middle(of(carts, "junk")), good: middle(of(carts, "good")), above: of(carts, "junk").filter((r, n) => r < of(carts, "good")[n]).length / pairs.length },
    };
  });
}

const found = {};
const data = join(process.env.ENDCAP_DATA ?? join(root, "../shared/data"), "magento_luma");
if (existsSync(data)) {
  found.links = links(data);
  const share = (part, of) => `${part} (${short((100 * part) / of)} %)`;
  table("magento_luma, no orders: links found in the first ten, a fifth of them hidden from training", [
    ["", "links", "as a prior", "as pins"],
    ...Object.entries(found.links).map(([name, row]) => [name, row.links, share(row.long, row.links), share(row.pins, row.links)]),
  ]);
} else console.log("not measured: magento_luma is not there; name its parent folder by ENDCAP_DATA");

found.growth = growth();
const line = (row, where) => [row.orders, row.holding, where, row[where].junk, row[where].good, `${short(100 * row[where].above)} %`];
table("sample shop, 40 products each with a hand-made pair that nobody buys: median rank (101: not in the list)", [
  ["orders", "with the product", "placement", "the pair's", "best partner's", "pair above partner"],
  ...found.growth.flatMap((row) => [line(row, "page"), line(row, "cart")]),
]);
record("curated", found);
rmSync(folder, { recursive: true });
