// The packed package in Node, as a shop would use it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { installed, importIn, knownSkus, nameless, sampleBundle } from "./support.mjs";

const { project } = installed();
const { load, EndcapError, FALLBACK_REASONS, REASONS } = await importIn(project, "endcap");
const bundle = sampleBundle();
const recommender = await load(bundle);
const skus = knownSkus(recommender);
const ask = (request) => nameless(recommender.recommend({ placement: "cart", ...request }));
const shown = (request) => ask(request).items.map(({ sku }) => sku);

test("an answer has the documented shape", () => {
  const answer = ask({ id: "q1", cart: [{ sku: skus[0], quantity: 2, price: 2.95 }] });
  assert.equal(answer.id, "q1");
  assert.equal(answer.placement, "cart");
  assert.equal(answer.model, recommender.info().model);
  assert.deepEqual(Object.keys(answer).sort(), ["experiment", "fallback", "fallback_reason", "id", "items", "model", "placement", "silent", "variant"]);
  assert.ok(answer.fallback === null || answer.fallback === "popular");
  assert.equal(answer.fallback === null, answer.fallback_reason === null);
  assert.equal(answer.silent, null);
  assert.ok(answer.items.length > 0);
  for (const item of answer.items) {
    assert.deepEqual(Object.keys(item), ["sku", "score", "reason", "because"]);
    assert.ok(item.sku.length > 0);
    assert.ok(item.score >= 0 && item.score === Math.fround(item.score));
    assert.ok(REASONS.includes(item.reason));
    assert.ok(item.because.length <= 3);
  }
});

test("an answer of `replenish` counts what is due", () => {
  const answer = recommender.recommend({ placement: "post_purchase", history: [{ sku: skus[0], daysAgo: 25 }, { sku: skus[0], daysAgo: 55 }] });
  assert.equal(answer.due, 1);
  assert.equal(answer.items.find(({ sku }) => sku === skus[0]).reason, "due");
  assert.equal(recommender.recommend({ placement: "post_purchase" }).due, 0);
});

test("a list that falls back says why", () => {
  assert.equal(ask({}).fallback_reason, "no_context");
  assert.ok(FALLBACK_REASONS.includes(ask({ cart: [{ sku: skus[0] }], limit: 100 }).fallback_reason));
});

test("with neither cart nor product the last order votes, and nothing of the history is shown", () => {
  const history = [{ sku: skus[0], daysAgo: 80 }, { sku: skus[1], daysAgo: 3 }];
  const { items, ...rest } = ask({ history });
  const cart = ask({ cart: [{ sku: skus[1] }], exclude: [skus[0]] });
  assert.deepEqual({ items, ...rest }, cart);
  assert.ok(items.every(({ sku }) => sku !== skus[0] && sku !== skus[1]));
});

test("without an id the answer has none", () => assert.ok(!("id" in ask({}))));

test("scores fall or stay from one item to the next, the fallback's behind the others", () => {
  const { items } = ask({ cart: [{ sku: skus[0] }] });
  const voted = items.filter(({ reason }) => reason !== "popular");
  assert.deepEqual(items.slice(0, voted.length), voted);
  const scores = voted.map(({ score }) => score);
  assert.deepEqual(scores, scores.toSorted((a, b) => b - a));
});

test("what lies in the cart is never shown", () => {
  const cart = skus.map((sku) => ({ sku }));
  assert.deepEqual(shown({ cart }).filter((sku) => skus.includes(sku)), []);
});

test("the product of the page is never shown", () => assert.ok(!shown({ product: skus[0] }).includes(skus[0])));

test("an excluded SKU is not shown", () => assert.ok(!shown({ exclude: [skus[0]] }).includes(skus[0])));

test("the order of the cart has no meaning", () => {
  const cart = skus.map((sku) => ({ sku }));
  assert.deepEqual(ask({ cart }), ask({ cart: cart.toReversed() }));
});

test("a limit shortens the list from its end", () => {
  const all = shown({});
  for (const limit of [0, 1, 2]) assert.deepEqual(shown({ limit }), all.slice(0, limit));
  assert.deepEqual(shown({ limit: 1.9 }), all.slice(0, 1));
  assert.deepEqual(shown({ limit: -1 }), []);
});

test("a limit that is no number, or a huge one, leaves the placement's own", () => {
  for (const limit of [undefined, null, NaN, "2", {}, 1e9, 2 ** 32, 1e300, Infinity]) assert.deepEqual(shown({ limit }), shown({}));
});

test("unknown SKUs change nothing", () => {
  const cart = [{ sku: skus[0] }];
  const unknown = [{ sku: "no such thing" }, { sku: "Ж漢🛒" }, { sku: "\ud800" }, { sku: "x".repeat(100_000) }];
  assert.deepEqual(ask({ cart: [...cart, ...unknown] }), ask({ cart }));
  assert.deepEqual(ask({ product: "no such thing", recent: ["nor this"], exclude: ["nor that"] }), ask({}));
});

test("a SKU with a control character is passed over, not split", () => {
  for (const control of ["\n", "\r\n", "\0", "\x1f", "\x7f", "\x85"]) {
    const sku = `${skus[0]}${control}${skus[1]}`;
    assert.deepEqual(ask({ cart: [{ sku }], product: sku, recent: [sku], exclude: [sku] }), ask({}));
  }
});

test("odd types in lists and in place of lists are passed over", () => {
  const odd = [null, undefined, 7, NaN, true, "", [], {}, { sku: 7 }, { sku: "" }, { sku: null }, Symbol("s"), () => 1, 1n];
  const plain = ask({ cart: [{ sku: skus[0] }] });
  assert.deepEqual(ask({ cart: [...odd, { sku: skus[0], quantity: NaN, price: -1 }], recent: odd, history: odd, exclude: odd }), plain);
  for (const value of odd) {
    assert.deepEqual(ask({ cart: [{ sku: skus[0] }], recent: value, history: value, exclude: value, product: value }), plain);
  }
});

test("duplicate lines count once", () => {
  const cart = [{ sku: skus[0] }];
  assert.deepEqual(ask({ cart: [...cart, ...cart, ...cart] }), ask({ cart }));
});

test("a cart of 10,000 lines is answered", () => {
  const cart = Array.from({ length: 10_000 }, (_, line) => ({ sku: line === 5_000 ? skus[0] : `none ${line}` }));
  assert.deepEqual(ask({ cart }), ask({ cart: [{ sku: skus[0] }] }));
});

test("ages of purchases may be written both ways; purchases without one are passed over", () => {
  const history = (entries) => ask({ history: entries });
  const camel = history([{ sku: skus[0], daysAgo: 40 }, { sku: skus[1], daysAgo: 3.5 }]);
  assert.deepEqual(history([{ sku: skus[0], days_ago: 40 }, { sku: skus[1], days_ago: 3.5 }]), camel);
  const ageless = [{ sku: skus[2] }, { sku: skus[2], daysAgo: NaN }, { sku: skus[2], daysAgo: "1" }, { sku: skus[2], daysAgo: Infinity }];
  assert.deepEqual(history(ageless), history([]));
  assert.doesNotThrow(() => history([{ sku: skus[0], daysAgo: -1e308 }, { sku: skus[0], daysAgo: 1e308 }]));
});

test("an answer has one name, another question or moment has another, and nobody's is told by it", () => {
  const name = (more) => recommender.recommend({ placement: "cart", cart: [{ sku: skus[0] }], now: "2026-11-26T12:00:00Z", ...more }).recommendation;
  assert.equal(name({}), name({}));
  const others = [{}, { now: "2026-11-26T12:00:01Z" }, { now: null }, { cart: [{ sku: skus[1] }] }, { segment: { a: "b" } }, { placement: "pdp_similar" }];
  assert.equal(new Set(others.map(name)).size, others.length);
  for (const unit of ["u", "v", null, undefined, "", 7, {}]) assert.equal(name({ unit }), name({}), "no unit is in it");
});

test("a thousand calls give the same answer", () => {
  const request = { cart: [{ sku: skus[0] }], recent: [skus[1]] };
  const first = ask(request);
  for (let call = 0; call < 1_000; call++) assert.deepEqual(ask(request), first);
});

test("an unknown placement is an error that lists the known ones", () => {
  for (const placement of ["crat", "", "cart\ncart", "constructor"]) {
    assert.throws(() => recommender.recommend({ placement }), (error) => {
      assert.ok(error instanceof EndcapError);
      assert.equal(error.code, "E_UNKNOWN_PLACEMENT");
      for (const name of recommender.placements()) assert.ok(error.message.includes(name));
      return true;
    });
  }
});

test("a request without a placement is an error", () => {
  for (const request of [undefined, null, 7, "cart", {}, { placement: 7 }, { placement: null }, { placement: 1n }, { placement: Symbol("cart") }]) {
    assert.throws(() => recommender.recommend(request), { name: "EndcapError", code: "E_ARGUMENT" });
  }
});

test("info describes the bundle", () => {
  const info = recommender.info();
  assert.ok(info.items > 0 && info.bytes > 0);
  for (const text of [info.model, info.currency, info.generator]) assert.equal(typeof text, "string");
  for (const { name, bytes } of info.sections) assert.ok(name.length > 0 && bytes >= 0);
  for (const relation of info.relations) assert.deepEqual(Object.keys(relation).toSorted(), ["kind", "loaded", "model", "verdict"]);
});

test("two recommenders live side by side; a freed one says so", async () => {
  const other = await load(bundle);
  assert.deepEqual(nameless(other.recommend({ placement: "cart" })), ask({}));
  other.free();
  other.free();
  const freed = { name: "EndcapError", code: "E_FREED" };
  for (const call of ["placements", "info"]) assert.throws(() => other[call](), freed);
  assert.throws(() => other.recommend({ placement: "cart" }), freed);
  await assert.rejects(other.add(bundle), freed);
  await assert.rejects(other.cards([]), freed);
  assert.ok(shown({}).length > 0);
});

test("cards from a function: it is asked for SKUs only, and its answer comes through", async () => {
  const asked = [];
  const card = (sku) => ({ sku, title: sku, url: null, image: null, cartId: null, price: null });
  const own = await load(bundle, { cards: async (list) => (asked.push(list), list.map(card)) });
  assert.deepEqual(await own.cards([skus[0], null, "a\nb", skus[1]]), [card(skus[0]), card(skus[1])]);
  assert.deepEqual(asked, [[skus[0], skus[1]]]);
});
