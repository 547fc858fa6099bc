// What completes a product, what replaces it: lists against labels that people made, with and without the rules that
// keep the two apart.

import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rows } from "./csv.mjs";
import { endcap, feeds, output, quiet, record, root, table } from "./support.mjs";

const LIST = 10;
const data = process.env.ENDCAP_DATA ?? join(root, "../shared/data");

/** Settings: evidence alone fills a list, so that best sellers neither help nor hide what is missing. */
function settings(sameCategory) {
  const placement = (name, strategy, category) =>
    `[placement.${name}]\nstrategy = "${strategy}"\nlimit = ${LIST}\nsame_category = "${category}"\nfallback = []\n`;
  return [
    placement("cart", "cart_addons", sameCategory),
    placement("pdp_complements", "bought_together", sameCategory),
    placement("pdp_similar", "similar", "allow"),
    placement("best_sellers", "popular", "allow"),
  ].join("\n");
}

/** Trains on a set and returns a function that answers for a list of products. */
function trained(folder, sameCategory) {
  const [config, bundle, requests] = ["toml", "endcap", "jsonl"].map((ending) => join(output, `separation.${ending}`));
  writeFileSync(config, settings(sameCategory));
  execFileSync(endcap, ["train", ...feeds(folder), "--config", config, "--allow-weak", "-o", bundle], quiet);
  return (placement, products) => {
    const lines = products.map((product) => JSON.stringify({ id: product, placement, product, limit: LIST }));
    writeFileSync(requests, `${lines.join("\n")}\n`);
    const answers = execFileSync(endcap, ["recommend", "--bundle", bundle, "--requests", requests], quiet).toString();
    const voted = ({ reason }) => reason !== "popular" || placement === "best_sellers";
    return answers.trim().split("\n").map((answer) => JSON.parse(answer).items.filter(voted).map(({ sku }) => sku));
  };
}

/**
 * How lists compare with labels: what of the labels stands in them, and how they are filled. A variant stands for the product
 * whose variant it is.
 */
function compare(answer, placement, labels, { categories, parents }) {
  const seeds = [...labels.keys()].sort();
  const lists = answer(placement, seeds).map((list) => [...new Set(list.map((sku) => parents.get(sku) || sku))]);
  let [wanted, found, shown, same] = [0, 0, 0, 0];
  seeds.forEach((seed, at) => {
    wanted += labels.get(seed).size;
    found += lists[at].filter((sku) => labels.get(seed).has(sku)).length;
    shown += lists[at].length;
    same += lists[at].filter((sku) => categories.get(seed) && categories.get(sku) === categories.get(seed)).length;
  });
  return { labels: wanted, found: found / wanted, ofList: shown ? found / shown : 0, sameCategory: shown ? same / shown : 0, length: shown / seeds.length };
}

/** For every product the others that `pairs` name. */
function labelled(pairs) {
  const labels = new Map();
  for (const [seed, other] of pairs) {
    if (seed === other) continue;
    if (!labels.has(seed)) labels.set(seed, new Set());
    labels.get(seed).add(other);
  }
  return labels;
}

/** Rows by what `field` says, each group in the order of the file. */
function grouped(list, field) {
  const groups = new Map();
  for (const row of list) groups.set(row[field], [...(groups.get(row[field]) ?? []), row]);
  return groups;
}

/** Products of one bundle, each beside each. */
function bundleLabels(folder) {
  const bundles = grouped(rows(join(folder, "bundles.csv.gz")), "bundle_id");
  return { "same bundle": labelled([...bundles.values()].flatMap((bundle) => bundle.flatMap((a) => bundle.map((b) => [a.sku, b.sku])))) };
}

/** Links of each kind. */
function linkLabels(folder) {
  const kinds = grouped(rows(join(folder, "links.csv.gz")), "relation");
  return Object.fromEntries([...kinds].map(([kind, links]) => [kind, labelled(links.map((link) => [link.sku, link.linked_sku]))]));
}

const PLACEMENTS = ["best_sellers", "pdp_complements", "pdp_similar"];
const figures = {};
for (const [set, read] of [["bundlerec_food", bundleLabels], ["magento_luma", linkLabels]]) {
  const folder = join(data, set);
  if (!existsSync(folder)) {
    console.log(`not measured: ${set} is not there; name its parent folder by ENDCAP_DATA`);
    continue;
  }
  const catalog = rows(join(folder, "catalog.csv.gz"));
  const of = (field) => new Map(catalog.map((row) => [row.sku, row[field] ?? ""]));
  const products = { categories: of("category"), parents: of("parent_sku") };
  const labels = read(folder);
  const lines = [["labels", "placement", "same category", "labels in all", "found %", "of the list %", "own category %", "list length"]];
  figures[set] = [];
  for (const sameCategory of ["allow", "unless_varied"]) {
    const answer = trained(folder, sameCategory);
    for (const [kind, pairs] of Object.entries(labels)) {
      for (const placement of PLACEMENTS) {
        const found = compare(answer, placement, pairs, products);
        figures[set].push({ kind, placement, complementsOfTheSameCategory: sameCategory, ...found });
        lines.push([kind, placement, sameCategory, found.labels, 100 * found.found, 100 * found.ofList, 100 * found.sameCategory, found.length]);
      }
    }
  }
  table(`${set}: lists of ${LIST} without best sellers, against labels made by people`, lines);
}
record("separation", figures);
