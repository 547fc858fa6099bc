// Overlays: what they change, what is refused with which code, and that the last good state stays in force.

import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, dealtShop, golden, importIn, installed, nameless, trainedShop } from "./support.mjs";

const { project } = installed();
const { load } = await importIn(project, "endcap");
const studio = await (await importIn(project, "endcap/studio")).load(golden("v1_complete.endcap"));
const bundle = golden("v1_complete.endcap");
const request = { placement: "cart", cart: [{ sku: "KETTLE" }], now: "2026-11-22T10:00:00Z" };
const ask = (recommender) => nameless(recommender.recommend(request));
const out = (revision, ...skus) => studio.overlay({ items: Object.fromEntries(skus.map((sku) => [sku, { availability: "out" }])), revision });

test("a page takes what the studio makes, in the order of revisions", async () => {
  const page = await load(bundle);
  assert.equal(page.info().overlay, null);
  const first = studio.overlay({ items: { DRIPPER: { availability: "out" }, unknown: { price: 3 } }, revision: 7, made_at: "2026-11-22T09:00:00Z" });
  assert.deepEqual(page.patch(first), { changed: true, items: 1, unknown: 1, unknown_experiments: 0 });
  assert.deepEqual(page.info().overlay, { revision: 7, made_at: "2026-11-22T09:00:00.000Z" });
  assert.ok(!ask(page).items.some(({ sku }) => sku === "DRIPPER"));
  const held = ask(page);
  assert.deepEqual(page.patch(first), { changed: false, items: 0, unknown: 0, unknown_experiments: 0 });
  assert.throws(() => page.patch(out(6, "SCALE")), { code: "E_OLDER_REVISION", message: /after 7, found 6/ });
  assert.deepEqual(ask(page), held);
  assert.deepEqual(page.patch(studio.overlay({ placements: { cart: { enabled: false } }, revision: 8 }).buffer), { changed: true, items: 0, unknown: 0, unknown_experiments: 0 });
  assert.equal(ask(page).silent, "disabled");
  page.setEnabled("cart", true);
  assert.deepEqual(ask(page), held);
});

test("an overlay may come with the bundle", async () => {
  assert.ok(!ask(await load(bundle, { overlay: out(3, "DRIPPER") })).items.some(({ sku }) => sku === "DRIPPER"));
  await assert.rejects(load(bundle, { overlay: out(3, "DRIPPER").subarray(0, 40) }), { code: "E_TRUNCATED" });
  await assert.rejects(load(bundle, { overlay: bundle }), { code: "E_NOT_AN_OVERLAY" });
});

test("every truncation and every flipped byte is refused with a code, and nothing changes", async () => {
  const page = await load(bundle);
  page.patch(out(1, "SCALE"));
  const held = ask(page);
  const next = studio.overlay({ items: { DRIPPER: { availability: "out", price: 1.5 } }, rules: [{ name: "x", match: { sku: "CUP" }, when: { cart_lines: { min: 1 } }, action: { exclude: true } }], revision: 2 });
  const codes = new Set();
  for (let length = 0; length < next.length; length++) codes.add(codeOf(() => page.patch(next.subarray(0, length))));
  assert.deepEqual([...codes].toSorted(), ["E_NOT_AN_OVERLAY", "E_TRUNCATED"]);
  for (let at = 0; at < next.length; at++) {
    const flipped = next.slice();
    flipped[at] ^= 1 << at % 8;
    const code = codeOf(() => page.patch(flipped));
    assert.ok(["E_NOT_AN_OVERLAY", "E_NEWER_VERSION", "E_TRUNCATED", "E_DAMAGED", "E_MALFORMED"].includes(code), `byte ${at}: ${code}`);
  }
  for (const none of [new Uint8Array(0), new TextEncoder().encode("<!doctype html>"), bundle]) assert.equal(codeOf(() => page.patch(none)), "E_NOT_AN_OVERLAY");
  for (const none of [undefined, null, 7, "overlay", {}, []]) assert.equal(codeOf(() => page.patch(none)), "E_ARGUMENT");
  assert.deepEqual(ask(page), held);
  assert.deepEqual(page.info().overlay, { revision: 1, made_at: null });
  assert.equal(page.patch(next).changed, true);
});

test("SKUs of another shop, and what only a server may know, are refused", async () => {
  const page = await load(bundle);
  const held = ask(page);
  assert.equal(codeOf(() => page.patch(out(1, "none", "of", "these"))), "E_OTHER_SHOP");
  assert.equal(codeOf(() => page.patch(golden("v1.overlay"))), "E_PUBLIC_BUNDLE");
  for (const item of [{ stock: 3 }, { cost: 1 }, { margin: 0.2 }]) {
    const overlay = studio.overlay({ items: { KETTLE: item }, revision: 1 });
    assert.equal(codeOf(() => page.patch(overlay)), "E_PUBLIC_BUNDLE");
    assert.equal(codeOf(() => studio.patch({ items: { KETTLE: item } })), "E_PUBLIC_BUNDLE");
  }
  assert.deepEqual(ask(page), held);
});

test("changes as objects: stock of one and of many, prices, switches, with a revision or on the spot", async () => {
  const own = await (await importIn(project, "endcap/studio")).load(bundle);
  const shows = (sku) => ask(own).items.some((item) => item.sku === sku);
  assert.deepEqual(own.setStock("DRIPPER", "out"), { changed: true, items: 1, unknown: 0, unknown_experiments: 0 });
  assert.equal(shows("DRIPPER"), false);
  assert.deepEqual(own.setStock({ DRIPPER: { availability: "in_stock" }, CUP: "out", gone: "low" }), { changed: true, items: 2, unknown: 1, unknown_experiments: 0 });
  assert.deepEqual([shows("DRIPPER"), shows("CUP")], [true, false]);
  own.patch({ items: { CUP: { availability: "in_stock" }, DRIPPER: { availability: "out_of_stock" } }, placements: { bestsellers: { enabled: false } }, revision: 4 });
  assert.deepEqual([shows("DRIPPER"), own.recommend({ placement: "bestsellers" }).silent, own.info().overlay.revision], [false, "disabled", 4]);
  assert.equal(codeOf(() => own.patch({ items: { CUP: { availability: "out" } }, revision: 3 })), "E_OLDER_REVISION");
  own.patch({ items: { DRIPPER: { availability: "in_stock" } } });
  assert.deepEqual([shows("DRIPPER"), own.info().overlay.revision], [true, 4], "on the spot, the revision stays");
  const wrong = [
    null, 7, [], { item: {} }, { items: { CUP: null } }, { items: { CUP: { colour: 1 } } }, { items: { "a\nb": { price: 1 } } }, { items: { CUP: { price: -1 } } },
    { items: { CUP: { price: "1" } } }, { items: { CUP: { availability: "few" } } }, { placements: { cart: { enabled: 1 } } }, { revision: 1.5 }, { revision: -1 }, { made_at: "noon" },
  ];
  for (const change of wrong) assert.equal(codeOf(() => own.patch(change)), "E_ARGUMENT", JSON.stringify(change));
  assert.equal(codeOf(() => own.patch({ placements: { crat: { enabled: true } } })), "E_UNKNOWN_PLACEMENT");
});

test("experiments as objects: taken back, let on again, grown; on the spot or as an overlay", async () => {
  const { bundle: dealt } = dealtShop();
  const [studio, page] = [await (await importIn(project, "endcap/studio")).load(dealt), await (await importIn(project, "endcap")).load(dealt)];
  const arms = (shop) => Array.from({ length: 200 }, (_, n) => shop.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }], unit: `u${n}` }).variant);
  const before = arms(page);
  assert.deepEqual(new Set(before), new Set(["holdout", "treatment", "global_holdout", "served"]));
  studio.patch({ experiments: { addons: { enabled: false } } });
  assert.deepEqual(new Set(arms(studio)), new Set(["global_holdout", "served"]));
  assert.equal(studio.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }], unit: "u1" }).silent, before[1] === "global_holdout" ? "holdout" : null);
  studio.patch({ experiments: { addons: { enabled: true } } });
  assert.deepEqual(arms(studio), before);
  const overlay = studio.overlay({ experiments: { addons: { allocation: { holdout: 0.5, treatment: 0.5 } } }, revision: 4 });
  assert.deepEqual(page.patch(overlay), { changed: true, items: 0, unknown: 0, unknown_experiments: 0 });
  const grown = arms(page);
  assert.ok(before.every((arm, n) => arm === "served" || arm === grown[n]) && !grown.includes("served"), "nobody leaves an arm");
  const other = await (await importIn(project, "endcap")).load(bundle);
  assert.deepEqual(other.patch(overlay), { changed: true, items: 0, unknown: 0, unknown_experiments: 1 });
  const told = studio.explain({ placement: "cart", cart: [{ sku: "KETTLE" }], unit: `u${before.indexOf("holdout")}` });
  assert.deepEqual([told.experiment, told.variant, told.silent, told.shown.length > 0], ["addons", "holdout", "holdout", true]);
  assert.match(String(told), /the visitor is in arm holdout of addons, and the list is kept back \(holdout\)/);
  const said = (variant, placement = "cart") => String(studio.explain({ placement, cart: [{ sku: "KETTLE" }], unit: dealtUnit(variant, placement) }));
  const dealtUnit = (variant, placement) => Array.from({ length: 1_000 }, (_, n) => `u${n}`).find((unit) => studio.recommend({ placement, cart: [{ sku: "KETTLE" }], unit }).variant === variant);
  assert.match(said("served"), /^the visitor is in no arm, while others are held out of everything$/m);
  assert.match(said("served", "home"), /^the visitor is in no arm, while others are held out of everything, and the list is kept back \(incumbent\)$/m);
  assert.match(said("global_holdout"), /^the visitor is in the holdout of everything, and the list is kept back \(holdout\)$/m);
  const wrong = [{ adons: { enabled: true } }, { addons: { enabled: 1 } }, { addons: { shares: {} } }, { addons: null }, { addons: { allocation: { holdout: 0.5, treatment: "0.5" } } }, { addons: { allocation: { holdout: 0.00001, treatment: 0.5 } } }, { addons: { allocation: { holdout: 0, treatment: 0.5 } } }];
  for (const experiments of wrong) assert.equal(codeOf(() => studio.patch({ experiments })), "E_ARGUMENT", JSON.stringify(experiments));
  for (const allocation of [{ treatment: 0.5 }, { holdout: 0.6, treatment: 0.6 }, { holdout: 0.5 }]) assert.equal(codeOf(() => studio.patch({ experiments: { addons: { allocation } } })), "E_MALFORMED", JSON.stringify(allocation));
});

const CATALOG = [
  "KETTLE,Kettle BRANDMARKER-free,Coffee > Kettles,40.00,31.41,271828,BRANDMARKER,TAGMARKER",
  ...["DRIPPER", "FILTER", "SCALE", "MILL", "CUP"].map((sku, n) => `${sku},${sku.toLowerCase()},Coffee > Things,${10 + n}.00,${(10 + n) * 0.6182 < 10 ? ((10 + n) * 0.6182).toFixed(2) : "8.65"},${314159 + n},BRANDMARKER${n},TAGMARKER${n}`),
];
const config = (currency, name) => `
[shop]
currency = "${currency}"
${name ? `name = "${name}"` : ""}
[placement.cart]
strategy = "cart_addons"
objective = "margin"
max_relevance_loss = 0.2
margin_floor = 0.137
owner = "OWNERMARKER"
kpi = "KPIMARKER"
[[rule]]
name = "RULEMARKER"
placements = ["cart"]
match = { margin = { max = 0.271 } }
when = { cart_lines = { min = 1 } }
action = { bury = 0.5 }
`;

test("prices in another currency, and an overlay of another shop, are refused", async () => {
  const { load: open } = await importIn(project, "endcap/studio");
  const [euro, dollar, other] = await Promise.all([["EUR", ""], ["USD", ""], ["EUR", "another shop"]].map(([currency, name]) => open(trainedShop({ config: config(currency, name), catalog: CATALOG }).bundle())));
  const named = await open(trainedShop({ config: config("EUR", "the shop"), catalog: CATALOG }).bundle());
  const price = (from) => from.overlay({ items: { DRIPPER: { price: 11 } }, revision: 1 });
  assert.equal(codeOf(() => euro.patch(price(dollar))), "E_CURRENCY");
  assert.equal(codeOf(() => named.patch(price(other))), "E_OTHER_SHOP");
  assert.equal(codeOf(() => named.patch(price(named))), null);
});

test("a public bundle, its overlays, answers and explanations hold no secret; the edge bundle does", async () => {
  const { load: open } = await importIn(project, "endcap/studio");
  const [edge, public_] = ["edge", "public"].map((audience) => trainedShop({ config: config("EUR", "the shop"), catalog: CATALOG, audience }).bundle());
  const number = (value) => [2, 4, 8].flatMap((size) => {
    if (value >= 2 ** (8 * size)) return [];
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return size < 4 ? [] : [bytes.subarray(0, size)];
  });
  const words = ["OWNERMARKER", "KPIMARKER", "RULEMARKER", "TAGMARKER"].map((text) => [text, [Buffer.from(text)]]);
  const figures = [271828, 314159, 314160, 314161].map((count) => [`the count ${count}`, number(count)]);
  const markers = [...words, ["BRANDMARKER0", [Buffer.from("BRANDMARKER0")]], ...figures];
  const holds = (bytes, forms) => forms.some((form) => Buffer.from(bytes).includes(form));
  for (const [name, forms] of markers) {
    assert.ok(holds(edge, forms), `the search finds ${name} in the edge bundle`);
    assert.ok(!holds(public_, forms), `${name} is not in the public bundle`);
  }
  const server = await open(edge);
  const page = await open(public_);
  assert.equal(server.info().model, page.info().model);
  assert.deepEqual([server.info().audience, page.info().audience], ["edge", "public"]);
  const asked = { placement: "cart", cart: [{ sku: "KETTLE" }] };
  const skus = CATALOG.map((line) => line.split(",")[0]);
  const overlay = server.overlay({ items: { DRIPPER: { availability: "low", price: 10.5 } }, rules: [{ name: "RULEMARKER", match: { tag: "TAGMARKER0" }, when: { cart_lines: { min: 1 } }, action: { bury: 0.5 } }], revision: 1 });
  page.patch(overlay);
  const said = JSON.stringify([page.info(), page.recommend(asked), page.explain(asked, { about: skus }), await page.cards(skus)]) + String(page.explain(asked, { about: skus }));
  for (const [name, forms] of markers) {
    assert.ok(!holds(overlay, forms), `${name} is not in the overlay`);
    assert.ok(!said.includes(name.replace("the count ", "")), `${name} is not told`);
  }
  assert.ok(JSON.stringify(server.explain(asked, { about: skus })).includes("RULEMARKER"), "the server tells the names of rules");
});
