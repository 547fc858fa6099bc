// Explanations: the list that was given, and for each item of the model why it is in it or is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { golden, importIn, installed } from "./support.mjs";

const { project } = installed();
const { load } = await importIn(project, "endcap/studio");
const { REASONS, REJECTIONS } = await importIn(project, "endcap");
const studio = await load(golden("v1_complete.endcap"));
const SKUS = ["FILTER-S", "KETTLE", "DRIPPER", "FILTER-L", "SCALE", "CUP"];
const request = { placement: "cart", cart: [{ sku: "KETTLE", quantity: 2, price: 9.95 }] };

test("the explained list is the answer's, and every other item has its reason", () => {
  for (const placement of studio.placements()) {
    const asked = { ...request, placement, recent: ["SCALE"], history: [{ sku: "CUP", daysAgo: 9 }] };
    const answer = studio.recommend(asked);
    const found = studio.explain(asked, { about: SKUS });
    assert.deepEqual(found.shown.map(({ sku, score, reason, because }) => ({ sku, score, reason, because })), answer.items);
    for (const key of ["placement", "fallback", "fallback_reason", "silent", "model"]) assert.equal(found[key], answer[key]);
    const told = [...found.shown, ...found.rejected].map(({ sku }) => sku);
    assert.deepEqual(told.toSorted(), SKUS.toSorted());
    for (const { why, step } of found.rejected) assert.ok(REJECTIONS.includes(why) && [2, 3, 5].includes(step));
    for (const { reason } of found.shown) assert.ok(REASONS.includes(reason));
  }
});

test("votes and parts add up", () => {
  const { subtotal, shown } = studio.explain(request);
  assert.equal(subtotal, 1990);
  const voted = shown.filter(({ votes }) => votes.length > 0);
  assert.ok(voted.length > 0);
  for (const { parts, votes, popularity } of voted) {
    const sum = votes.reduce((total, { vote }) => total + vote, popularity);
    assert.ok(Math.abs(sum - parts.raw) < 1e-5, `${sum} for ${parts.raw}`);
    assert.ok(votes.every(({ sku, relation, weight }) => sku === "KETTLE" && ["cart", "bought_together"].includes(relation) && weight > 0));
  }
});

test("what lies in the cart, what a rule excludes, and by which rule", () => {
  studio.setRules([{ name: "no drippers", match: { sku: "DRIPPER" }, when: { cart_lines: { min: 1 } }, action: { exclude: true } }]);
  const { rules, rejected } = studio.explain(request, { limit: 0, about: ["DRIPPER", "KETTLE"] });
  assert.deepEqual(rules, [{ number: 1, name: "no drippers" }]);
  assert.deepEqual(rejected.find(({ sku }) => sku === "DRIPPER").rule, rules[0]);
  assert.equal(rejected.find(({ sku }) => sku === "DRIPPER").why, "rule");
  assert.equal(rejected.find(({ sku }) => sku === "KETTLE").why, "in_cart");
  assert.equal(rejected.length, 2);
  assert.ok(!("rule" in rejected.find(({ sku }) => sku === "KETTLE")));
  studio.setRules([]);
});

test("the text names what the object holds", () => {
  studio.setRules([{ name: "drippers first", match: { sku: "DRIPPER" }, action: { pin: 1 } }]);
  const text = String(studio.explain(request, { about: SKUS }));
  for (const part of ["cart: cart_addons", "1990", "1. DRIPPER  pinned", '"drippers first"', "KETTLE says", "in_cart"]) assert.ok(text.includes(part), `${part} in\n${text}`);
  assert.deepEqual(Object.keys(studio.explain(request)).includes("toString"), false);
  studio.setRules([]);
});

test("a silent block says why; an unknown placement is an error", () => {
  studio.setEnabled("cart", false);
  const found = studio.explain(request);
  assert.deepEqual([found.silent, found.shown, found.rejected], ["disabled", [], []]);
  assert.equal(String(found), "cart: nothing, disabled");
  studio.setEnabled("cart", true);
  assert.throws(() => studio.explain({ placement: "crat" }), { code: "E_UNKNOWN_PLACEMENT" });
  assert.throws(() => studio.setEnabled("crat", true), { code: "E_UNKNOWN_PLACEMENT" });
  assert.throws(() => studio.setEnabled("cart", 1), { code: "E_ARGUMENT" });
});

test("pages: no item twice, in the order of the requests", () => {
  const requests = [{ placement: "cart", cart: [{ sku: "KETTLE" }], limit: 2, id: "a" }, { placement: "bestsellers" }, { placement: "pdp_similar", product: "KETTLE" }];
  const answers = studio.page(requests);
  assert.deepEqual(answers.map(({ id, placement }) => [id, placement]), [["a", "cart"], [undefined, "bestsellers"], [undefined, "pdp_similar"]]);
  const all = answers.flatMap(({ items }) => items.map(({ sku }) => sku));
  assert.equal(new Set(all).size, all.length);
  assert.ok(answers[0].items.length === 2 && answers[1].items.length > 0);
  assert.deepEqual(studio.page([]), []);
  assert.throws(() => studio.page([{ placement: "cart" }, { placement: "crat" }]), { code: "E_UNKNOWN_PLACEMENT" });
  assert.throws(() => studio.page({ placement: "cart" }), { code: "E_ARGUMENT" });
  assert.notDeepEqual(studio.recommend(requests[1]).items, answers[1].items, "a list of its own knows of no page");
});

test("rerank keeps what it is given, and puts what is sold out last, with alternatives", () => {
  const list = ["CUP", "nobody knows it", "FILTER-S", "KETTLE", "a\nb", "DRIPPER"];
  const before = studio.rerank({ placement: "bestsellers", list });
  assert.deepEqual(before.items.map(({ sku }) => sku).toSorted(), list.toSorted());
  studio.setStock({ "FILTER-S": "out", "DRIPPER": "out" });
  const { items, alternatives } = studio.rerank({ placement: "bestsellers", list });
  assert.deepEqual(items.filter(({ sold_out }) => sold_out).map(({ sku }) => sku), ["FILTER-S", "DRIPPER"]);
  assert.deepEqual(items.slice(-2).map(({ sold_out }) => sold_out), [true, true]);
  for (const { sku, items: instead } of alternatives) {
    assert.ok(["FILTER-S", "DRIPPER"].includes(sku) && instead.length > 0 && instead.every((item) => !list.includes(item.sku)));
  }
  studio.setStock({ "FILTER-S": "in_stock", "DRIPPER": "in_stock" });
  for (const none of [undefined, null, "CUP", {}]) {
    const { items: placed, alternatives: instead, placement, model, experiment, variant, recommendation } = studio.rerank({ placement: "cart", list: none });
    assert.deepEqual([placed, instead, placement, model, experiment, variant], [[], [], "cart", studio.info().model, null, null]);
    assert.match(recommendation, /^[0-9a-f]{32}$/);
  }
  assert.throws(() => studio.rerank({ placement: "crat", list }), { code: "E_UNKNOWN_PLACEMENT" });
});
