// Rules set on the spot by `endcap/studio`: what each part of a rule does, and what is refused, with the code and the place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, golden, importIn, installed } from "./support.mjs";

const { project } = installed();
const { load } = await importIn(project, "endcap/studio");
const { EndcapError } = await importIn(project, "endcap");
const studio = await load(golden("v1_complete.endcap"));
const ask = (request) => studio.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }], ...request });
const shown = (request) => ask(request).items.map(({ sku }) => sku);
const plain = ask();
const rule = (rest) => ({ name: "a rule", placements: ["cart"], match: { sku: "DRIPPER" }, action: { exclude: true }, ...rest });
/** Whether the dripper is shown where a rule that excludes it holds. */
const dripper = (rest, request) => (studio.setRules([rule(rest)]), shown(request).includes("DRIPPER"));

test("without rules the list is as before", () => {
  assert.equal(dripper({}), false);
  studio.setRules([]);
  assert.deepEqual(ask(), plain);
});

test("a rule matches by SKU to the letter, by words of the title, by price, by state, and not by what `not` says", () => {
  assert.equal(dripper({ match: { sku: ["dripper"] } }), true);
  assert.equal(dripper({ match: { title: "DRIPPER the" } }), false);
  assert.equal(dripper({ match: { title: ["drip", "no such word"] } }), true);
  assert.equal(dripper({ match: { price: { min: 9.92, max: 9.92 } } }), false);
  assert.equal(dripper({ match: { price: { min: 9.93 } } }), true);
  assert.equal(dripper({ match: { stock: ["in_stock", "low"] } }), false);
  assert.equal(dripper({ match: { stock: "preorder" } }), true);
  assert.equal(dripper({ match: { title: "the", not: { sku: ["DRIPPER"] } } }), true);
});

test("a rule holds where it says", () => {
  assert.equal(dripper({ placements: ["pdp_complements"] }), true);
  assert.equal(dripper({ placements: "cart" }), false);
  assert.equal(dripper({ placements: undefined }), false);
});

test("conditions on the cart: contents, lines, and the subtotal by quantity and price of the lines", () => {
  const when = (condition, request) => dripper({ when: condition }, request);
  assert.equal(when({ cart_contains_any: { sku: ["KETTLE", "X"] } }), false);
  assert.equal(when({ cart_contains_any: { sku: "SCALE" } }), true);
  assert.equal(when({ cart_contains_all: { sku: ["KETTLE", "SCALE"] } }), true);
  assert.equal(when({ cart_contains_none: { sku: "KETTLE" } }), true);
  assert.equal(when({ cart_contains_none: { sku: "SCALE" } }), false);
  assert.equal(when({ product: { sku: "KETTLE" } }, { cart: [], product: "KETTLE" }), false);
  assert.equal(when({ cart_lines: { min: 2 } }), true);
  const subtotal = { cart_subtotal: { min: 20 } };
  const kettle = (line) => ({ cart: [{ sku: "KETTLE", ...line }] });
  assert.equal(when(subtotal), true, "one kettle is 9.91");
  assert.equal(when(subtotal, kettle({ quantity: 3 })), false);
  assert.equal(when(subtotal, kettle({ price: 19.99 })), true);
  assert.equal(when(subtotal, kettle({ price: 20 })), false);
  assert.equal(when(subtotal, kettle({ price: 10, quantity: 2 })), false);
  assert.equal(when(subtotal, { cart: [null, { sku: "a\nb", price: 99 }, { sku: "KETTLE", price: 1 }] }), true, "amounts stay with their lines");
  for (const odd of [NaN, -1, 0, "3", null, Infinity]) assert.equal(when(subtotal, kettle({ quantity: odd, price: odd === 0 ? 0 : -1 })), true, `${odd}`);
});

test("conditions on the visitor", () => {
  const when = { segment: { device: ["mobile", "tablet"], tier: "gold" } };
  assert.equal(dripper({ when }, { segment: { device: "tablet", tier: "gold", more: "1" } }), false);
  for (const segment of [undefined, null, {}, [], "mobile", { device: "mobile" }, { device: "desktop", tier: "gold" }, { device: 7, tier: "gold" }, { device: "mobile\n", tier: "gold" }]) {
    assert.equal(dripper({ when }, { segment }), true, JSON.stringify(segment));
  }
});

test("windows: from within, until without, by the request's time; without a time they do not hold", () => {
  const window = { from: "2026-11-20T00:00:00+01:00", until: new Date("2026-12-01T00:00:00Z") };
  for (const [now, within] of [
    ["2026-11-19T22:59:59Z", false], ["2026-11-19T23:00:00Z", true], ["2026-11-19T23:00:00.999Z", true], [new Date("2026-11-30T23:59:59.999Z"), true],
    [Date.parse("2026-12-01T00:00:00Z"), false], ["2026-11-25T01:00:00+0100", true], [null, false],
  ]) assert.equal(dripper(window, { now }), !within, String(now));
  const year = 31_557_600_000;
  const current = { from: Date.now() - year, until: Date.now() + year };
  for (const now of [undefined, NaN, "soon", "2026-11-25T01:00:00", {}, new Date(NaN)]) assert.equal(dripper(current, { now }), false, "what is no moment is now");
  assert.equal(dripper(current, { now: null }), true);
});

test("actions: include only, boost, bury, pin", () => {
  const set = (action, match = { sku: "DRIPPER" }) => (studio.setRules([rule({ match, action })]), ask());
  assert.deepEqual(set({ include_only: true }).items.map(({ sku }) => sku), ["DRIPPER"]);
  assert.equal(set({ pin: 1 }).items[0].sku, "DRIPPER");
  assert.equal(set({ pin: 1 }).items[0].reason, "pinned");
  const score = (answer) => answer.items.find(({ sku }) => sku === "DRIPPER").score;
  assert.equal(score(set({ bury: 0.5 })), score(plain) / 2);
  assert.deepEqual(set({ boost: 1.5 }).items.map(({ sku }) => sku), plain.items.map(({ sku }) => sku), "this placement gives up no relevance");
});

test("what a rule cannot say is refused with its place, and the rules before it stay", () => {
  studio.setRules([rule({})]);
  const before = ask();
  const wrong = [
    [{ skew: "X" }, "skew"],
    [{ name: undefined }, "name"],
    [{ name: "a\nb" }, "name"],
    [{ match: undefined }, "match"],
    [{ match: {} }, "match"],
    [{ match: { sku: [] } }, "match.sku"],
    [{ match: { sku: 7 } }, "match.sku"],
    [{ match: { colour: "red" } }, "match"],
    [{ match: { price: 3 } }, "match.price"],
    [{ match: { price: {} } }, "match.price"],
    [{ match: { price: { min: -1 } } }, "match.price.min"],
    [{ match: { price: { min: 3, max: 2 } } }, "match.price"],
    [{ match: { margin: { min: 2 } } }, "match.margin.min"],
    [{ match: { stock: "few" } }, "match.stock"],
    [{ match: { age: { max: 1.5 } } }, "match.age.max"],
    [{ match: { sku: "A", not: {} } }, "match.not"],
    [{ when: {} }, "when"],
    [{ when: { weather: "rain" } }, "when"],
    [{ when: { cart_contains_any: {} } }, "when.cart_contains_any"],
    [{ when: { cart_contains_any: { price: { min: 1 } } } }, "when.cart_contains_any"],
    [{ when: { segment: { device: 7 } } }, "when.segment.device"],
    [{ action: undefined }, "action"],
    [{ action: {} }, "action"],
    [{ action: { exclude: true, pin: 1 } }, "action"],
    [{ action: { exclude: false } }, "action.exclude"],
    [{ action: { boost: 3 } }, "action.boost"],
    [{ action: { bury: 1 } }, "action.bury"],
    [{ action: { pin: 0 } }, "action.pin"],
    [{ from: "2026-11-20" }, "from"],
    [{ from: "2026-11-20T00:00:00" }, "from"],
    [{ from: 2000, until: 1000 }, "until"],
  ];
  for (const [rest, place] of wrong) {
    assert.throws(() => studio.setRules([rule({ name: "sound" }), rule(rest)]), (error) => {
      assert.ok(error instanceof EndcapError);
      assert.equal(error.code, "E_RULE", `${JSON.stringify(rest)}: ${error.message}`);
      assert.ok(error.message.includes("rule 2") && error.message.includes(place) && error.message.includes("expected"), error.message);
      return true;
    });
  }
  assert.throws(() => studio.setRules([rule({}), rule({})]), { code: "E_RULE", message: /a name of its own/ });
  for (const none of [undefined, null, {}, "rules", [null], [[]]]) assert.equal(codeOf(() => studio.setRules(none)), "E_RULE");
  assert.deepEqual(ask(), before);
});

test("what a public bundle does not tell is refused with a code of its own", () => {
  for (const match of [{ brand: "Own" }, { tag: "new" }, { group: "filters" }, { margin: { min: 0.1 } }, { stock: { max: 3 } }]) {
    assert.throws(() => studio.setRules([rule({ match })]), { code: "E_PUBLIC_BUNDLE", message: /a rule/ });
  }
  assert.throws(() => studio.setRules([rule({ placements: ["crat"] })]), { code: "E_UNKNOWN_PLACEMENT", message: /"crat"/ });
});

test("a thousand rules take effect, and a thousand questions later they still do", () => {
  studio.setRules(Array.from({ length: 1000 }, (_, n) => rule({ name: `rule ${n}`, match: { sku: [`SKU-${n}`, "DRIPPER"] }, when: { cart_lines: { max: 1 + (n % 9) } } })));
  const first = ask();
  assert.ok(!first.items.some(({ sku }) => sku === "DRIPPER"));
  for (let k = 0; k < 1000; k++) assert.deepEqual(ask(), first);
});
