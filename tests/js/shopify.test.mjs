// `endcap/shopify` in Chromium, against a storefront on loopback: the cart follows whatever changes it, what goes into it, the
// attribute that joins orders to experiments, and answers that nobody should trust.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { dealtShop, golden, importIn, installed } from "./support.mjs";
import { ACTIONS, fakeShop } from "./support-shop.mjs";

const { project } = installed();
const { CartError, connectShopify, formatAttribute, parseAttribute } = await importIn(project, "endcap/shopify");
const { load } = await importIn(project, "endcap");
const bundle = golden("v1_complete.endcap");
const arms = dealtShop();
const dealt = await load(arms.bundle);
const recommender = await load(bundle);
const KETTLE = { placement: "cart", cart: [{ sku: "KETTLE" }] };
const [FIRST, SECOND] = recommender.recommend(KETTLE).items.map(({ sku }) => sku);
const UNIT = "0f3c5a77e1b24d0c9a8b7c6d5e4f3a2b";

const stock = ["KETTLE", FIRST, SECOND].map((sku, at) => ({ id: 40_000_000_000_001 + at, sku, handle: `p-${sku.toLowerCase()}`, price: 1_990 + at }));
stock.push({ id: 40_000_000_000_090, sku: "SOLD", handle: "p-sold", price: 500, sold: true }, { id: 40_000_000_000_091, sku: "", handle: "p-bare", price: 700 }, { id: 40_000_000_000_092, sku: "KETTLE-XL", handle: "p-kettle", price: 2_990 });
const [KETTLE_ID, FIRST_ID, , SOLD_ID, BARE_ID, XL_ID] = stock.map(({ id }) => id);

const text = (type, body) => (_, response) => response.writeHead(200, { "content-type": type }).end(body);
const script = (name) => text("text/javascript", readFileSync(join(project, "node_modules/endcap/dist", name)));
const page = (head = "") => text("text/html", `<!doctype html><html lang="de"><title>shop</title><body><endcap-recommendations placement="cart" limit="4"></endcap-recommendations>
<script>window.Shopify = { routes: { root: location.pathname.startsWith("/fr/") ? "/fr/" : "/" } }; ${head}</script><script type="module" src="/page.js"></script>`);
const MODULE = `
  import * as element from "/element.js";
  import { load } from "/index.js";
  import { connectShopify, parseAttribute } from "/shopify.js";
  Object.assign(window, { element, load, connectShopify, parseAttribute, errors: [], changes: 0 });
  window.start = async (more = {}) => {
    window.shop = connectShopify({ onError: ({ code }) => errors.push(code), ...more });
    shop.onChange(() => changes++);
    await shop.ready;
  };
  window.post = (path, body) => fetch(Shopify.routes.root + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  window.ready = true;
`;
const shop = await fakeShop({
  stock,
  routes: {
    "/ajax": page(), "/fr/ajax": page(), "/actions": page(ACTIONS), "/away": text("text/html", "<title>away</title>"), "/page.js": text("text/javascript", MODULE), "/model.endcap": bundle, "/dealt.endcap": arms.bundle, "/x.gif": text("image/gif", ""), "/favicon.ico": text("image/gif", ""),
    ...Object.fromEntries(["index.js", "slim.js", "element.js", "shopify.js"].map((name) => [`/${name}`, script(name)])),
  },
});
beforeEach(() => {
  shop.asked.length = 0;
  Object.assign(shop, { answers: {}, currency: "EUR", hides: false });
});

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
// Playwright switches it off; shoppers have it.
const browser = await chromium.launch({ executablePath, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
after(() => browser.close());

/** A tab of a new shopper, or of the one whose `context` is given; errors that nobody caught end the test. */
async function visit(path, { context, start = {}, begins = true } = {}) {
  const shopper = context ?? (await browser.newContext());
  const tab = await shopper.newPage();
  const wrong = [];
  tab.on("pageerror", (error) => wrong.push(String(error)));
  await tab.goto(`${shop.origin}${path}`);
  await tab.waitForFunction(() => window.ready);
  if (begins) await tab.evaluate((more) => start(more), start);
  const cart = () => tab.evaluate(() => window.shop.context().cart);
  const follows = (skus) => tab.waitForFunction((wanted) => JSON.stringify(window.shop.context().cart.map(({ sku }) => sku)) === JSON.stringify(wanted), skus, { timeout: 5_000 });
  return { tab, cart, follows, wrong, shopper, quiet: () => tab.waitForTimeout(250) };
}

/** The attributes of the shopper's cart, as the shop has them. */
const attributesOf = async (shopper) => shop.cartOf((await shopper.cookies(shop.origin)).find(({ name }) => name === "cart")?.value)?.attributes;

test("the cart follows the shop's events, after the change and not before", async () => {
  const { tab, cart, follows, quiet, wrong } = await visit("/actions", { start: { observe: false } });
  assert.deepEqual(await cart(), []);
  await tab.evaluate(() => {
    const promise = new Promise((resolve) => (window.finish = resolve));
    tell("shopify:cart:lines-update", { action: "add", context: "product", lines: [], promise });
  });
  await quiet();
  assert.equal(shop.reads(), 1, "the event comes before the change: there is nothing to read yet");
  await tab.evaluate((id) => fetch("/api/storefront", { method: "POST", body: JSON.stringify({ lines: [{ merchandiseId: `gid://shopify/ProductVariant/${id}`, quantity: 2 }] }) }).then(() => finish({ cart: null })), KETTLE_ID);
  await follows(["KETTLE"]);
  assert.deepEqual(await cart(), [{ sku: "KETTLE", quantity: 2, price: 19.9 }]);
  assert.equal(await tab.evaluate(() => changes), 1);
  assert.deepEqual(wrong, []);
});

test("what the shop declines or loses leaves the cart as it is, and reads it all the same", async () => {
  const { tab, cart, quiet, wrong } = await visit("/actions", { start: { observe: false, timeoutMs: 400 } });
  const before = shop.reads();
  await tab.evaluate(() => tell("shopify:cart:lines-update", { promise: Promise.reject(new Error("superseded")) }));
  await quiet();
  assert.equal(shop.reads(), before + 1);
  await tab.evaluate(() => tell("shopify:cart:lines-update", { promise: new Promise(() => {}) }));
  await tab.waitForTimeout(800);
  assert.equal(shop.reads(), before + 2, "a promise that never ends is waited for so long");
  assert.deepEqual([await cart(), await tab.evaluate(() => errors), wrong], [[], [], []]);
});

test("by actions: a product is added by updateCart, and other calls of it are followed", async () => {
  const { tab, follows, quiet, wrong } = await visit("/actions", { start: { observe: false } });
  await tab.evaluate((id) => shop.addToCart({ cart_id: `gid://shopify/ProductVariant/${id}`, quantity: 2 }), KETTLE_ID);
  await follows(["KETTLE"]);
  await tab.evaluate((id) => Shopify.actions.updateCart({ lines: [{ merchandiseId: String(id), quantity: 1 }] }), FIRST_ID);
  await follows(["KETTLE", FIRST]);
  await tab.evaluate((id) => Shopify.actions.updateCart({ lines: [{ id: `gid://shopify/CartLine/${id}`, quantity: 0 }] }), KETTLE_ID);
  await follows([FIRST]);
  await quiet();
  assert.deepEqual(shop.posts(), ["/api/storefront", "/api/storefront", "/api/storefront"], "the Ajax route is left alone where there are actions");
  assert.equal(shop.reads(), 4, "one look at the start, and one a change");
  assert.deepEqual(wrong, []);
});

for (const [path, root] of [["/ajax", "/"], ["/fr/ajax", "/fr/"]]) {
  test(`a theme without events is followed by its requests, below ${root}: fetch, XHR, forms in JavaScript, and after more resources than the browser keeps`, async () => {
    const { tab, follows, cart, quiet, wrong } = await visit(path);
    await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
    await follows(["KETTLE"]);
    await tab.evaluate((id) => fetch(`${Shopify.routes.root}cart/add`, { method: "POST", body: new URLSearchParams({ id, quantity: "1" }) }), BARE_ID);
    await tab.evaluate((id) => new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${Shopify.routes.root}cart/change.js`);
      request.setRequestHeader("content-type", "application/json");
      request.onload = resolve;
      request.send(JSON.stringify({ id, quantity: 3 }));
    }), KETTLE_ID);
    await tab.waitForFunction(() => window.shop.context().cart[0]?.quantity === 3);
    assert.deepEqual(await cart(), [{ sku: "KETTLE", quantity: 3, price: 19.9 }], "a line without a SKU is none");
    await tab.evaluate(async () => {
      for (let n = 0; n < 300; n++) await fetch(`/x.gif?${n}`);
    });
    assert.equal(await tab.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("?299"))), false, "the browser's own list is full");
    await tab.evaluate((id) => post("cart/update.js", { updates: { [id]: 2 } }), FIRST_ID);
    await follows(["KETTLE", FIRST]);
    await tab.evaluate(() => post("cart/clear.js", {}));
    await follows([]);
    const before = shop.reads();
    await tab.evaluate(() => Promise.all([fetch("/x.gif?cart/add.js"), fetch("/cart/added.js"), fetch(`http://localhost:${location.port}/cart/add.js`, { method: "POST", mode: "no-cors", body: "{}" }).catch(() => {}), fetch(`${Shopify.routes.root}cart.js`)]));
    await quiet();
    assert.equal(shop.reads(), before + 1, "only what changes this shop's cart is a reason to read it");
    assert.match(await tab.evaluate(() => String(fetch) + String(XMLHttpRequest.prototype.open)), /^function fetch\(\) \{ \[native code\] \}function open\(\) \{ \[native code\] \}$/);
    assert.ok(shop.asked.filter(([, where]) => where.endsWith("cart.js")).every(([, where]) => where === `${root}cart.js`));
    assert.deepEqual(wrong, []);
  });
}

test("requests are not watched where the page does not want it; refresh reads", async () => {
  const { tab, cart, follows, quiet } = await visit("/ajax", { start: { observe: false } });
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await quiet();
  assert.deepEqual(await cart(), []);
  await tab.evaluate(() => shop.refresh());
  await follows(["KETTLE"]);
});

test("another tab: the cart is read when this one is seen again, not while it is hidden", async () => {
  const one = await visit("/ajax");
  const other = await visit("/ajax", { context: one.shopper });
  const turn = (state) => one.tab.evaluate((now) => {
    Object.defineProperty(document, "visibilityState", { value: now, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
  await turn("hidden");
  await other.tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await other.follows(["KETTLE"]);
  await one.quiet();
  assert.deepEqual(await one.cart(), []);
  await turn("visible");
  await one.follows(["KETTLE"]);
});

test("a page that comes back from the back/forward cache reads the cart", async () => {
  const { tab, follows, shopper } = await visit("/ajax");
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await follows(["KETTLE"]);
  await tab.evaluate(() => {
    window.stayed = "the same page";
    addEventListener("pageshow", ({ persisted }) => (window.came = persisted));
    // The tab's visibility changes too; here only the page's return shall count.
    document.addEventListener("visibilitychange", (event) => event.stopImmediatePropagation(), true);
    window.addEventListener("visibilitychange", (event) => event.stopImmediatePropagation(), true);
  });
  await tab.goto(`${shop.origin}/away`);
  await shopper.request.post(`${shop.origin}/cart/add.js`, { data: { id: FIRST_ID, quantity: 1 } });
  await tab.goBack({ waitUntil: "commit" });
  await follows(["KETTLE", FIRST]);
  assert.deepEqual(await tab.evaluate(() => [window.stayed, window.came]), ["the same page", true]);
});

test("what was viewed: a page's product and a dialog's, by SKU, in this tab; cards of a grid are none", async () => {
  const { tab, wrong } = await visit("/actions", { start: { observe: false } });
  const seen = () => tab.evaluate(() => (({ product, recent }) => [product, recent])(shop.context()));
  const view = (context, handle, id) => tab.evaluate(([context, handle, id]) => tell("shopify:product:view", { context, product: { id: "gid://shopify/Product/1", handle, selectedVariant: id && { id: `gid://shopify/ProductVariant/${id}` } } }), [context, handle, id]);
  const until = (product, recent) => tab.waitForFunction((wanted) => JSON.stringify([shop.context().product ?? null, shop.context().recent]) === wanted, JSON.stringify([product, recent]), { timeout: 5_000 });
  await view("collection", `p-${FIRST.toLowerCase()}`, FIRST_ID);
  await view("recommendation", `p-${FIRST.toLowerCase()}`, FIRST_ID);
  await view("page", "p-kettle", KETTLE_ID);
  await until("KETTLE", ["KETTLE"]);
  await view("dialog", `p-${FIRST.toLowerCase()}`, null);
  await until("KETTLE", ["KETTLE", FIRST]);
  await tab.evaluate((id) => tell("shopify:product:select", { product: { handle: "p-kettle" }, promise: Promise.resolve({ variant: { id: `gid://shopify/ProductVariant/${id}` } }) }), XL_ID);
  await until("KETTLE-XL", ["KETTLE", FIRST, "KETTLE-XL"]);
  for (const promise of ["Promise.resolve({ variant: null })", "Promise.reject(new Error('lost'))"]) await tab.evaluate(`tell("shopify:product:select", { product: { handle: "p-kettle" }, promise: ${promise} })`);
  await tab.evaluate((id) => tell("shopify:product:select", { product: { handle: "p-sold" }, promise: Promise.resolve({ variant: { id: String(id) } }) }), SOLD_ID);
  await view("page", "p-kettle", 999);
  await tab.waitForTimeout(200);
  assert.deepEqual(await seen(), ["KETTLE-XL", ["KETTLE", FIRST, "KETTLE-XL"]]);
  assert.equal(shop.asked.filter(([, where]) => where.includes("/products/p-kettle.js")).length, 1, "a product is asked for once");
  assert.equal(await tab.evaluate(() => sessionStorage.length), 0, "nothing is stored without consent");
  assert.deepEqual([await tab.evaluate(() => errors), wrong], [[], []]);
});

test("of two pages that are told one after the other the later counts, whichever answer is quicker", async () => {
  const { tab, wrong } = await visit("/actions", { start: { observe: false } });
  let late;
  shop.answers.product = (request, response) => {
    const send = () => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ variants: [{ id: 1, sku: request.url.includes("kettle") ? "OLD" : "NEW", available: true }] }));
    if (request.url.includes("kettle")) late = send;
    else send();
  };
  const view = (handle) => tab.evaluate((name) => tell("shopify:product:view", { context: "page", product: { handle: name } }), handle);
  await view("p-kettle");
  await view(`p-${FIRST.toLowerCase()}`);
  await tab.waitForFunction(() => window.shop.context().product === "NEW");
  late();
  await tab.waitForTimeout(150);
  assert.equal(await tab.evaluate(() => window.shop.context().product), "NEW");
  await tab.evaluate(() => tell("shopify:product:select", { product: { handle: "p-kettle" }, promise: Promise.resolve({ variant: { id: "1" } }) }));
  await tab.waitForTimeout(150);
  assert.deepEqual([await tab.evaluate(() => window.shop.context().product), wrong], ["NEW", []], "a choice on a card is not the page's");
});

test("with consent the views of this tab's earlier pages come along, at most twenty, and are forgotten on demand", async () => {
  const { tab } = await visit("/actions", { begins: false });
  await tab.evaluate(() => start({ consent: () => true, product: "A" }));
  assert.deepEqual(await tab.evaluate(() => shop.context()), { cart: [], product: "A", recent: ["A"] });
  await tab.reload();
  await tab.waitForFunction(() => window.ready);
  await tab.evaluate(() => start({ consent: () => true, product: "B" }));
  assert.deepEqual(await tab.evaluate(() => shop.context().recent), ["A", "B"]);
  await tab.evaluate(() => sessionStorage.setItem("endcap_recent", JSON.stringify([...Array(40).keys()].map(String))));
  await tab.evaluate(() => start({ consent: () => true, product: "B" }));
  assert.deepEqual(await tab.evaluate(() => [shop.context().recent.length, shop.context().recent.at(-1)]), [20, "B"]);
  await tab.evaluate(() => shop.forget());
  assert.deepEqual(await tab.evaluate(() => [shop.context().recent, sessionStorage.length]), [[], 0]);
  for (const odd of ["{", "7", '{"length":3}', "[1,null,{}]"]) {
    await tab.evaluate((kept) => sessionStorage.setItem("endcap_recent", kept), odd);
    await tab.evaluate(() => start({ consent: () => true }));
    assert.deepEqual(await tab.evaluate(() => shop.context().recent), [], odd);
  }
});

test("prices are hundredths in every currency; those of another currency than the bundle's are left out", async () => {
  const { currency } = recommender.info();
  const { tab, cart, follows } = await visit("/ajax");
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await follows(["KETTLE"]);
  shop.currency = "JPY";
  await tab.evaluate(() => shop.refresh());
  assert.deepEqual(await cart(), [{ sku: "KETTLE", quantity: 1, price: 19.9 }]);
  shop.currency = "SEK";
  await tab.evaluate(() => start({ recommender: load("/model.endcap") }));
  await tab.waitForFunction(() => !("price" in window.shop.context().cart[0]));
  shop.currency = currency;
  await tab.evaluate(() => shop.refresh());
  assert.deepEqual(await cart(), [{ sku: "KETTLE", quantity: 1, price: 19.9 }]);
});

test("a key of the shop's own, where SKUs are none", async () => {
  const { tab, follows } = await visit("/ajax", { begins: false });
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), BARE_ID);
  await tab.evaluate(() => start({ sku: ({ id }) => `v${id}` }));
  await follows([`v${BARE_ID}`]);
});

for (const path of ["/ajax", "/actions"]) {
  const route = path === "/ajax" ? "/cart/add.js" : "/api/storefront";
  test(`adding by ${route}: success, sold out, unknown, network failure, server failure, no answer`, async () => {
    const { tab, cart, follows, wrong } = await visit(path, { start: { timeoutMs: 1_000 } });
    const add = (line) => tab.evaluate((given) => shop.addToCart(given).then(() => "added", ({ code, message, advice, name }) => ({ code, message, advice, name })), line);
    assert.equal(await add({ cart_id: String(KETTLE_ID) }), "added");
    await follows(["KETTLE"]);
    const sold = await add({ cart_id: String(SOLD_ID) });
    assert.deepEqual([sold.code, sold.name], ["E_REFUSED", "CartError"]);
    assert.match(sold.message, /sold out/);
    assert.ok(sold.advice.length > 10);
    assert.equal((await add({ cart_id: "77" })).code, "E_REFUSED");
    for (const cart_id of [null, "", "abc", "12/../3", {}, "1".repeat(16)]) assert.equal((await add({ cart_id })).code, "E_ARGUMENT");
    for (const quantity of [0, -1, 1.5, "2", null]) assert.equal((await add({ cart_id: "1", quantity })).code, "E_ARGUMENT");
    const name = path === "/ajax" ? "add" : "api";
    shop.answers[name] = (request) => void request.socket.destroy();
    assert.equal((await add({ cart_id: String(KETTLE_ID) })).code, "E_FETCH");
    for (const status of [401, 429, 503]) {
      shop.answers[name] = [status, { description: "later" }];
      assert.equal((await add({ cart_id: String(KETTLE_ID) })).code, "E_FETCH");
    }
    shop.answers[name] = () => {};
    assert.equal((await add({ cart_id: String(KETTLE_ID) })).code, "E_TIMEOUT");
    shop.answers = {};
    assert.equal(await add({ cart_id: String(KETTLE_ID), quantity: 2 }), "added");
    await tab.waitForFunction(() => window.shop.context().cart[0].quantity === 3);
    assert.deepEqual(await cart(), [{ sku: "KETTLE", quantity: 3, price: 19.9 }], "nothing was tried twice");
    assert.ok(shop.posts().every((where) => where === route), "one way, whatever happens on it");
    assert.deepEqual([await tab.evaluate(() => errors), wrong], [[], []], "the caller is told, and nobody else");
  });
}

test("with the element in one call: it waits for the cart, adds by it, and asks again", async () => {
  const { tab, follows, wrong } = await visit("/ajax", { begins: false });
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await tab.evaluate((variants) => {
    window.shown = [];
    document.addEventListener("endcap-shown", ({ detail }) => shown.push(detail.answer?.items.map(({ sku }) => sku) ?? null));
    const cards = async (skus) => skus.map((sku) => ({ sku, title: sku, url: "/p", image: null, cartId: variants[sku] ?? null, price: null }));
    window.added = [];
    const events = { watch: () => () => {}, selected() {}, added: (answer, sku) => added.push(sku) };
    return start({ element, recommender: load("/model.endcap", { cards }), events, texts: { add: "Hinein" } });
  }, Object.fromEntries(stock.map(({ sku, id }) => [sku, String(id)])));
  await tab.waitForFunction(() => shown.length > 0);
  assert.deepEqual(await tab.evaluate(() => shown), [recommender.recommend({ ...KETTLE, limit: 4 }).items.map(({ sku }) => sku)], "once, with the cart");
  const button = tab.locator("endcap-recommendations [part=button]").first();
  assert.equal(await button.textContent(), "Hinein");
  await button.click();
  await follows(["KETTLE", FIRST]);
  await tab.waitForFunction((gone) => !shown.at(-1).includes(gone), FIRST);
  assert.deepEqual(await tab.evaluate(() => added), [FIRST]);
  assert.deepEqual(wrong, []);
});

test("the blocks' own arms reach the cart by themselves, beside those of the shop's own experiments", async () => {
  const { tab, follows, quiet, shopper, wrong } = await visit("/ajax", { begins: false });
  const [unit, held] = [arms.unitOf(dealt, "cart", "holdout"), arms.unitOf(dealt, "cart", "global_holdout")];
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await tab.evaluate((name) => {
    Object.assign(window, { id: name, exposures: [], agreed: false });
    const cards = async (skus) => skus.map((sku) => ({ sku, title: sku, url: null, image: null, cartId: null, price: null }));
    const events = { exposed: ({ variant }) => exposures.push(variant), watch: () => () => {} };
    return start({ element, recommender: load("/dealt.endcap", { cards }), events, unit: { id: () => window.id }, consent: () => window.agreed });
  }, unit);
  await follows(["KETTLE"]);
  await tab.waitForFunction(() => exposures.length > 0);
  assert.deepEqual(await tab.evaluate(() => [shop.context().unit ?? null, exposures.at(-1)]), [null, null], "without consent nobody is in an arm");
  await tab.evaluate(() => ((window.agreed = true), document.dispatchEvent(new CustomEvent("visitorConsentCollected"))));
  await tab.waitForFunction(() => exposures.at(-1) === "holdout");
  await tab.evaluate(() => shop.setVariants({ price_test: "b" }));
  await quiet();
  assert.deepEqual(parseAttribute((await attributesOf(shopper))._endcap), { unit, variants: { addons: "holdout", price_test: "b" } });
  await tab.evaluate((name) => ((window.id = name), shop.refresh()), held);
  await tab.evaluate(() => element.refresh());
  await tab.waitForFunction(() => exposures.at(-1) === "global_holdout");
  await quiet();
  assert.equal(parseAttribute((await attributesOf(shopper))._endcap).variants.global_holdout, "global_holdout");
  await tab.evaluate(() => [{}, { experiment: null, variant: null }].forEach((none) => shop.exposed(none)));
  assert.deepEqual([await tab.evaluate(() => errors), wrong], [[], []]);
});

test("where the cart cannot be read the element asks without it, and the code is told", async () => {
  for (const [answer, code] of [[[500, {}], "E_FETCH"], [(request) => void request.socket.destroy(), "E_FETCH"], [() => {}, "E_TIMEOUT"], [[200, { html: true }], "E_CART"], [(_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>enter password</h1>"), "E_CART"]]) {
    shop.answers = { cart: answer };
    const { tab, wrong } = await visit("/ajax", { begins: false });
    await tab.evaluate(() => {
      window.shown = 0;
      document.addEventListener("endcap-shown", () => shown++);
      return start({ element, recommender: load("/model.endcap", { cards: async (skus) => skus.map((sku) => ({ sku, title: sku, url: null, image: null, cartId: null, price: null })) }), timeoutMs: 300 });
    });
    await tab.waitForFunction(() => shown > 0);
    assert.deepEqual([await tab.evaluate(() => errors), wrong], [[code], []]);
    assert.deepEqual(await tab.evaluate(() => shop.context()), { cart: [], recent: [] });
    await tab.close();
  }
});

test("an experiment's variant is written once, with consent, beside what others wrote", async () => {
  const { tab, follows, quiet, shopper, wrong } = await visit("/ajax", { begins: false });
  const updates = () => shop.posts().filter((where) => where === "/cart/update.js").length;
  await tab.evaluate((id) => start({ unit: { id: () => id }, consent: () => window.agreed === true }), UNIT);
  await tab.evaluate(() => shop.setVariants({ cart_addons: "b" }));
  await quiet();
  assert.equal(updates(), 0, "neither consent nor anything in the cart");
  await tab.evaluate(() => ((window.agreed = true), shop.refresh()));
  await tab.evaluate(() => (window.agreed = false));
  assert.equal(updates(), 0, "nothing in the cart");
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await follows(["KETTLE"]);
  await quiet();
  assert.equal(updates(), 0, "no consent");
  await tab.evaluate(() => post("cart/update.js", { attributes: { gift: "yes" } }));
  await quiet();
  await tab.evaluate(() => ((window.agreed = true), document.dispatchEvent(new CustomEvent("visitorConsentCollected"))));
  await quiet();
  assert.equal(updates(), 2, "the page's own, and one of ours");
  assert.deepEqual(await attributesOf(shopper), { gift: "yes", _endcap: `1;${UNIT};cart_addons=b` });
  for (let n = 0; n < 3; n++) await tab.evaluate(() => shop.refresh());
  await tab.evaluate(() => shop.setVariants({ cart_addons: "b" }));
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), FIRST_ID);
  await quiet();
  assert.equal(updates(), 2, "it stands there already");
  const later = await visit("/ajax", { context: shopper, begins: false });
  await later.tab.evaluate((id) => start({ unit: { id: () => id }, consent: () => true }), UNIT);
  await later.tab.evaluate(() => shop.setVariants({ pdp: "control" }));
  await quiet();
  assert.deepEqual(parseAttribute((await attributesOf(shopper))._endcap), { unit: UNIT, variants: { cart_addons: "b", pdp: "control" } });
  await tab.evaluate(() => shop.refresh());
  assert.equal(updates(), 3, "two pages with experiments of their own do not quarrel");
  await later.tab.evaluate(() => shop.forget());
  assert.deepEqual(await tab.evaluate(() => errors), []);
  assert.deepEqual(wrong, []);
});

test("forgetting takes the attribute away; a new unit's word takes the place of the old one's", async () => {
  const { tab, follows, quiet, shopper } = await visit("/ajax", { begins: false });
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await tab.evaluate((id) => ((window.id = id), start({ unit: { id: () => window.id }, consent: () => window.agreed !== false })), UNIT);
  await tab.evaluate(() => shop.setVariants({ a: "1" }));
  await follows(["KETTLE"]);
  await quiet();
  await tab.evaluate(() => ((window.id = "another"), shop.setVariants({ b: "2" })));
  await quiet();
  assert.deepEqual(await attributesOf(shopper), { _endcap: "1;another;b=2" });
  await tab.evaluate(() => ((window.agreed = false), shop.forget()));
  await quiet();
  assert.deepEqual(await attributesOf(shopper), {});
});

test("forgetting takes away what another page wrote, also before the cart was read, and the arms of the blocks", async () => {
  const { tab, quiet, shopper } = await visit("/ajax", { begins: false });
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await tab.evaluate((text) => post("cart/update.js", { attributes: { gift: "yes", _endcap: text } }), `1;${UNIT};a=1`);
  await tab.evaluate((id) => {
    window.agreed = false;
    window.shop = connectShopify({ unit: { id: () => id }, consent: () => window.agreed });
    return shop.forget();
  }, UNIT);
  assert.deepEqual(await attributesOf(shopper), { gift: "yes" });
  await tab.evaluate(() => (shop.exposed({ experiment: "addons", variant: "holdout" }), shop.setVariants({ price_test: "b" }), shop.forget()));
  await tab.evaluate(() => ((window.agreed = true), shop.refresh()));
  await quiet();
  assert.deepEqual(await attributesOf(shopper), { gift: "yes", _endcap: `1;${UNIT};price_test=b` });
});

test("an attribute that is dropped is written again, one that never shows is not, and nobody is fought with", async () => {
  const updates = () => shop.posts().filter((where) => where === "/cart/update.js").length;
  const begin = async () => {
    const visited = await visit("/actions", { begins: false });
    await visited.tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
    await visited.tab.evaluate((id) => start({ unit: { id: () => id }, consent: () => true }), UNIT);
    await visited.tab.evaluate(() => shop.setVariants({ a: "1" }));
    await visited.quiet();
    await visited.quiet();
    return visited;
  };
  const { tab, quiet, shopper } = await begin();
  assert.equal(updates(), 1);
  await tab.evaluate(() => Shopify.actions.updateCart({ attributes: [{ key: "gift", value: "yes" }] }));
  await quiet();
  assert.deepEqual([updates(), await attributesOf(shopper)], [2, { gift: "yes", _endcap: `1;${UNIT};a=1` }]);
  await tab.close();
  shop.hides = true;
  shop.asked.length = 0;
  const hidden = await begin();
  for (let n = 0; n < 3; n++) await hidden.tab.evaluate(() => shop.refresh());
  await hidden.quiet();
  assert.equal(updates(), 1, "the shop does not show it");
  await hidden.tab.close();
  shop.hides = false;
  shop.asked.length = 0;
  shop.answers.update = [500, {}];
  const failing = await begin();
  for (let n = 0; n < 15; n++) await failing.tab.evaluate(() => shop.refresh());
  await failing.quiet();
  assert.equal(updates(), 10);
  assert.ok((await failing.tab.evaluate(() => errors)).every((code) => code === "E_FETCH"));
});

test("the attribute's text: what is written is read, in one form; whatever else is null", () => {
  const whole = { unit: UNIT, variants: { cart_addons: "b", pdp: "control" } };
  assert.equal(formatAttribute(whole), `1;${UNIT};cart_addons=b;pdp=control`);
  assert.equal(formatAttribute({ unit: UNIT, variants: { pdp: "control", cart_addons: "b" } }), formatAttribute(whole));
  for (const assignment of [whole, { unit: "größer;=%&", variants: { "a;b": "=", "%3B": "ü\n", __proto__x: "y" } }, { unit: "u", variants: {} }]) assert.deepEqual(parseAttribute(formatAttribute(assignment)), assignment);
  const poisoned = parseAttribute("1;u;__proto__=x;constructor=y");
  assert.deepEqual([Object.keys(poisoned.variants), Object.getPrototypeOf(poisoned.variants)], [["__proto__", "constructor"], Object.prototype]);
  for (const text of [undefined, null, 7, {}, [], "", "1", "1;", "2;u;a=b", "01;u", "1;u;", "1;u;a", "1;u;a=", "1;u;=b", "1;u;a=b=c", "1;u;a=b;a=c", "1;u;a=%", "1;u;a=%ZZ", `1;${"u".repeat(129)}`, `1;u;${"a".repeat(129)}=b`, `1;u${";a=b".repeat(400)}`, "<script>", `1;u;${Array.from({ length: 33 }, (_, n) => `e${n}=v`).join(";")}`]) assert.equal(parseAttribute(text), null, String(text).slice(0, 40));
  for (const [unit, variants] of [["", {}], [undefined, {}], ["u".repeat(129), {}], ["u", { a: "" }], ["u", { "": "a" }], ["u", { a: 7 }], ["\ud800", {}], ["u", Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`e${n}`, "v"]))], ["u", Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`e${n}`, "v".repeat(60)]))]]) assert.throws(() => formatAttribute({ unit, variants }), (error) => error instanceof CartError && error.code === "E_ARGUMENT");
});

test("variants that cannot be told are told to onError, and change nothing", async () => {
  const { tab, quiet } = await visit("/ajax", { begins: false });
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await tab.evaluate((id) => start({ unit: { id: () => id }, consent: () => true }), UNIT);
  await tab.evaluate(() => [null, undefined, { a: "" }, { a: 7 }].forEach((odd) => shop.setVariants(odd)));
  await quiet();
  assert.deepEqual([shop.posts(), await tab.evaluate(() => errors.length)], [["/cart/add.js"], 4]);
});

test("hostile answers: odd lines are passed over, and a cart is never longer than Shopify's", async () => {
  const odd = [null, 7, "x", [], {}, { sku: null, quantity: 1 }, { sku: 7, quantity: 1 }, { sku: "A", quantity: 0 }, { sku: "B", quantity: -2 }, { sku: "C", quantity: "many", price: 100 }, { sku: "D", quantity: 2, price: "100" }, { sku: "E", quantity: 1, price: -5 }, { sku: "F", quantity: 1, final_price: null, price: 250 }, { sku: "__proto__", quantity: 1, price: 100 }];
  shop.answers.cart = [200, { items: odd, currency: 7, attributes: null }];
  const { tab, cart, wrong } = await visit("/ajax");
  assert.deepEqual(await cart(), [{ sku: "C", price: 1 }, { sku: "D", quantity: 2 }, { sku: "E", quantity: 1 }, { sku: "F", quantity: 1, price: 2.5 }, { sku: "__proto__", quantity: 1, price: 1 }]);
  shop.answers.cart = [200, { items: Array.from({ length: 20_000 }, (_, n) => ({ sku: `S${n}`, quantity: 1, price: 100 })), attributes: { _endcap: "x".repeat(1e6) } }];
  await tab.evaluate(() => shop.refresh());
  assert.equal((await cart()).length, 500);
  for (const answer of [null, 7, "[]", [], { items: {} }]) {
    shop.answers.cart = [200, answer];
    await tab.evaluate(() => shop.refresh());
  }
  assert.equal((await cart()).length, 500, "what was known stays");
  assert.deepEqual([await tab.evaluate(() => errors), wrong], [Array(5).fill("E_CART"), []]);
});

test("hostile events and globals: getters that throw, odd types, roots of other hosts", async () => {
  const { tab, wrong, quiet } = await visit("/actions");
  const sent = [];
  tab.on("request", (request) => sent.push(request.url()));
  await tab.evaluate(async () => {
    const trap = (name) => ({ get [name]() { throw new Error(name); } });
    const traps = (event, ...names) => { for (const name of names) Object.defineProperty(event, name, { get() { throw new Error(name); } }); document.dispatchEvent(event); };
    traps(new Event("shopify:cart:lines-update"), "promise");
    traps(new Event("shopify:product:view"), "product", "context");
    tell("shopify:cart:lines-update", { promise: trap("then") });
    tell("shopify:cart:lines-update", {});
    for (const product of [null, undefined, 7, {}, { handle: 7 }, { handle: "" }, { handle: "../cart/clear.js?" }, { handle: "p-kettle", selectedVariant: 7 }, { handle: "p-kettle", selectedVariant: { id: {} } }, trap("handle")]) tell("shopify:product:view", { context: "page", product });
    tell("shopify:product:select", { product: { handle: "p-kettle" }, promise: 7 });
    for (const root of ["//evil.example/", "https://evil.example/", "/a/../", "", 7, null, {}]) { Shopify.routes.root = root; await shop.refresh(); }
    for (const value of [trap("routes"), trap("actions"), null, 7]) { window.Shopify = value; await shop.refresh(); await shop.addToCart({ cart_id: "77" }).catch(({ code }) => (window.refused = code)); }
    for (const result of [null, 7, { userErrors: 7, warnings: {} }, { warnings: [null] }]) { window.Shopify = { actions: { updateCart: () => result } }; await shop.addToCart({ cart_id: "77" }); }
    window.Shopify = { actions: { updateCart: () => trap("userErrors") } };
    window.trapped = await shop.addToCart({ cart_id: "77" }).catch(({ code }) => code);
    window.Shopify = { actions: { updateCart: () => { throw new Error("no"); } } };
    window.thrown = await shop.addToCart({ cart_id: "77" }).catch(({ code }) => code);
  });
  await quiet();
  assert.deepEqual(await tab.evaluate(() => [window.refused, window.trapped, window.thrown]), ["E_REFUSED", "E_REFUSED", "E_FETCH"]);
  const paths = sent.map((where) => where.replace(shop.origin, ""));
  assert.deepEqual([...new Set(paths)].toSorted(), ["/cart.js", "/cart/add.js", "/products/..%2Fcart%2Fclear.js%3F.js", "/products/p-kettle.js"], "no other host, and a handle is a name, not a path");
  assert.deepEqual(wrong, []);
  assert.ok((await tab.evaluate(() => errors)).every((code) => ["E_CALLBACK", "E_FETCH"].includes(code)));
});

test("functions of the page that throw break nothing, and are told", async () => {
  const { tab, follows, quiet, wrong } = await visit("/ajax", { begins: false });
  await tab.evaluate((id) => post("cart/add.js", { id, quantity: 1 }), KETTLE_ID);
  await tab.evaluate(() => {
    const no = () => { throw new Error("no"); };
    window.shop = connectShopify({ consent: no, sku: no, unit: { id: no }, onError: ({ code }) => errors.push(code) });
    shop.setVariants({ a: "1" });
    return shop.ready;
  });
  assert.deepEqual(await tab.evaluate(() => [shop.context().cart, [...new Set(errors)]]), [[], ["E_CALLBACK"]]);
  await tab.evaluate(() => {
    errors.length = 0;
    const no = () => { throw new Error("no"); };
    window.shop = connectShopify({ consent: () => true, unit: { id: no }, onError: (error) => (errors.push(error.code), no()) });
    shop.setVariants({ a: "1" });
    shop.onChange(no);
    shop.onChange(() => (window.heard = true));
    return shop.ready;
  });
  await follows(["KETTLE"]);
  await quiet();
  assert.deepEqual(await tab.evaluate(() => [window.heard, [...new Set(errors)]]), [true, ["E_CALLBACK"]], "one listener's failure is not another's");
  assert.deepEqual(wrong, []);
});

test("closed is closed: nothing is heard, read or told any more", async () => {
  const { tab, quiet, wrong } = await visit("/actions");
  await tab.evaluate((id) => (shop.close(), post("cart/add.js", { id, quantity: 1 })), KETTLE_ID);
  const before = shop.reads();
  await tab.evaluate(() => {
    tell("shopify:cart:lines-update", { promise: Promise.resolve() });
    tell("shopify:product:view", { context: "page", product: { handle: "p-kettle" } });
    document.dispatchEvent(new Event("visibilitychange"));
    document.dispatchEvent(new Event("visitorConsentCollected"));
    return shop.refresh();
  });
  await quiet();
  assert.equal(shop.reads(), before);
  assert.deepEqual([await tab.evaluate(() => [changes, shop.context()]), wrong], [[0, { cart: [], recent: [] }], []]);
});

test("options of the wrong kind are refused at once; importing needs no browser", () => {
  assert.throws(() => connectShopify({ timeoutMs: 0 }), /timeoutMs/);
  assert.throws(() => connectShopify({ timeoutMs: "1" }), /timeoutMs/);
  assert.throws(() => connectShopify({ element: { connect() {}, refresh() {} } }), /recommender/);
});
