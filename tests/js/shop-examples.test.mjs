// The examples for shops as somebody would install them: the theme app extension keeps Shopify's rules and works in a page that its
// block made, and the plugin works against a Store API on loopback.

import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { importIn, installed, root, serve, temporary, trainedShop } from "./support.mjs";
import { fakeShop, readAll } from "./support-shop.mjs";

const { project } = installed();
const dist = join(project, "node_modules/endcap/dist");
const { formatAttribute, parseAttribute } = await importIn(project, "endcap/shopify");
const IN_CART = "KETTLE";
const model = trainedShop({
  config: `[shop]\ncurrency = "EUR"\n[placement.cart]\nstrategy = "cart_addons"\n`,
  columns: "sku,title,category,price,stock,cart_id,url",
  catalog: [IN_CART, "DRIPPER", "SCALE", "FILTER", "CUP", "JUG", "TRAY", "SPOON"].map((sku, at) => `${sku},The ${sku.toLowerCase()},Kitchen > ${sku},${40 - 2 * at}.90,9,${44_000_000_000_001 + at},/p/${sku}`),
}).bundle();
const recommender = await (await importIn(project, "endcap")).load(model);
const listed = (skus) => recommender.recommend({ placement: "cart", cart: skus.map((sku) => ({ sku })), limit: 3 }).items.map(({ sku }) => sku);
const [OFFERED] = listed([IN_CART]);
assert.deepEqual([IN_CART, OFFERED].map((sku) => listed([sku]).length), [3, 3], "there is something to show");
const cards = await recommender.cards([...new Set([IN_CART, OFFERED, ...listed([IN_CART]), ...listed([IN_CART, OFFERED])])]);
const stock = cards.map(({ sku, cartId, price }) => ({ id: Number(cartId), sku, handle: `p-${cartId}`, price: price.minor }));
const idOf = (wanted) => stock.find(({ sku }) => sku === wanted).id;
const titles = (skus) => skus.map((sku) => cards.find((card) => card.sku === sku).title);

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
const browser = await chromium.launch({ executablePath });
after(() => browser.close());

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json", ".endcap": "application/octet-stream" };
/** The files of a folder as a static host gives them, to pages of any origin. */
const hosted = (folder, below = "/") =>
  Object.fromEntries(readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile()).map((name) => [below + name, (_, response) => response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "text/plain", "access-control-allow-origin": "*" }).end(readFileSync(join(folder, name)))]));

/** The extension with the package's files, by the commands of its README. */
function extension() {
  const readme = readFileSync(join(root, "pkg-template/examples/shopify/README.md"), "utf8");
  const folder = join(temporary(), "endcap");
  cpSync(join(root, "pkg-template/examples/shopify/extensions/endcap"), folder, { recursive: true });
  const copied = [...readme.matchAll(/node_modules\/endcap\/dist\/([\w.]+)/g)].map(([, name]) => name);
  assert.equal(copied.length, 5);
  for (const name of copied) cpSync(join(dist, name), join(folder, "assets", name));
  return folder;
}
const schemaOf = (liquid) => JSON.parse(/{%-?\s*schema\s*-?%}([^]*?){%-?\s*endschema\s*-?%}/.exec(liquid)[1]);

test("the extension keeps Shopify's rules: folders, types, sizes, the schema of its block", () => {
  const folder = extension();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const allowed = { assets: [".jpg", ".jpeg", ".json", ".js", ".css", ".png", ".svg", ".wasm"], blocks: [".liquid"], snippets: [".liquid"], locales: [".json"] };
  const [settings] = files.filter((file) => !file.includes("/"));
  assert.deepEqual(files.filter((file) => !file.includes("/")), ["shopify.extension.toml"]);
  assert.match(readFileSync(join(folder, settings), "utf8"), /^type = "theme"$/m);
  for (const file of files.filter((one) => one !== settings)) {
    const [where, ...rest] = file.split("/");
    assert.equal(rest.length, 1, `${file}: no folders below`);
    assert.ok(allowed[where]?.includes(extname(file)), file);
  }
  const size = (some) => some.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  assert.ok(size(files) <= 10 * 1024 * 1024);
  assert.ok(size(files.filter((file) => file.endsWith(".liquid"))) <= 100 * 1024);
  for (const file of files.filter((one) => one.startsWith("blocks/"))) {
    const { name, target, javascript, settings } = schemaOf(readFileSync(join(folder, file), "utf8"));
    assert.ok(name.length <= 25 && target === "section");
    assert.ok(statSync(join(folder, "assets", javascript)).size <= 10_000, javascript);
    assert.equal(new Set(settings.map(({ id }) => id)).size, settings.length);
    for (const { type, id, label, default: usual, min, max, step } of settings) {
      assert.ok(["text", "range"].includes(type) && /^\w+$/.test(id) && label.length > 0 && usual !== "", id);
      if (type === "range") assert.ok((max - min) / step <= 100 && usual >= min && usual <= max && (usual - min) % step === 0, id);
    }
  }
  const [first, ...others] = files.filter((file) => file.startsWith("locales/")).map((file) => Object.keys(JSON.parse(readFileSync(join(folder, file), "utf8")).endcap).toSorted());
  assert.ok(files.includes("locales/en.default.json"));
  for (const keys of others) assert.deepEqual(keys, first, "every language says the same");
});

/** The block as Liquid would make it; what it uses beyond these expressions ends the test. */
function rendered(folder, { settings, product, cdn, language = "de" }) {
  const liquid = readFileSync(join(folder, "blocks/recommendations.liquid"), "utf8");
  const words = JSON.parse(readFileSync(join(folder, "locales", `${language}.json`), "utf8"));
  const usual = Object.fromEntries(schemaOf(liquid).settings.map(({ id, default: value }) => [id, value ?? ""]));
  const escaped = (value) => String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  const text = liquid.replace(/{% comment %}[^]*?{% endcomment %}|{% schema %}[^]*?{% endschema %}/g, "").replace(/{{\s*(.*?)\s*}}/g, (_, expression) => {
    const [what, ...filters] = expression.split(/\s*\|\s*/);
    const quoted = /^'(.*)'$/.exec(what)?.[1];
    const setting = /^block\.settings\.(\w+)$/.exec(what)?.[1];
    if (quoted !== undefined && filters[0] === "asset_url") return (assert.ok(existsSync(join(folder, "assets", quoted)), quoted), `${cdn}/${quoted}`);
    if (quoted !== undefined && filters[0] === "t") return escaped(quoted.split(".").reduce((tree, key) => tree[key], words));
    if (setting !== undefined && setting in usual) {
      const value = settings[setting] ?? usual[setting];
      return filters[0] === "escape" ? escaped(value) : (assert.equal(typeof value, "number", `${setting} is text and not escaped`), String(value));
    }
    if (what === "product.selected_or_first_available_variant.sku" && filters[0] === "escape") return escaped(product ?? "");
    if (what === "block.shopify_attributes") return `data-block-handle="recommendations"`;
    throw new Error(`the block uses ${expression}`);
  });
  assert.doesNotMatch(text, /{%/);
  return text;
}

const page = (body) => (_, response) => response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><html lang="de"><title>shop</title><body>${body}`);
async function open(url) {
  const shopper = await browser.newContext();
  const tab = await shopper.newPage();
  const wrong = [];
  tab.on("pageerror", (error) => wrong.push(String(error)));
  tab.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
  await tab.goto(url);
  const shows = (skus) => tab.waitForFunction((wanted) => JSON.stringify([...(document.querySelector("endcap-recommendations").shadowRoot?.querySelectorAll("[part=item]:not([aria-hidden]) [part=title]") ?? [])].map((title) => title.textContent.trim())) === JSON.stringify(wanted), titles(skus), { timeout: 10_000 });
  return { tab, wrong, shopper, shows };
}

test("its block works: engine and scripts from one host, the bundle from another, the cart from the shop, and the order's attribute", async () => {
  const folder = extension();
  const cdn = await serve(hosted(join(folder, "assets")));
  const bucket = await serve({ "/cart.endcap": (_, response) => response.writeHead(200, { "access-control-allow-origin": "*" }).end(model) });
  const settings = { bundle: `${bucket}/cart.endcap`, limit: 3, heading: `Passt "dazu" <b>` };
  const block = () => rendered(folder, { settings, product: "", cdn });
  // Two blocks on a page: Shopify brings the script once, the block must do with more.
  const script = `<script src="${cdn}/endcap-block.js" defer></script>`;
  const routes = { "/": page(`<script>window.Shopify = { routes: { root: "/" }, customerPrivacy: { analyticsProcessingAllowed: () => window.agreed === true }, loadFeatures: (_, then) => then() }; window.dataLayer = []</script>${block()}${block()}${script}${script}`), "/none": page(`${rendered(folder, { settings: {}, cdn })}${script}`), "/favicon.ico": " " };
  const shop = await fakeShop({ stock, routes });
  const { tab, wrong, shopper, shows } = await open(`${shop.origin}/none`);
  await tab.waitForTimeout(200);
  assert.deepEqual([await tab.evaluate(() => "endcapShop" in window), shop.asked], [false, []], "a block without a bundle asks nothing");
  await shopper.request.post(`${shop.origin}/cart/add.js`, { data: { id: idOf(IN_CART), quantity: 1 } });
  await tab.goto(shop.origin);
  await shows(listed([IN_CART]));
  assert.equal(shop.reads(), 1, "one connection for all blocks");
  const first = tab.locator("endcap-recommendations").first();
  assert.equal(await first.locator("[part=heading]").textContent(), settings.heading);
  const button = first.locator("[part=button]").first();
  assert.equal(await button.textContent(), "In den Warenkorb");
  await button.click();
  await shows(listed([IN_CART, OFFERED]));
  assert.equal(await first.locator("[role=status]").textContent(), `${titles([OFFERED])[0]} liegt im Warenkorb`);
  const attributes = async () => (await (await shopper.request.get(`${shop.origin}/cart.js`)).json()).attributes;
  await tab.evaluate(() => endcapShop.setVariants({ cart_addons: "b" }));
  await tab.waitForTimeout(300);
  assert.deepEqual([await attributes(), await tab.evaluate(() => [dataLayer.length, localStorage.length])], [{}, [0, 0]], "nothing without consent");
  await tab.evaluate(() => ((window.agreed = true), document.dispatchEvent(new CustomEvent("visitorConsentCollected"))));
  await tab.waitForTimeout(300);
  const unit = await tab.evaluate(() => localStorage.getItem("endcap_unit"));
  assert.deepEqual(parseAttribute((await attributes())._endcap), { unit, variants: { cart_addons: "b" } });
  assert.deepEqual(wrong, []);
});

/** WooCommerce's Store API as far as the plugin uses it: a nonce that changes with every answer, prices as texts in minor units. */
async function fakeStore(routes) {
  const cart = new Map();
  const store = { cart, joined: [], statuses: [], session: "", gone: undefined };
  let nonce = "n0";
  const told = () => ({ items: [...cart].map(([id, quantity]) => (({ sku, price }) => ({ key: `k${id}`, id, sku, quantity, prices: { price: String(price), currency_code: "EUR", currency_minor_unit: 2 } }))(stock.find((one) => one.id === id))), extensions: {} });
  const answer = (response, status, value) => {
    store.statuses.push(status);
    nonce = `n${store.statuses.length}`;
    response.writeHead(status, { "content-type": "application/json", nonce, "cart-token": "t" }).end(JSON.stringify(value));
  };
  const change = (work) => async (request, response) => {
    if (request.headers.nonce !== nonce) return answer(response, 401, { code: "woocommerce_rest_missing_nonce", message: "Missing the Nonce header." });
    answer(response, ...work(JSON.parse(await readAll(request))));
  };
  store.origin = await serve({
    ...routes,
    "/wp-json/wc/store/v1/cart": (_, response) => answer(response, 200, told()),
    "/wp-json/wc/store/v1/cart/add-item": change(({ id, quantity }) => {
      if (id === store.gone) return [400, { code: "woocommerce_rest_product_out_of_stock", message: "Out of stock.", data: { status: 400 } }];
      cart.set(id, (cart.get(id) ?? 0) + quantity);
      return [201, told()];
    }),
    "/wp-json/wc/store/v1/cart/extensions": change(({ namespace, data }) => {
      if (namespace !== "endcap") return [400, { code: "woocommerce_rest_cart_extensions_error", message: "no such namespace" }];
      store.joined.push(data.attribute);
      return [200, told()];
    }),
  });
  return store;
}

test("the plugin works against a Store API: reads, adds with the nonce in force, says what is sold out, joins orders once", async () => {
  const plugin = join(root, "pkg-template/examples/woocommerce/endcap");
  const settings = { api: "/wp-json/wc/store/v1/", bundle: "/cart.endcap", cards: undefined, events: "" };
  // The script reads what the footer prints, under the names that the footer prints.
  const php = readFileSync(join(plugin, "endcap.php"), "utf8");
  for (const name of Object.keys(settings)) assert.match(php, new RegExp(`'${name}' => `));
  const body = `<endcap-recommendations placement="cart" limit="3"></endcap-recommendations><script type="application/json" id="endcap-settings">${JSON.stringify(settings)}</script>
    <script>window.wp_has_consent = (kind) => kind === "statistics" && window.agreed === true; window.told = []; document.addEventListener("endcap-error", ({ detail }) => told.push(detail.error.message));
    let items = []; const heard = new Set(); window.wp = { data: { select: (name) => name === "wc/store/cart" ? { getCartData: () => ({ items }) } : undefined, subscribe: (work) => heard.add(work) } }; window.block = (next) => { items = next; heard.forEach((work) => work()); };</script>
    <script type="module" src="/plugins/endcap.js"></script>`;
  const store = await fakeStore({ ...hosted(plugin, "/plugins/"), ...hosted(dist, "/plugins/dist/"), "/": page(body), "/cart.endcap": model, "/favicon.ico": " " });
  store.cart.set(idOf(IN_CART), 1);
  const { tab, wrong, shows } = await open(store.origin);
  await shows(listed([IN_CART]));
  const button = tab.locator("endcap-recommendations [part=button]").first();
  await button.click();
  await shows(listed([IN_CART, OFFERED]));
  assert.deepEqual([...store.cart.keys()], [idOf(IN_CART), idOf(OFFERED)]);
  const [next] = listed([IN_CART, OFFERED]);
  store.gone = idOf(next);
  await button.click();
  await tab.waitForFunction(() => told.length > 0);
  assert.deepEqual(await tab.evaluate(() => told), ["woocommerce_rest_product_out_of_stock: Out of stock."]);
  store.cart.delete(idOf(OFFERED));
  await tab.evaluate(() => block([{ key: "k", quantity: 1 }]));
  await shows(listed([IN_CART]));
  await tab.evaluate(() => endcap.setVariants({ cart_addons: "b" }));
  assert.deepEqual(store.joined, [], "not without consent");
  await tab.evaluate(() => ((window.agreed = true), endcap.setVariants({ cart_addons: "b" })));
  await tab.evaluate(() => Promise.all([endcap.setVariants({ cart_addons: "b" }), document.body.dispatchEvent(new CustomEvent("wc-blocks_added_to_cart")), document.body.dispatchEvent(new CustomEvent("wc-blocks_removed_from_cart"))]));
  await tab.waitForTimeout(200);
  const unit = await tab.evaluate(() => localStorage.getItem("endcap_unit"));
  assert.deepEqual(store.joined.map(parseAttribute), [{ unit, variants: { cart_addons: "b" } }]);
  assert.ok(!store.statuses.includes(401), "the nonce of the answer before is always the one in force");
  assert.deepEqual(wrong.map((text) => /status of (\d+)/.exec(text)?.[1] ?? text), ["400"], "the browser's own word on what was sold out");
});

test("the plugin's PHP takes every attribute that can be written, and no other text", () => {
  const php = readFileSync(join(root, "pkg-template/examples/woocommerce/endcap/endcap.php"), "utf8");
  const [, pattern] = /preg_match\( '\/(.+)\/D', \$text \)/.exec(php);
  const takes = new RegExp(pattern);
  for (const variants of [{}, { a: "b" }, { "größer;=": "%\n", cart_addons: "b" }]) assert.match(formatAttribute({ unit: "0f3c", variants }), takes);
  for (const text of ["1;", "2;u;a=b", "1;u;a", "1;u;a=b=c", "1;u a;b=c", "1;u;a=b\n", "<script>", "1;u;a=b;"]) assert.doesNotMatch(text, takes, text);
  assert.match("", takes, "an empty text takes the join away");
  assert.match(php, /update_meta_data\( '_endcap', \$text \)/);
  for (const hook of ["woocommerce_checkout_create_order", "woocommerce_store_api_checkout_update_order_meta", "woocommerce_blocks_loaded"]) assert.ok(php.includes(`add_action( '${hook}'`), hook);
});
