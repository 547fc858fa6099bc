// The handler of `endcap/edge`: in Node with stores of all kinds, and in workerd with two isolates that share one.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { dealtShop, golden, importIn, installed, knownSkus, nameless, temporary } from "./support.mjs";

const { project } = installed();
const { createHandler, EDGE_ERRORS, fileStore, kvStore, r2Store } = await importIn(project, "endcap/edge");
const { load } = await importIn(project, "endcap");
const bundle = golden("v1_complete.endcap");
const recommender = await load(bundle);
const studio = await (await importIn(project, "endcap/studio")).load(bundle);
const skus = knownSkus(recommender);
const TOKEN = "a-token-that-nobody-guesses";
const at = (path, init) => new Request(`https://shop.example${path}`, init);
const post = (value, init) => at("/recommendations", { method: "POST", body: JSON.stringify(value), headers: { "content-type": "application/json" }, ...init });
const patch = (bytes, token = TOKEN, headers = {}) => at("/overlay", { method: "PATCH", body: bytes, headers: { authorization: `Bearer ${token}`, ...headers } });
const overlayOf = (revision, items) => studio.overlay({ revision, items, made_at: "2026-11-26T12:00:00Z" });
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const shown = (answer) => answer.items.map(({ sku }) => sku);

/** A listener for what must not fail: the test that it heard something in fails, for a handler swallows what a listener throws. */
const unexpected = [];
const nothingFails = (error, where) => void unexpected.push(`${where}: ${error?.stack ?? error}`);
afterEach(() => assert.deepEqual(unexpected.splice(0), []));

/** A store in memory, as strict as R2. */
function memoryStore() {
  const values = new Map();
  let number = 0;
  return {
    values,
    get: async (name) => values.get(name),
    put: async (name, bytes, expected) => {
      if (expected !== undefined && (values.get(name)?.tag ?? null) !== expected) return false;
      values.set(name, { bytes: bytes.slice(), tag: `${number++}` });
      return true;
    },
  };
}

async function refused(response, status, code) {
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code], [status, code], JSON.stringify(error));
  assert.ok(error.message.length > 0 && error.advice.length > 0);
  assert.equal(response.headers.get("cache-control"), "no-store");
}

test("answers are the recommender's: by address, by body, for a page", async () => {
  const { fetch } = createHandler({ bundle });
  for (const sku of skus) {
    const asked = { placement: "cart", cart: [{ sku }], limit: 3 };
    assert.deepEqual(nameless(await (await fetch(at(`/recommendations?placement=cart&sku=${encodeURIComponent(sku)}&limit=3`))).json()), nameless(recommender.recommend(asked)));
    const full = { ...asked, recent: skus, history: [{ sku, daysAgo: 30 }], segment: { device: "mobile" }, now: "2026-11-26T12:00:00Z", id: "one" };
    assert.deepEqual(await (await fetch(post(full))).json(), recommender.recommend(full));
    const page = [full, { placement: "pdp_similar", product: sku, now: full.now }];
    assert.deepEqual(await (await fetch(post({ page }))).json(), { page: recommender.page(page) });
  }
});

test("what caches may keep names no visitor, and two visitors never share a page", async () => {
  const { fetch } = createHandler({ bundle, maxAge: 30 });
  const open = await fetch(at(`/recommendations?placement=pdp_complements&product=${skus[0]}`));
  assert.equal(open.headers.get("cache-control"), "public, max-age=30, stale-while-revalidate=30");
  const tag = open.headers.get("etag");
  const again = await fetch(at(`/recommendations?placement=pdp_complements&product=${skus[0]}`, { headers: { "if-none-match": `"other", ${tag}` } }));
  assert.deepEqual([again.status, await again.text(), again.headers.get("etag")], [304, "", tag]);
  const cart = await fetch(at(`/recommendations?placement=cart&sku=${skus[0]}`));
  assert.equal(cart.headers.get("cache-control"), "private, no-cache");
  for (const segment of ["a", "b"]) {
    const answer = await fetch(post({ placement: "cart", cart: [{ sku: skus[0] }], segment: { variant: segment } }));
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(answer.headers.get("etag"), null);
  }
});

test("no variant is in an answer that is kept: a unit is named in a body, and no address takes one", async () => {
  const { fetch } = createHandler({ bundle: dealtShop().bundle, maxAge: 30 });
  const open = await fetch(at("/recommendations?placement=cart&product=KETTLE"));
  const { variant, experiment } = await open.json();
  assert.deepEqual([open.headers.get("cache-control"), variant, experiment], ["public, max-age=30, stale-while-revalidate=30", null, null]);
  const found = new Map();
  for (let n = 0; n < 60; n++) {
    const posted = await fetch(post({ placement: "cart", product: "KETTLE", unit: `u${n}` }));
    assert.deepEqual([posted.headers.get("cache-control"), posted.headers.get("etag")], ["no-store", null]);
    const said = await posted.json();
    found.set(said.variant, (found.get(said.variant) ?? 0) + 1);
  }
  for (const unit of ["u1", ""]) {
    const named = () => fetch(at(`/recommendations?placement=cart&product=KETTLE&unit=${unit}`, { headers: { "if-none-match": open.headers.get("etag") } }));
    await refused(await named(), 400, "E_ARGUMENT");
    const { error } = await (await named()).json();
    assert.match(`${error.message} ${error.advice}`, /`unit` in the address.*POST/);
  }
  assert.deepEqual([...found.keys()].toSorted(), ["global_holdout", "holdout", "served", "treatment"]);
  const page = await (await fetch(post({ page: [{ placement: "cart", product: "KETTLE", unit: "u1" }, { placement: "home", unit: "u1" }] }))).json();
  assert.equal(page.page.length, 2);
});

test("each mistake has its status, its code and its remedy", async () => {
  const { fetch } = createHandler({ bundle, basePath: "/api/", onError: nothingFails });
  const api = (path, init) => at(`/api${path}`, init);
  await refused(await fetch(at("/recommendations")), 404, "E_ROUTE");
  await refused(await fetch(api("/../overlay%2f..")), 404, "E_ROUTE");
  await refused(await fetch(api("/constructor")), 404, "E_ROUTE");
  const method = await fetch(api("/recommendations", { method: "DELETE" }));
  assert.equal(method.headers.get("allow"), "GET, POST");
  await refused(method, 405, "E_METHOD");
  const body = (text, type = "application/json") => fetch(api("/recommendations", { method: "POST", body: text, headers: { "content-type": type } }));
  await refused(await body("{"), 400, "E_BODY");
  await refused(await body("[]"), 400, "E_BODY");
  await refused(await body("null"), 400, "E_BODY");
  await refused(await body(new Uint8Array([0xff, 0xfe])), 400, "E_BODY");
  await refused(await body('{"page":3}'), 400, "E_BODY");
  await refused(await body("<a/>", "text/html"), 415, "E_TYPE");
  await refused(await body("{}"), 400, "E_ARGUMENT");
  await refused(await body('{"page":[null]}'), 400, "E_ARGUMENT");
  await refused(await body('{"placement":"nowhere"}'), 400, "E_UNKNOWN_PLACEMENT");
  await refused(await fetch(api("/recommendations?placement=nowhere")), 400, "E_UNKNOWN_PLACEMENT");
  await refused(await body(JSON.stringify({ placement: "cart", cart: Array.from({ length: 1001 }, (_, n) => ({ sku: `${n}` })) })), 413, "E_TOO_LARGE");
  await refused(await body(JSON.stringify({ page: Array(33).fill({ placement: "cart" }) })), 413, "E_TOO_LARGE");
  await refused(await body(`"${"x".repeat(70_000)}"`), 413, "E_TOO_LARGE");
  await refused(await body("[".repeat(60_000)), 400, "E_BODY");
  await refused(await fetch(api("/overlay", { method: "PATCH" })), 501, "E_NO_STORE");
});

test("a body that claims no length is read no further than it may be", async () => {
  const { fetch } = createHandler({ bundle });
  let given = 0;
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(32)) || void (given += 16_384) });
  await refused(await fetch(at("/recommendations", { method: "POST", body: endless, duplex: "half" })), 413, "E_TOO_LARGE");
  assert.ok(given <= 8 * 16_384, `${given} bytes were taken`);
});

test("options that make no sense are refused when the handler is made", () => {
  for (const [wrong, why] of [
    [{}, /a `bundle`/],
    [{ bundle, overlayMs: 0 }, /`overlayMs` of at least 1, found 0/],
    [{ bundle, timeoutMs: "3" }, /`timeoutMs`/],
    [{ bundle, basePath: "api" }, /begins with \//],
    [{ bundle, auth: { overlay: "short" } }, /at least 16 characters/],
    [{ bundle, overlay: "https://shop.example/live.overlay", store: memoryStore() }, /found both/],
  ]) assert.throws(() => createHandler(wrong), why);
});

test("pages of other origins: as many as are named", async () => {
  const { fetch } = createHandler({ bundle, cors: ["https://shop.example"] });
  const asked = (origin, init = {}) => fetch(at("/recommendations?placement=cart", { ...init, headers: { origin } }));
  const ours = await asked("https://shop.example");
  assert.deepEqual([ours.headers.get("access-control-allow-origin"), ours.headers.get("vary")], ["https://shop.example", "origin"]);
  assert.equal((await asked("https://elsewhere.example")).headers.get("access-control-allow-origin"), null);
  const before = await asked("https://shop.example", { method: "OPTIONS" });
  assert.deepEqual([before.status, before.headers.get("access-control-allow-methods")], [204, "GET, POST"]);
  const head = await fetch(at("/recommendations?placement=cart", { method: "HEAD" }));
  assert.deepEqual([head.status, await head.text(), head.headers.get("etag") !== null], [200, "", true]);
  const everybody = await createHandler({ bundle, cors: "*" }).fetch(at("/nowhere"));
  assert.equal(everybody.headers.get("access-control-allow-origin"), "*", "an error can be read too");
});

test("the platform's limiter decides who may pass", async () => {
  const asked = [];
  const { fetch, state } = createHandler({ bundle, limit: ({ route }) => asked.push(route) <= 2 });
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await fetch(at("/recommendations?placement=cart"))).status);
  assert.deepEqual(statuses, [200, 200, 429, 429]);
  assert.deepEqual(state().counts, { 200: 2, 429: 2 });
});

const stores = { "in memory": memoryStore, "in a folder": () => fileStore(join(temporary(), "store")) };
for (const [name, made] of Object.entries(stores)) {
  test(`an overlay that arrives at one isolate is in force at all: a store ${name}`, async () => {
    const store = made();
    const options = { bundle, store, auth: { overlay: [TOKEN, "another-token-of-a-colleague"] }, overlayMs: 20 };
    const [one, two] = [createHandler(options), createHandler(options)];
    const ask = async (handler) => shown(await (await handler.fetch(post({ placement: "cart", cart: [{ sku: "KETTLE" }] }))).json());
    const before = await ask(one);
    assert.deepEqual(await ask(two), before);
    const gone = before[0];
    for (const token of ["", "a-token-that-nobody-guesseS", `${TOKEN}x`]) await refused(await one.fetch(patch(overlayOf(5, {}), token)), 401, "E_TOKEN");
    await refused(await one.fetch(at("/overlay", { method: "PATCH", body: "x" })), 401, "E_TOKEN");
    const told = await one.fetch(patch(overlayOf(5, { [gone]: { availability: "out" }, "NOT-OURS": { availability: "out" } })));
    assert.deepEqual(await told.json(), { changed: true, revision: 5, items: 1, unknown: 1, unknown_experiments: 0 });
    assert.ok(!(await ask(one)).includes(gone), "at once where it arrived");
    await wait(30);
    await ask(two); // looks, beside this answer
    await wait(30);
    assert.ok(!(await ask(two)).includes(gone), "within the poll elsewhere");
    // The next one stands for all that changed since training: what it does not name is as it was.
    const same = await one.fetch(patch(overlayOf(5, {})));
    assert.equal((await same.json()).changed, false);
    await refused(await one.fetch(patch(overlayOf(4, {}))), 409, "E_OLDER_REVISION");
    assert.equal((await (await two.fetch(patch(overlayOf(6, {}), "another-token-of-a-colleague"))).json()).revision, 6);
    assert.deepEqual(await ask(two), before);
    await wait(30);
    await ask(one);
    await wait(30);
    assert.deepEqual(await ask(one), before);
    assert.equal((await (await one.fetch(at("/health"))).json()).revision, 6);
    // An isolate that starts now begins with it.
    const three = createHandler(options);
    assert.equal((await (await three.fetch(at("/health"))).json()).revision, 6);
  });
}

test("an overlay that is damaged, truncated, of another shop or too long changes nothing", async () => {
  const store = memoryStore();
  const { fetch } = createHandler({ bundle, store, auth: { overlay: TOKEN } });
  const good = overlayOf(1, { KETTLE: { availability: "out" } });
  await fetch(patch(good));
  const kept = store.values.get("endcap/overlay");
  const damaged = good.slice();
  damaged[120] ^= 1;
  await refused(await fetch(patch(damaged)), 400, "E_DAMAGED");
  await refused(await fetch(patch(good.slice(0, 100))), 400, "E_TRUNCATED");
  await refused(await fetch(patch(new TextEncoder().encode("<!doctype html>"))), 400, "E_NOT_AN_OVERLAY");
  await refused(await fetch(patch(good, TOKEN, { "content-type": "text/html" })), 415, "E_TYPE");
  await refused(await fetch(patch(new Uint8Array(26 * 1024 * 1024))), 413, "E_TOO_LARGE");
  assert.equal(store.values.get("endcap/overlay"), kept);
});

test("of overlays that arrive at the same moment the highest revision stays", async () => {
  const store = memoryStore();
  const isolates = Array.from({ length: 4 }, () => createHandler({ bundle, store, auth: { overlay: TOKEN } }));
  const revisions = [3, 9, 1, 7, 5, 8, 2, 6, 4];
  await Promise.all(revisions.map((revision, n) => isolates[n % 4].fetch(patch(overlayOf(revision, {})))));
  const late = createHandler({ bundle, store });
  assert.equal((await (await late.fetch(at("/health"))).json()).revision, 9);
});

test("without a model: 503; with a new one that is broken, the old one goes on", async () => {
  let given = () => new Response("gone", { status: 404 });
  const told = [];
  const { fetch, state } = createHandler({ bundle: () => Promise.resolve(given()), bundleMs: 10, onError: (error, where) => told.push(`${where}: ${error.code}`) });
  const early = await fetch(at("/health"));
  assert.equal(early.headers.get("retry-after"), "5");
  await refused(early, 503, "E_NOT_READY");
  given = () => new Response(bundle);
  const asked = () => fetch(post({ placement: "cart", cart: [{ sku: "KETTLE" }], now: null }));
  const good = await (await asked()).json();
  for (const broken of [() => new Response("<!doctype html>"), () => new Response(bundle.slice(0, 400)), () => Promise.reject(new TypeError("no network"))]) {
    given = broken;
    await wait(15);
    assert.deepEqual(await (await asked()).json(), good);
    await wait(15);
    assert.deepEqual(await (await asked()).json(), good);
    assert.ok(state().failing, "health says so");
  }
  given = () => new Response(golden("v1.endcap"));
  await wait(15);
  await asked();
  await wait(15);
  const fresh = await (await asked()).json();
  assert.notEqual(fresh.model, good.model);
  assert.equal(state().failing, null);
  assert.ok(told.includes("model: E_NOT_A_BUNDLE") && told.includes("model: E_TRUNCATED"), told.join());
});

test("an overlay by its address, for a deployment without a store", async () => {
  let overlay = overlayOf(1, {});
  const { fetch } = createHandler({ bundle, overlay: () => Promise.resolve(new Response(overlay)), overlayMs: 10 });
  const ask = async () => shown(await (await fetch(post({ placement: "cart", cart: [{ sku: "KETTLE" }] }))).json());
  const [first] = await ask();
  overlay = overlayOf(2, { [first]: { availability: "out" } });
  await wait(15);
  await ask();
  await wait(15);
  assert.ok(!(await ask()).includes(first));
});

// ---- webhooks

const SECRET = "shpss_of_a_shop";
const sign = (body, secret = SECRET) => createHmac("sha256", secret).update(body).digest("base64");
let deliveries = 0;
function shopifyHook(value, { topic = "products/update", secret = SECRET, id = `delivery-${deliveries++}`, at: when = new Date().toISOString() } = {}) {
  const body = JSON.stringify(value);
  return at("/hooks/shopify/products", { method: "POST", body, headers: { "content-type": "application/json", "x-shopify-topic": topic, "x-shopify-hmac-sha256": sign(body, secret), "x-shopify-webhook-id": id, "x-shopify-triggered-at": when } });
}
function wooHook(value, { topic = "product.updated", secret = SECRET, id = `delivery-${deliveries++}` } = {}) {
  const body = JSON.stringify(value);
  return at("/hooks/woocommerce", { method: "POST", body, headers: { "content-type": "application/json", "x-wc-webhook-topic": topic, "x-wc-webhook-signature": sign(body, secret), "x-wc-webhook-delivery-id": id } });
}
const variant = (sku, rest = {}) => ({ id: 1, sku, price: "9.90", inventory_quantity: 4, inventory_management: "shopify", inventory_policy: "deny", ...rest });
const product = (...variants) => ({ id: 7, status: "active", updated_at: "2026-11-26T10:00:00+01:00", variants });

async function hooked(options = {}) {
  const store = memoryStore();
  const handler = createHandler({ bundle, store, auth: { overlay: TOKEN }, hooks: { shopify: { secret: ["an-older-one", SECRET], sku: (item) => ({ 808: "DRIPPER" })[item] }, woocommerce: { secret: SECRET } }, ...options });
  const states = async () => {
    const { recommender: live } = await liveOf(store);
    const told = live.explain({ placement: "cart", cart: [{ sku: "KETTLE" }] }, { about: skus });
    live.free();
    return Object.fromEntries(told.rejected.map(({ sku, why }) => [sku, why]));
  };
  return { store, handler, states, ask: async () => shown(await (await handler.fetch(post({ placement: "cart", cart: [{ sku: "KETTLE" }] }))).json()) };
}

/** What another isolate would make of the store: its own handler, asked. */
async function liveOf(store) {
  const fresh = await (await importIn(project, "endcap/studio")).load(bundle);
  const kept = store.values.get("endcap/changes");
  const items = Object.fromEntries(JSON.parse(new TextDecoder().decode(kept.bytes)).items.map(([sku, { state }]) => [sku, state]));
  fresh.patch({ items });
  return { recommender: fresh };
}

test("Shopify: variants with what is left, and what is sold on when nothing is", async () => {
  const { handler, ask, states } = await hooked();
  const before = await ask();
  const [gone, back] = before;
  const told = await handler.fetch(shopifyHook(product(variant(gone, { inventory_quantity: 0 }), variant(back, { inventory_quantity: -3, inventory_policy: "continue" }), variant("NOT-OURS"), variant(""), null)));
  assert.deepEqual([told.status, await told.json()], [200, { items: 2, unknown: 1, again: false }]);
  const after = await ask();
  assert.ok(!after.includes(gone), "nothing left and not sold on: out");
  assert.equal((await states())[gone], "stock");
  assert.notEqual((await states())[back], "stock", "sold on: a backorder");
  await handler.fetch(shopifyHook(product(variant(gone, { inventory_quantity: 3 }), variant(back))));
  assert.deepEqual(await ask(), before, "and back");
  await handler.fetch(shopifyHook(product(variant(gone, { inventory_quantity: 0, inventory_management: null }))));
  assert.deepEqual(await ask(), before, "what is not counted is there");
  await handler.fetch(shopifyHook({ ...product(variant(gone)), status: "draft" }));
  assert.ok(!(await ask()).includes(gone), "a draft is not sold");
});

test("a delivery counts once, the last word counts, and an overlay that was made later knows it all", async () => {
  const { handler, ask, store } = await hooked();
  const [first] = await ask();
  const hour = (n) => new Date(Date.UTC(2026, 10, 26, n)).toISOString();
  const gone = () => shopifyHook(product(variant(first, { inventory_quantity: 0 })), { id: "one", at: hour(2) });
  assert.equal((await (await handler.fetch(gone())).json()).again, false);
  assert.equal((await (await handler.fetch(gone())).json()).again, true);
  await handler.fetch(shopifyHook(product(variant(first)), { at: hour(1) }));
  assert.ok(!(await ask()).includes(first), "what happened before came after, and changes nothing");
  const overlay = studio.overlay({ revision: 1, items: {}, made_at: hour(3) });
  assert.equal((await handler.fetch(patch(overlay))).status, 200);
  assert.ok((await ask()).includes(first), "the overlay stands for all up to its hour");
  assert.deepEqual(JSON.parse(new TextDecoder().decode(store.values.get("endcap/changes").bytes)).items, []);
  await handler.fetch(shopifyHook(product(variant(first, { inventory_quantity: 0 })), { at: hour(4) }));
  assert.ok(!(await ask()).includes(first));
  const late = createHandler({ bundle, store });
  assert.ok(!shown(await (await late.fetch(post({ placement: "cart", cart: [{ sku: "KETTLE" }] }))).json()).includes(first), "an isolate that starts now knows both");
});

test("an overlay that does not say when it was made takes the place of what webhooks said before it came", async () => {
  const { handler, ask } = await hooked();
  const [first] = await ask();
  await handler.fetch(shopifyHook(product(variant(first, { inventory_quantity: 0 }))));
  assert.ok(!(await ask()).includes(first));
  await handler.fetch(patch(studio.overlay({ revision: 1, items: {} })));
  assert.ok((await ask()).includes(first));
});

test("a limiter or a listener that fails makes an answer, not a rejection", async () => {
  const { fetch } = createHandler({ bundle, limit: () => Promise.reject(new Error("no limiter")), onError: () => { throw new Error("no log"); } });
  await refused(await fetch(at("/health")), 500, "E_INTERNAL");
});

test("webhooks that come all at once, at several isolates, lose nothing", async () => {
  const store = memoryStore();
  const isolates = Array.from({ length: 3 }, () => createHandler({ bundle, store, hooks: { shopify: { secret: SECRET } }, overlayMs: 1 }));
  const answers = await Promise.all(skus.flatMap((sku, n) => [
    isolates[n % 3].fetch(shopifyHook(product(variant(sku, { inventory_quantity: 0 })))),
    isolates[(n + 1) % 3].fetch(post({ placement: "cart", cart: [{ sku: "KETTLE" }] })),
  ]));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  const { items } = JSON.parse(new TextDecoder().decode(store.values.get("endcap/changes").bytes));
  assert.deepEqual(items.map(([sku]) => sku).toSorted(), [...skus].toSorted());
});

test("Shopify's inventory levels: a SKU by its item, all places together", async () => {
  const { handler, ask } = await hooked();
  const level = (location_id, available, item = 808) => handler.fetch(shopifyHook({ inventory_item_id: item, location_id, available }, { topic: "inventory_levels/update" }));
  assert.ok((await ask()).includes("DRIPPER"));
  await level(1, 0);
  assert.ok(!(await ask()).includes("DRIPPER"), "nothing anywhere");
  await level(2, 5);
  assert.ok((await ask()).includes("DRIPPER"), "five elsewhere");
  await level(2, -1);
  assert.ok(!(await ask()).includes("DRIPPER"));
  assert.deepEqual(await (await level(1, 9, 999)).json(), { items: 0, unknown: 0, again: false }, "an item that the shop's map does not know");
});

test("WooCommerce: states of stock, drafts, and the ping that asks whether somebody is there", async () => {
  const { handler, ask } = await hooked();
  const before = await ask();
  const [sku] = before;
  const said = async (value, options) => (await handler.fetch(wooHook({ id: 3, sku, status: "publish", stock_status: "instock", price: "19.90", date_modified_gmt: new Date().toISOString().slice(0, 19), ...value }, options))).status;
  assert.equal(await said({ stock_status: "outofstock" }), 200);
  assert.ok(!(await ask()).includes(sku));
  await said({});
  assert.ok((await ask()).includes(sku));
  await said({ status: "trash" }, { topic: "product.deleted" });
  assert.ok(!(await ask()).includes(sku));
  const ping = await handler.fetch(at("/hooks/woocommerce", { method: "POST", body: "webhook_id=12", headers: { "content-type": "application/x-www-form-urlencoded" } }));
  assert.equal(ping.status, 200);
});

test("forged, unnamed and endless webhooks are refused before anything is read of them", async () => {
  const { handler, store } = await hooked();
  await refused(await handler.fetch(shopifyHook(product(), { secret: "somebody-else" })), 401, "E_SIGNATURE");
  await refused(await handler.fetch(wooHook({}, { secret: "somebody-else" })), 401, "E_SIGNATURE");
  await refused(await handler.fetch(at("/hooks/shopify/products", { method: "POST", body: "{}" })), 401, "E_SIGNATURE");
  const tampered = shopifyHook(product(variant("DRIPPER")));
  await refused(await handler.fetch(new Request(tampered, { body: (await tampered.clone().text()).replace("DRIPPER", "KETTLE") })), 401, "E_SIGNATURE");
  await refused(await handler.fetch(shopifyHook(product(), { id: "" })), 400, "E_BODY");
  await refused(await handler.fetch(shopifyHook([])), 400, "E_BODY");
  await refused(await handler.fetch(shopifyHook("x".repeat(5_000_000))), 413, "E_TOO_LARGE");
  assert.equal((await handler.fetch(shopifyHook(product(variant("DRIPPER")), { secret: "an-older-one" }))).status, 200, "an older secret while they change");
  const { fetch } = createHandler({ bundle, store });
  await refused(await fetch(shopifyHook(product())), 404, "E_ROUTE");
  await refused(await createHandler({ bundle, hooks: { shopify: { secret: SECRET } } }).fetch(shopifyHook(product())), 501, "E_NO_STORE");
  assert.throws(() => createHandler({ bundle, hooks: { woocommerce: { secret: "short" } } }), /at least 8 characters in `hooks.woocommerce`/);
});

test("a signed webhook may hold anything: what it says of stock and price is taken, the rest is passed over", async () => {
  const { handler } = await hooked({ onError: nothingFails });
  const odd = [null, 3, "x", true, [], {}, -1, 1e300, "__proto__", "constructor", "NaN", "DRIPPER", "\u0000"];
  let seed = 7;
  const of = () => odd[Math.floor(((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32) * odd.length)];
  for (let n = 0; n < 400; n++) {
    const wild = { id: of(), status: of(), updated_at: of(), sku: of(), price: of(), stock_status: of(), date_modified_gmt: of(), inventory_item_id: of(), location_id: of(), available: of(), variants: n % 3 ? [of(), { sku: of(), price: of(), inventory_quantity: of(), inventory_policy: of(), inventory_management: of() }] : of() };
    for (const request of [shopifyHook(wild), shopifyHook(wild, { topic: "inventory_levels/update" }), wooHook(wild)]) assert.equal((await handler.fetch(request)).status, 200);
  }
});

test("whatever is sent, the answer is JSON with a code, and nothing of the inside", async () => {
  let seed = 20261126;
  const dice = (most) => Math.floor(((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32) * most);
  const of = (list) => list[dice(list.length)];
  const noise = (length) => Uint8Array.from({ length: dice(length) }, () => dice(256));
  const wild = (depth) => of([() => null, () => dice(1e9), () => -0.5, () => "\u0000\n", () => "KETTLE", () => "__proto__", () => "😀".repeat(dice(40)), () => true,
    () => (depth > 0 ? Array.from({ length: dice(6) }, () => wild(depth - 1)) : []),
    () => (depth > 0 ? Object.fromEntries(Array.from({ length: dice(6) }, () => [of(["placement", "cart", "product", "sku", "quantity", "price", "recent", "history", "days_ago", "exclude", "segment", "limit", "now", "page", "id", "__proto__"]), wild(depth - 1)])) : {})])();
  const bodies = [() => noise(200), () => JSON.stringify(wild(5)), () => JSON.stringify({ placement: of(["cart", "pdp_similar", "x"]), ...Object(wild(4)) }), () => "[".repeat(dice(3000)), () => '{"page":'.repeat(dice(200)), () => "", () => overlayOf(1 + dice(9), {}).slice(0, dice(300)), () => JSON.stringify({ page: Array.from({ length: dice(40) }, () => Object(wild(3))) })];
  const paths = ["/recommendations", "/overlay", "/hooks/shopify/products", "/hooks/woocommerce", "/events", "/health", "/", "//", "/recommendations/", "/..;/overlay", "/%2e%2e/health", "/recommendations?placement=cart&sku=%00", "/recommendations?limit=-1&placement=cart", "/recommendations?placement=%0d%0aset-cookie:x=1", `/recommendations?${"sku=a&".repeat(1200)}`];
  const types = ["application/json", "text/plain", "text/html", "application/octet-stream", "multipart/form-data; boundary=x", "APPLICATION/JSON;charset=x"];
  const { fetch, state } = createHandler({ bundle, store: memoryStore(), auth: { overlay: TOKEN }, hooks: { shopify: { secret: SECRET }, woocommerce: { secret: SECRET } }, events: () => {}, cors: "*", onError: nothingFails });
  const known = new Set(Object.values(EDGE_ERRORS).map(([status]) => status));
  const total = Number(process.env.ENDCAP_FUZZ ?? 5_000); // more by hand
  for (let n = 0; n < total; n++) {
    const method = of(["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD"]);
    const headers = { "content-type": of(types), ...(dice(2) && { authorization: of([`Bearer ${TOKEN}`, "Bearer", "Bearer ", "Basic x", `Bearer ${"x".repeat(5000)}`]) }), ...(dice(3) === 0 && { origin: "https://evil.example" }), ...(dice(4) === 0 && { "if-none-match": of(['"', "*", '"a", W/"b"', ",,,"]) }) };
    const body = method === "GET" || method === "HEAD" ? undefined : of(bodies)();
    const response = await fetch(at(of(paths), { method, headers, body }));
    const text = await response.text();
    assert.ok([200, 202, 204, 304, 400, 409, 422].includes(response.status) || known.has(response.status), `${method}: ${response.status}`);
    assert.notEqual(response.status, 500, text);
    assert.doesNotMatch(text, /node_modules|\bat \w+ \(|file:\/\/|\.js:\d|wasm-function/);
    if (response.status >= 400 && method !== "HEAD") assert.match(JSON.parse(text).error.code, /^E_[A-Z_]+$/);
    for (const [, value] of response.headers) assert.doesNotMatch(value, /[\r\n]|set-cookie/i);
  }
  console.log(`${total} requests: ${JSON.stringify(state().counts)}`);
});

test("stores of Cloudflare: KV by its metadata, R2 by its etag", async () => {
  const miniflare = new Miniflare({ modules: true, script: "export default { fetch: () => new Response() }", compatibilityDate: "2025-05-01", cf: false, kvNamespaces: ["KV"], r2Buckets: ["R2"] });
  after(() => miniflare.dispose());
  for (const store of [kvStore(await miniflare.getKVNamespace("KV")), r2Store(await miniflare.getR2Bucket("R2"))]) {
    assert.equal(await store.get("endcap/overlay"), undefined);
    assert.equal(await store.put("endcap/overlay", new Uint8Array([1, 2]), null), true);
    const first = await store.get("endcap/overlay");
    assert.deepEqual([...first.bytes], [1, 2]);
    assert.equal(await store.put("endcap/overlay", new Uint8Array([3]), first.tag), true);
    assert.notEqual((await store.get("endcap/overlay")).tag, first.tag);
  }
  const strict = r2Store(await miniflare.getR2Bucket("R2"));
  assert.equal(await strict.put("endcap/overlay", new Uint8Array([4]), "another"), false);
  assert.equal(await strict.put("endcap/overlay", new Uint8Array([4]), null), false);
});

test("in workerd: two isolates that share a store, each with its own model", async () => {
  const folder = join(project, "workers");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model.endcap"), bundle);
  writeFileSync(join(folder, "worker.js"), `
    import { createHandler, kvStore } from "endcap/edge";
    import bundle from "./model.endcap";
    let handler;
    export default {
      fetch(request, env, context) {
        handler ??= createHandler({ bundle, store: kvStore(env.STORE), auth: { overlay: env.TOKEN }, overlayMs: 20 });
        return handler.fetch(request, context);
      },
    };
  `);
  await build({
    entryPoints: [join(folder, "worker.js")], outdir: join(folder, "out"), bundle: true, format: "esm", target: "es2022",
    conditions: ["workerd"], external: ["node:*"], loader: { ".wasm": "copy", ".endcap": "copy" }, logLevel: "warning",
  });
  const worker = (name) => ({
    name, modules: true, modulesRoot: join(folder, "out"), scriptPath: join(folder, "out/worker.js"), compatibilityDate: "2025-05-01",
    modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }, { type: "Data", include: ["**/*.endcap"] }],
    kvNamespaces: { STORE: "shared" }, bindings: { TOKEN },
  });
  const miniflare = new Miniflare({ cf: false, workers: [worker("one"), worker("two")] });
  after(() => miniflare.dispose());
  const isolates = await Promise.all(["one", "two"].map((name) => miniflare.getWorker(name)));
  const url = (path) => `https://shop.example${path}`;
  const asked = { method: "POST", body: JSON.stringify({ placement: "cart", cart: [{ sku: "KETTLE" }] }), headers: { "content-type": "application/json" } };
  const ask = async (isolate) => shown(await (await isolate.fetch(url("/recommendations"), asked)).json());
  const before = shown(recommender.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }] }));
  for (const isolate of isolates) assert.deepEqual(await ask(isolate), before);
  const gone = before[0];
  const start = performance.now();
  const told = await isolates[0].fetch(url("/overlay"), { method: "PATCH", body: overlayOf(7, { [gone]: { availability: "out" } }), headers: { authorization: `Bearer ${TOKEN}` } });
  assert.deepEqual(await told.json(), { changed: true, revision: 7, items: 1, unknown: 0, unknown_experiments: 0 });
  const arrived = performance.now() - start;
  assert.ok(!(await ask(isolates[0])).includes(gone));
  while ((await ask(isolates[1])).includes(gone)) {
    assert.ok(performance.now() - start < 5_000, "the other isolate never saw it");
    await wait(5);
  }
  console.log(`workerd: an overlay taken by one isolate in ${arrived.toFixed(0)} ms, in force at the other ${(performance.now() - start).toFixed(0)} ms after it was sent`);
  const health = await (await isolates[1].fetch(url("/health"))).json();
  assert.deepEqual([health.revision, health.failing], [7, null]);
});
