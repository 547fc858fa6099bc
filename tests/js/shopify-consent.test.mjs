// Consent that is refused or taken back, in the examples for shops: what was kept of the visitor goes, in the browser and in the
// cart, whatever page wrote it; and what several pages tell of one visitor comes together.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { dealtShop, importIn, installed, root, serve, temporary } from "./support.mjs";
import { fakeShop, readAll } from "./support-shop.mjs";

const { project } = installed();
const { formatAttribute, parseAttribute } = await importIn(project, "endcap/shopify");
const { load } = await importIn(project, "endcap");
const { bundle } = dealtShop();
const recommender = await load(bundle);
const [UNIT, OTHER] = ["treatment", "holdout"].map((variant) => Array.from({ length: 1_000 }, (_, n) => n.toString(16).padStart(32, "0")).find((unit) => recommender.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }], unit }).variant === variant));
assert.ok(UNIT && OTHER);
const examples = join(root, "pkg-template/examples");
const plugin = join(examples, "woocommerce/endcap");

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
const browser = await chromium.launch({ executablePath });
after(() => browser.close());

const script = (path) => (_, response) => response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(path));
const dist = (names, below) => Object.fromEntries(names.map((name) => [below + name, script(join(project, "node_modules/endcap/dist", name))]));
const page = (body) => (_, response) => response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>shop</title><body>${body}`);
const ours = { "/cart.endcap": bundle, "/favicon.ico": " " };

async function until(holds, what) {
  const start = performance.now();
  while (!(await holds())) {
    assert.ok(performance.now() - start < 5_000, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const kept = (tab) => tab.evaluate(() => [localStorage.getItem("endcap_unit"), sessionStorage.getItem("endcap_recent")]);
/** A tab of a new shopper; `unit` is what an earlier visit stored. */
async function visit(origin, unit) {
  const shopper = await browser.newContext();
  const tab = await shopper.newPage();
  const wrong = [];
  tab.on("pageerror", (error) => wrong.push(String(error)));
  tab.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
  await tab.goto(`${origin}/away`);
  await tab.evaluate((name) => name && localStorage.setItem("endcap_unit", name), unit);
  return { tab, shopper, wrong };
}

const stock = [{ id: 40_000_000_000_001, sku: "KETTLE", handle: "p-kettle", price: 3_900 }];
const files = ["slim.js", "element.js", "events.js", "shopify.js"];
const attributes = { slim: "/slim.js", element: "/element.js", events: "/events.js", shopify: "/shopify.js", engine: "/endcap_bg.wasm", bundle: "/cart.endcap", product: "KETTLE" };
/** The page of a theme with the block; `agreed` is what the visitor decided before. */
const theme = (agreed) => page(`<script>window.agreed = ${agreed}; window.Shopify = { routes: { root: "/" }, customerPrivacy: { analyticsProcessingAllowed: () => window.agreed }, loadFeatures: (_, then) => setTimeout(then, 100) };</script>
<div data-endcap ${Object.entries(attributes).map(([name, value]) => `data-${name}="${value}"`).join(" ")}><endcap-recommendations placement="cart"></endcap-recommendations></div>
<script src="/endcap-block.js" defer></script>`);
const wasm = (_, response) => response.writeHead(200, { "content-type": "application/wasm" }).end(readFileSync(join(project, "node_modules/endcap/dist/endcap_bg.wasm")));
const shop = await fakeShop({
  stock,
  routes: { ...ours, ...dist(files, "/"), "/endcap_bg.wasm": wasm, "/endcap-block.js": script(join(examples, "shopify/extensions/endcap/assets/endcap-block.js")), "/": theme(true), "/refused": theme(false), "/away": page("") },
});
const attributesOf = async (shopper) => (await (await shopper.request.get(`${shop.origin}/cart.js`)).json()).attributes;

test("Shopify: where the visitor takes consent back, attribute, unit and views go; another yes begins anew", async () => {
  const { tab, shopper, wrong } = await visit(shop.origin, UNIT);
  await shopper.request.post(`${shop.origin}/cart/add.js`, { data: { id: stock[0].id, quantity: 1 } });
  await tab.goto(shop.origin);
  await until(async () => (await attributesOf(shopper))._endcap, "an attribute");
  assert.deepEqual(parseAttribute((await attributesOf(shopper))._endcap), { unit: UNIT, variants: { addons: "treatment" } });
  assert.deepEqual(await kept(tab), [UNIT, '["KETTLE"]']);
  const decide = (agreed) => tab.evaluate((now) => ((window.agreed = now), document.dispatchEvent(new CustomEvent("visitorConsentCollected"))), agreed);
  await decide(false);
  await until(async () => !(await attributesOf(shopper))._endcap, "no attribute");
  await tab.waitForTimeout(300);
  assert.deepEqual([await attributesOf(shopper), await kept(tab)], [{}, [null, null]]);
  await tab.evaluate((unit) => localStorage.setItem("endcap_unit", unit), OTHER);
  await decide(true);
  await until(async () => (await attributesOf(shopper))._endcap, "another attribute");
  assert.deepEqual(parseAttribute((await attributesOf(shopper))._endcap), { unit: OTHER, variants: { addons: "holdout" } });
  assert.deepEqual(wrong, []);
});

test("Shopify: what was refused on another page is gone with the next page that has a block", async () => {
  const { tab, shopper, wrong } = await visit(shop.origin, UNIT);
  await shopper.request.post(`${shop.origin}/cart/add.js`, { data: { id: stock[0].id, quantity: 1 } });
  await shopper.request.post(`${shop.origin}/cart/update.js`, { data: { attributes: { gift: "yes", _endcap: formatAttribute({ unit: UNIT, variants: { addons: "treatment" } }) } } });
  await tab.goto(`${shop.origin}/refused`);
  await until(async () => !(await attributesOf(shopper))._endcap, "no attribute");
  assert.deepEqual([await attributesOf(shopper), await kept(tab)], [{ gift: "yes" }, [null, null]]);
  assert.deepEqual(wrong, []);
});

/** WooCommerce's Store API as far as consent needs it: what the session holds, as endcap.php would take it. */
async function fakeStore() {
  const store = { written: [], broken: false };
  const answer = (response, value) => response.writeHead(200, { "content-type": "application/json", nonce: "n" }).end(JSON.stringify(value));
  const settings = JSON.stringify({ api: "/wp-json/wc/store/v1/", bundle: "/cart.endcap", events: "" });
  const body = (agreed) => page(`<endcap-recommendations placement="cart"></endcap-recommendations><script type="application/json" id="endcap-settings">${settings}</script>
    <script>window.agreed = ${agreed}; window.wp_has_consent = (kind) => kind === "statistics" && window.agreed;</script><script type="module" src="/plugins/endcap.js"></script>`);
  store.origin = await serve({
    ...ours,
    ...dist(["index.js", "slim.js", "element.js", "events.js", "shopify.js"], "/plugins/dist/"),
    "/plugins/endcap.js": script(join(plugin, "endcap.js")),
    "/": body(true),
    "/refused": body(false),
    "/away": page(""),
    "/wp-json/wc/store/v1/cart": (_, response) => answer(response, { items: [{ sku: "KETTLE", quantity: 1, prices: { price: "3900", currency_minor_unit: 2 } }] }),
    "/wp-json/wc/store/v1/cart/extensions": async (request, response) => {
      const { data } = JSON.parse(await readAll(request));
      if (store.broken) return response.writeHead(500, { "content-type": "application/json" }).end("{}");
      store.written.push(data.attribute);
      answer(response, {});
    },
  });
  return store;
}

test("WooCommerce: where the visitor takes consent back, the session is told to forget, and the unit goes", async () => {
  const store = await fakeStore();
  const { tab } = await visit(store.origin, UNIT);
  await tab.goto(store.origin);
  await until(() => store.written.length === 1, "an attribute");
  assert.deepEqual(parseAttribute(store.written[0]), { unit: UNIT, variants: { addons: "treatment" } });
  const decide = (agreed) => tab.evaluate((now) => ((window.agreed = now), document.dispatchEvent(new CustomEvent("wp_listen_for_consent_change"))), agreed);
  store.broken = true;
  await decide(false);
  await until(async () => (await kept(tab))[0] === null, "no unit");
  await tab.waitForTimeout(200);
  store.broken = false;
  await tab.evaluate(() => document.body.dispatchEvent(new CustomEvent("wc-blocks_added_to_cart")));
  await until(() => store.written.length === 2, "an empty attribute, once it can be told");
  await tab.evaluate(() => document.body.dispatchEvent(new CustomEvent("wc-blocks_added_to_cart")));
  await tab.waitForTimeout(200);
  assert.deepEqual([store.written[1], store.written.length], ["", 2], "once");
  await tab.evaluate((unit) => localStorage.setItem("endcap_unit", unit), OTHER);
  await decide(true);
  await until(() => store.written.length === 3, "another attribute");
  assert.deepEqual(parseAttribute(store.written[2]), { unit: OTHER, variants: { addons: "holdout" } });
});

test("WooCommerce: what was refused on another page is gone with the next page; who never agreed is told of to nobody", async () => {
  const store = await fakeStore();
  const { tab, wrong } = await visit(store.origin, UNIT);
  await tab.goto(`${store.origin}/refused`);
  await until(() => store.written.length === 1, "an empty attribute");
  assert.deepEqual([store.written, await kept(tab)], [[""], [null, null]]);
  const other = await visit(store.origin);
  await other.tab.goto(`${store.origin}/refused`);
  await other.tab.waitForTimeout(400);
  assert.deepEqual([store.written.length, await kept(other.tab)], [1, [null, null]]);
  assert.deepEqual([wrong, other.wrong], [[], []]);
});

const php = (() => {
  try {
    return execFileSync("php", ["-r", "echo PHP_VERSION;"], { encoding: "utf8" });
  } catch {
    return undefined;
  }
})();

/** What the session holds after each of these texts, by the plugin's own callback. */
function sessions(texts) {
  const file = join(temporary(), "run.php");
  writeFileSync(file, `<?php
define( 'ABSPATH', '/' );
$GLOBALS['hooks'] = array();
function add_shortcode( $name, $work ) {}
function content_url( $path ) { return $path; }
function add_action( $name, $work ) { $GLOBALS['hooks'][ $name ] = $work; }
function woocommerce_store_api_register_update_callback( $given ) { $GLOBALS['take'] = $given['callback']; }
class Kept { public $session; public $held = array(); function get( $name ) { return $this->held[ $name ] ?? null; } function set( $name, $value ) { $this->held[ $name ] = $value; } }
$GLOBALS['wc'] = new Kept(); $GLOBALS['wc']->session = $GLOBALS['wc'];
function WC() { return $GLOBALS['wc']; }
require ${JSON.stringify(join(plugin, "endcap.php"))};
$GLOBALS['hooks']['woocommerce_blocks_loaded']();
$out = array();
foreach ( json_decode( file_get_contents( 'php://stdin' ), true ) as $text ) { ( $GLOBALS['take'] )( array( 'attribute' => $text ) ); $out[] = WC()->session->get( 'endcap' ); }
echo json_encode( $out );
`);
  return JSON.parse(execFileSync("php", [file], { input: JSON.stringify(texts), encoding: "utf8" }));
}

test("WooCommerce: the session joins what pages tell of one unit, and takes another unit's word for its own", { skip: php === undefined && "there is no `php` here: apt-get install php-cli" }, () => {
  const text = (unit, variants) => formatAttribute({ unit, variants });
  const many = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`e${n}`, "v"]));
  const long = { a: "v".repeat(128), b: "v".repeat(128), c: "v".repeat(128), d: "v".repeat(128) };
  const steps = [
    [text("u", { addons: "treatment" }), text("u", { addons: "treatment" })],
    [text("u", { pdp: "control", 1: "x" }), text("u", { addons: "treatment", pdp: "control", 1: "x" })],
    [text("u", { addons: "holdout" }), text("u", { addons: "holdout", pdp: "control", 1: "x" })],
    [text("u", {}), text("u", { addons: "holdout", pdp: "control", 1: "x" })],
    ["<script>", text("u", { addons: "holdout", pdp: "control", 1: "x" })],
    [text("other", { b: "2" }), text("other", { b: "2" })],
    [text("other", many), text("other", many)],
    [text("other", { "größer;=": "%" }), text("other", { "größer;=": "%" })],
    [text("u", long), text("u", long)],
    [text("u", { e: "v".repeat(128), f: "v".repeat(128), g: "v".repeat(128), h: "v".repeat(128) }), text("u", { e: "v".repeat(128), f: "v".repeat(128), g: "v".repeat(128), h: "v".repeat(128) })],
    ["", ""],
    [text("u", { c: "3" }), text("u", { c: "3" })],
  ];
  assert.deepEqual(sessions(steps.map(([told]) => told)), steps.map(([, held]) => held));
});

test("WooCommerce: what is taken goes through the joining", () => {
  assert.match(readFileSync(join(plugin, "endcap.php"), "utf8"), /set\( 'endcap', endcap_joined\( \(string\) WC\(\)->session->get\( 'endcap' \), \$text \) \)/);
});
