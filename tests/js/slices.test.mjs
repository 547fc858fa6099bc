// A page that starts with one slice and adds the rest: relations, then cards. Cut by the native binary.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { importIn, installed, knownSkus, sampleShop, serve } from "./support.mjs";

const { project } = installed();
const { load } = await importIn(project, "endcap");
const { directory, endcap } = sampleShop();
const native = (...args) => execFileSync(endcap, args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const file = (name) => new Uint8Array(readFileSync(join(directory, name)));
const cut = (name, ...options) => (native("slice", "model.endcap", ...options, "-o", name), file(name));

const model = file("model.endcap");
const cart = cut("cart.endcap", "--relations", "cart");
const rest = cut("rest.endcap", "--relations", "bought_together,similar", "--addition");
const cards = cut("cards.endcap", "--relations", "cards", "--addition");
native("train", "--catalog", "catalog.csv", "--orders", "orders.csv", "-o", "other.endcap");
native("slice", "other.endcap", "--relations", "cart", "--addition", "-o", "other.cart.endcap");

let requests = 0;
const origin = await serve({ "/cards.endcap": (_, response) => (requests++, setTimeout(() => response.end(cards), 20)) });
const whole = await load(model);
const skus = knownSkus(whole);
const views = [{ placement: "cart", cart: [{ sku: skus[0] }] }, ...["pdp_complements", "pdp_similar"].map((placement) => ({ placement, product: skus[0] }))];
const answers = (recommender) => views.map((request) => recommender.recommend({ ...request, now: "2026-11-26T12:00:00Z" }));

// The whole model blends more into a cart than its first relation, so the answers may differ in score and in tail.
test("the cart slice answers the cart by itself, and knows which relations it lacks", async () => {
  const recommender = await load(cart);
  const { items, fallback } = recommender.recommend(views[0]);
  assert.equal(fallback, null);
  assert.equal(items.length, whole.recommend(views[0]).items.length);
  assert.ok(items.every(({ reason, because }) => reason === "bought_together" && because.includes(skus[0])));
  assert.deepEqual(recommender.info().relations.filter(({ loaded }) => loaded).map(({ kind }) => kind), ["cart"]);
});

test("with the rest added, all answers are those of the whole model", async () => {
  const recommender = await load(cart);
  await recommender.add(rest);
  assert.deepEqual(answers(recommender), answers(whole));
  assert.ok(recommender.info().relations.every(({ loaded }) => loaded));
});

test("a slice of another model is refused, and one that only adds cannot stand alone", async () => {
  const recommender = await load(cart);
  const before = answers(recommender);
  await assert.rejects(recommender.add(file("other.cart.endcap")), { code: "E_OTHER_MODEL" });
  assert.deepEqual(answers(recommender), before);
  await assert.rejects(load(rest), { code: "E_ADDITION" });
});

test("cards of a slice come once, for SKUs in the order asked", async () => {
  const recommender = await load(cart, { cards: `${origin}/cards.endcap` });
  assert.equal(requests, 0);
  const asked = [skus[1], "no such thing", skus[0], null, "a\nb"];
  const [first, second] = await Promise.all([recommender.cards(asked), recommender.cards(asked)]);
  assert.equal(requests, 1);
  assert.deepEqual(first, second);
  assert.deepEqual(first.map(({ sku }) => sku), [skus[1], skus[0]]);
  for (const card of first) {
    assert.deepEqual(Object.keys(card), ["sku", "title", "url", "image", "cartId", "price"]);
    assert.ok(card.title.length > 0);
    assert.ok(Number.isInteger(card.price.minor) && /^[A-Z]{3}$/.test(card.price.currency));
  }
});

test("the signal of a load that is over does not stop its cards", async () => {
  const controller = new AbortController();
  const recommender = await load(cart, { signal: controller.signal, cards });
  controller.abort();
  assert.equal((await recommender.cards([skus[0]])).length, 1);
});

test("cards are those of the catalog", async () => {
  const recommender = await load(cart);
  await recommender.add(cards);
  const [{ title, price }] = await recommender.cards([skus[0]]);
  const line = readFileSync(join(directory, "catalog.csv"), "utf8").split("\n").find((row) => row.startsWith(`${skus[0]},`));
  assert.ok(line.includes(title), line);
  assert.ok(line.includes((price.minor / 100).toFixed(2)), line);
});

test("without cards, asking for them is an error that says how to get them", async () => {
  await assert.rejects((await load(cart)).cards([skus[0]]), { code: "E_ARGUMENT", message: /no cards/, advice: /cards/ });
});

test("a cards slice of a shop without a catalog is empty, and no error", async () => {
  const none = cut("none.endcap", "--relations", "none", "--addition");
  const recommender = await load(cart, { cards: none });
  assert.deepEqual(await recommender.cards([skus[0]]), []);
  await recommender.add(none);
});

test("a recommender freed while a slice is on its way says so", async () => {
  const recommender = await load(cart, { cards: `${origin}/cards.endcap` });
  const asked = recommender.cards([skus[0]]);
  recommender.free();
  await assert.rejects(asked, { code: "E_FREED" });
});

test("a slice that waits for its moment joins where there is no page, and a refused one leaves all as it was", async () => {
  const { idle } = await importIn(project, "endcap/loading");
  const recommender = await load(cart);
  assert.equal(await recommender.add(rest, { when: idle() }), true);
  assert.deepEqual(answers(recommender), answers(whole));
  await assert.rejects(recommender.add(file("other.cart.endcap"), { when: idle() }), { code: "E_OTHER_MODEL" });
  assert.deepEqual(answers(recommender), answers(whole));
});

test("the command line gives the same answers, to the bit of the score", async () => {
  const history = skus.map((sku, at) => ({ sku, days_ago: at * 20.5 }));
  // These reorder a list of the shop's own, and the command line answers them in another form.
  const lists = ["category", "search"];
  const asked = whole.placements().filter((placement) => !lists.includes(placement)).flatMap((placement) => skus.flatMap((sku, at) => [
    { id: `${placement} cart ${at}`, placement, cart: skus.slice(0, at + 1).map((known) => ({ sku: known, quantity: 2 })) },
    { id: `${placement} product ${at}`, placement, product: sku, recent: skus.slice(at), limit: 3 },
    { id: `${placement} history ${at}`, placement, history: history.slice(0, at + 1), exclude: [sku] },
  ]));
  writeFileSync(join(directory, "requests.jsonl"), asked.map((request) => JSON.stringify(request)).join("\n"));
  const lines = native("recommend", "--bundle", "model.endcap", "--requests", "requests.jsonl").trim().split("\n");
  const shape = ({ id, placement, items, fallback, fallback_reason, due }) => ({ id, placement, fallback, fallback_reason, due, items: items.map(({ sku, score, reason, because }) => ({ sku, score: Math.fround(score), reason, because })) });
  assert.deepEqual(lines.map((line) => shape(JSON.parse(line))), asked.map((request) => shape(whole.recommend(request))));
});
