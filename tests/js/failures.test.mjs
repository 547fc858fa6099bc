// What a shopper sees when something fails, and what the developer reads: each fault in Chromium, in a shop's page under a strict
// policy. Whatever fails, the page keeps its own products and its cart, nothing goes uncaught, and nothing moves. The table is in
// tests/output/failures.md.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { assertQuiet, assertUsable, pageOf, POLICY, RECOMMEND, seen, settled, SHOP, STYLE, tabOf, visitor } from "./support-faults.mjs";
import { importIn, installed, root, serve, trainedShop } from "./support.mjs";

const { project } = installed();
const { load } = await importIn(project, "endcap");
const { load: loadStudio } = await importIn(project, "endcap/studio");

/** A small shop's model, with its slices. */
function trained(name, price = "10.00") {
  const things = ["Dripper", "Filter papers", "Scale", "Mill", "Cup"].map((title, n) => `THING-${n},${title},Coffee > Things,${n ? `${10 + n}.00` : price},,9,,`);
  const config = `[shop]\ncurrency = "EUR"\nname = "${name}"\n[placement.cart]\nstrategy = "cart_addons"\n`;
  const { directory, endcap } = trainedShop({ config, catalog: ["KETTLE,Kettle,Coffee > Kettles,40.00,,9,,", ...things] });
  return (file, ...options) => {
    if (options.length > 0) execFileSync(endcap, ["slice", "model.endcap", ...options, "-o", file], { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
    return readFileSync(join(directory, file));
  };
}
const addition = ["--addition", "--relations"];
const [shop, retrained] = [trained("kettles"), trained("kettles", "11.00")];
const model = shop("model.endcap");
const cart = shop("cart.endcap", "--relations", "cart");
const cards = shop("cards.endcap", ...addition, "cards");
const otherRest = retrained("rest.endcap", ...addition, "bought_together");
const otherCards = retrained("cards.endcap", ...addition, "cards");

const recommender = await load(cart, { cards });
const sku = "KETTLE";
const answer = recommender.recommend({ placement: "cart", cart: [{ sku }], limit: 4 });
const titles = (await recommender.cards(answer.items.map((item) => item.sku))).map(({ title }) => title);
const [GONE, GONE_TITLE] = [answer.items[0].sku, titles[0]];
const studio = await loadStudio(model);
const overlayOf = (revision, items = {}) => Buffer.from(studio.overlay({ revision, items, made_at: "2026-11-26T12:00:00Z" }));
const soldOut = overlayOf(7, { [GONE]: { availability: "out" } });
const foreign = Buffer.from((await loadStudio(trained("teapots")("model.endcap"))).overlay({ revision: 9, items: { [GONE]: { availability: "out" } } }));

const damaged = (bytes, at = bytes.length >> 1) => Buffer.from(bytes.map((byte, n) => (n === at ? byte ^ 0x5a : byte)));
const dist = (name) => readFileSync(join(project, "node_modules/endcap/dist", name));
const sri = (bytes) => `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
const HTML = "<!doctype html><title>Not found</title><h1>We could not find that page</h1>";

const typed = (type, body, headers = {}) => (_, response) => response.writeHead(200, { "content-type": type, ...headers }).end(body);
const cutOff = (type, body) => (_, response) => {
  response.writeHead(200, { "content-type": type, "content-length": body.length }).write(body.subarray(0, body.length >> 1));
  setTimeout(() => response.destroy(), 50);
};
let live = overlayOf(5);
let looks = 0;
let told = 0;
const cartPage = (policy) => (request, response) => {
  const given = new URL(request.url, "http://localhost").searchParams;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...(policy && { "content-security-policy": policy }) });
  response.end(pageOf({ sku, options: JSON.parse(given.get("options") ?? "{}"), script: given.get("script") ?? "recommend" }));
};
const origin = await serve({
  "/": cartPage(POLICY),
  "/without-wasm": cartPage(POLICY.replace(" 'wasm-unsafe-eval'", "")),
  "/without-lit": cartPage(POLICY.replace("trusted-types lit-html", "trusted-types 'none'")),
  "/elsewhere": typed("text/html", "<!doctype html><title>all products</title><h1>All products</h1>"),
  "/style.css": typed("text/css", STYLE),
  "/favicon.ico": typed("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
  "/shop.js": typed("text/javascript", SHOP),
  "/recommend.js": typed("text/javascript", RECOMMEND()),
  "/recommend-slim.js": typed("text/javascript", RECOMMEND("/slim.js")),
  "/recommend-missing.js": typed("text/javascript", RECOMMEND("/missing.js")),
  "/recommend-plain.js": typed("text/plain", RECOMMEND()),
  "/recommend-cut.js": typed("text/javascript", RECOMMEND("/cut.js")),
  ...Object.fromEntries(["index.js", "slim.js", "element.js", "events.js"].map((name) => [`/${name}`, typed("text/javascript", dist(name))])),
  "/cut.js": cutOff("text/javascript", dist("index.js")),
  "/engine.wasm": typed("application/wasm", dist("endcap_bg.wasm")),
  "/octets.wasm": typed("application/octet-stream", dist("endcap_bg.wasm")),
  "/text.wasm": typed("text/html", dist("endcap_bg.wasm")),
  "/page.wasm": typed("application/wasm", HTML),
  "/cut.wasm": cutOff("application/wasm", dist("endcap_bg.wasm")),
  "/empty.wasm": typed("application/wasm", Buffer.from([0, 97, 115, 109, 1, 0, 0, 0])),
  "/cart.endcap": cart,
  "/model.endcap": model,
  "/cards.endcap": cards,
  "/slow.endcap": (_, response) => void setTimeout(() => response.end(cart), 3_000),
  "/stalls.endcap": (_, response) => response.writeHead(200, { "content-length": cart.length }).write(cart.subarray(0, 99)),
  "/page.endcap": typed("text/html", HTML),
  "/broken.endcap": (_, response) => response.writeHead(503).end(),
  "/cut.endcap": cutOff("application/octet-stream", cart),
  "/short.endcap": cart.subarray(0, cart.length - 1000),
  "/zeros.endcap": Buffer.concat([cart.subarray(0, cart.length - 1000), Buffer.alloc(1000)]),
  "/damaged.endcap": damaged(cart),
  "/other.cards.endcap": otherCards,
  "/other.rest.endcap": otherRest,
  "/broken.cards": (_, response) => response.writeHead(503).end(),
  "/damaged.overlay": damaged(soldOut),
  "/foreign.overlay": foreign,
  "/events": (request, response) => (told++, request.resume(), response.writeHead(202).end()),
  "/live.overlay": (_, response) => (looks++, response.writeHead(200, { "cache-control": "no-cache" }).end(live)),
});
const at = ({ path = "/", options = {}, script } = {}) => `${origin}${path}?${new URLSearchParams({ options: JSON.stringify(options), ...(script && { script }) })}`;

const rows = [];
const OWN = "the shop's own products";
const RECOMMENDED = "recommendations";

/** A fault of the table. `work` gives `{ shopper, code?, advice?, note? }`; where it throws, the row says so. */
function fault(name, work) {
  test(name, async () => {
    const context = await visitor();
    const row = { fault: name, shopper: "**failed**: see the test", code: null, advice: null, message: null, note: null };
    rows.push(row);
    try {
      const { printed: browser = [], name: _, items: __, ...found } = await work(context);
      Object.assign(row, found, { browser });
    } finally {
      await context.close();
    }
  });
}

/** A page with this fault: its own products stay, the error has this code, and the page works, before the block has settled and after. */
async function keepsItsOwn(context, code, { before, printed: expected, uncaught, ...where } = {}) {
  const one = await tabOf(context, { before });
  const { tab, printed } = one;
  await tab.goto(at(where));
  await assertUsable(tab);
  const error = await settled(tab);
  assert.equal(error?.code, code, error?.message);
  assert.ok(error.advice, "an advice");
  const { own, text } = await seen(tab);
  assert.ok(own, "the shop's own products stay");
  await assertUsable(tab);
  await assertQuiet(one, { uncaught });
  return { shopper: text, ...error, printed };
}

/** A page in which the recommendations stand although something is wrong. */
async function recommends(context, { before, more, ...where } = {}) {
  const one = await tabOf(context, { before });
  await one.tab.goto(at(where));
  const error = await settled(one.tab);
  assert.equal(error, undefined, error?.message);
  const { products, text } = await seen(one.tab);
  assert.deepEqual(products, where.products ?? titles);
  await assertUsable(one.tab);
  return { one, row: { shopper: text, printed: one.printed } };
}

const BUNDLES = {
  "the bundle takes longer than `timeoutMs`": ["E_TIMEOUT", { bundle: "/slow.endcap", timeoutMs: 300 }],
  "the bundle stalls halfway": ["E_TIMEOUT", { bundle: "/stalls.endcap", timeoutMs: 300 }],
  "404 for the bundle": ["E_FETCH", { bundle: "/missing.endcap" }],
  "503 for the bundle": ["E_FETCH", { bundle: "/broken.endcap" }],
  "an HTML page with status 200 for the bundle": ["E_NOT_A_BUNDLE", { bundle: "/page.endcap" }],
  "the connection breaks off in the bundle": ["E_FETCH", { bundle: "/cut.endcap" }],
  "the bundle lacks its end": ["E_TRUNCATED", { bundle: "/short.endcap" }],
  "the bundle has its length, and zeros at its end": ["E_DAMAGED", { bundle: "/zeros.endcap" }],
  "one byte of the bundle is another": ["E_DAMAGED", { bundle: "/damaged.endcap" }],
  "`integrity` of another file": ["E_INTEGRITY", { integrity: sri(model) }],
  "the overlay is damaged when the page loads": ["E_DAMAGED", { overlay: "/damaged.overlay" }],
  "the overlay is another shop's": ["E_OTHER_SHOP", { overlay: "/foreign.overlay" }],
  "404 for the overlay when the page loads": ["E_FETCH", { overlay: "/missing.overlay" }],
  "the cards are another model's": ["E_OTHER_MODEL", { cards: "/other.cards.endcap" }],
  "503 for the cards": ["E_FETCH", { cards: "/broken.cards" }],
};
for (const [name, [code, options]] of Object.entries(BUNDLES)) fault(name, (context) => keepsItsOwn(context, code, { options }));

const ENGINES = {
  "endcap/slim: 404 for the engine": ["E_FETCH", "/missing.wasm"],
  "endcap/slim: an HTML page for the engine": ["E_ARGUMENT", "/page.wasm"],
  "endcap/slim: the connection breaks off in the engine": ["E_FETCH", "/cut.wasm"],
  "endcap/slim: WebAssembly of another kind for the engine": ["E_ARGUMENT", "/empty.wasm"],
};
for (const [name, [code, engine]] of Object.entries(ENGINES)) fault(name, (context) => keepsItsOwn(context, code, { options: { engine }, script: "recommend-slim" }));

for (const [type, engine] of [["application/octet-stream", "/octets.wasm"], ["text/html", "/text.wasm"]]) {
  fault(`endcap/slim: the engine is served as ${type}`, async (context) => {
    const { one, row } = await recommends(context, { options: { engine }, script: "recommend-slim" });
    await assertQuiet(one, { moves: true });
    return { ...row, note: "it is read before it is compiled, not while it comes" };
  });
}

const SCRIPTS = {
  "404 for the package's JavaScript": "recommend-missing",
  "the shop's script is served as text/plain": "recommend-plain",
  "the connection breaks off in the package's JavaScript": "recommend-cut",
};
for (const [name, script] of Object.entries(SCRIPTS)) {
  fault(name, async (context) => {
    const one = await tabOf(context);
    await one.tab.goto(at({ script }));
    await one.tab.waitForTimeout(200);
    const { own, text } = await seen(one.tab);
    assert.ok(own);
    await assertUsable(one.tab);
    await assertQuiet(one);
    assert.ok(one.printed.length > 0, "the browser says so");
    return { shopper: text, note: "no script of ours runs; the browser says why in its console", printed: one.printed };
  });
}

fault("offline, then online again", async (context) => {
  const one = await tabOf(context);
  const { tab, printed } = one;
  await tab.goto(at({ options: { waits: true } }));
  await tab.waitForFunction(() => window.start);
  await context.setOffline(true);
  await tab.evaluate(() => start());
  const error = await settled(tab);
  assert.equal(error.code, "E_FETCH");
  assert.ok((await seen(tab)).own);
  await assertUsable(tab);
  await assertQuiet(one);
  await context.setOffline(false);
  await tab.evaluate(() => start());
  await settled(tab, 2);
  assert.deepEqual((await seen(tab)).products, titles);
  return { shopper: `${OWN}; ${RECOMMENDED} once \`load\` was called again`, ...error, printed };
});

fault("the model is deployed anew between `load` and `add`", async (context) => {
  const { one, row } = await recommends(context);
  const error = await one.tab.evaluate(async () => (await loading).add("/other.rest.endcap").then(() => null, told));
  assert.equal(error.code, "E_OTHER_MODEL");
  await one.tab.evaluate(() => refresh());
  await settled(one.tab, 2);
  assert.deepEqual((await seen(one.tab)).products, titles, "as before");
  await assertQuiet(one, { moves: true });
  return { ...row, ...error, note: "what was loaded stays as it was" };
});

/** A page that looks at the overlay every 100 ms, in which 5 is in force. */
async function following(context, options = {}) {
  live = overlayOf(5);
  const { one, row } = await recommends(context, { options: { overlay: "/live.overlay", overlayMs: 100, ...options } });
  const { tab } = one;
  const heard = (count) => tab.waitForFunction((wanted) => overlays.length >= wanted, count).then(() => tab.evaluate(() => overlays));
  const looked = async () => {
    const before = looks;
    for (let tries = 0; looks < before + 2; tries++) {
      assert.ok(tries < 200, "nobody looks");
      await tab.waitForTimeout(50);
    }
  };
  const revision = () => tab.evaluate(async () => (await loading).info().overlay.revision);
  return { one, row, tab, heard, looked, revision };
}

for (const [name, code, bytes] of [["the overlay is damaged at a later look", "E_DAMAGED", damaged(soldOut)], ["a page stands for the overlay at a later look", "E_NOT_AN_OVERLAY", Buffer.from(HTML)]]) {
  fault(name, async (context) => {
    const { one, row, tab, heard, revision } = await following(context);
    live = bytes;
    const [error] = await heard(1);
    assert.equal(error.code, code);
    await settled(tab, 2);
    assert.deepEqual((await seen(tab)).products, titles, "what held goes on holding");
    assert.equal(await revision(), 5);
    live = soldOut;
    await tab.waitForFunction(async () => (await loading).info().overlay.revision === 7);
    await assertQuiet(one, { moves: true });
    return { ...row, ...error, note: "told to `onOverlay`; the next good overlay takes effect" };
  });
}

fault("the overlay is older than the one in force", async (context) => {
  const { one, row, tab, looked, revision } = await following(context);
  live = overlayOf(2, { [GONE]: { availability: "out" } });
  await looked();
  assert.deepEqual(await tab.evaluate(() => overlays), []);
  assert.equal(await revision(), 5);
  const error = await tab.evaluate(async (old) => {
    try {
      (await loading).patch(Uint8Array.from(old));
    } catch (found) {
      return told(found);
    }
  }, [...live]);
  assert.equal(error.code, "E_OLDER_REVISION");
  await assertQuiet(one, { moves: true });
  return { ...row, ...error, note: "by `patch`; a look that finds an older one is no event" };
});

fault("two tabs, and an overlay that reaches one of them first", async (context) => {
  const first = await following(context);
  const second = await tabOf(context);
  await second.tab.goto(at({ options: { overlay: "/live.overlay", overlayMs: 3_600_000 } }));
  await settled(second.tab);
  live = soldOut;
  await first.heard(1);
  await settled(first.tab, 2);
  const products = (await seen(first.tab)).products;
  assert.ok(!products.includes(GONE_TITLE) && products.length > 0);
  assert.deepEqual((await seen(second.tab)).products, titles, "the other tab as it was, and of one revision");
  await second.tab.evaluate(async () => ((await loading).patch(await (await fetch("/live.overlay")).arrayBuffer()), refresh()));
  await settled(second.tab, 2);
  assert.deepEqual((await seen(second.tab)).products, products, "then both are the same");
  for (const one of [first.one, second]) {
    await assertUsable(one.tab);
    await assertQuiet(one, { moves: true });
  }
  return { shopper: `${RECOMMENDED}, in each tab of one revision`, note: "each tab holds its own; both agree after the next look" };
});

fault("back from another page, out of the back/forward cache", async (context) => {
  const { one, row, tab, looked, revision } = await following(context);
  // With an event that waits for more, which goes by a beacon when the page is left.
  await tab.evaluate(async () => {
    const { createEvents } = await import("/events.js");
    createEvents({ consent: () => true, endpoint: "/events", batchMs: 60_000 }).purchased({ transaction_id: "1", items: [{ sku: "KETTLE" }] });
  });
  await tab.locator("a[href='/elsewhere']").click();
  await tab.waitForURL("**/elsewhere");
  live = soldOut;
  await tab.goBack({ waitUntil: "commit" }); // a page that is restored does not load
  await tab.waitForFunction(() => window.heard);
  const restored = await tab.evaluate(() => window.returned);
  const reasons = await tab.evaluate(() => JSON.stringify(performance.getEntriesByType("navigation")[0].notRestoredReasons));
  assert.ok(restored, `restored: ${reasons}`);
  await looked();
  await tab.waitForFunction(async () => (await loading).info().overlay.revision === 7);
  assert.equal(await revision(), 7);
  await tab.waitForFunction((gone) => ![...document.querySelector("#block").shadowRoot.querySelectorAll("[part=title]")].some(({ textContent }) => textContent.trim() === gone), GONE_TITLE);
  await assertUsable(tab);
  await assertQuiet(one, { moves: true });
  assert.equal(told, 1, "the event came, once");
  return { ...row, note: "restored as it was; looks at the overlay go on, and events were sent on leaving" };
});

fault("the policy lacks 'wasm-unsafe-eval'", (context) => keepsItsOwn(context, "E_WASM_BLOCKED", { path: "/without-wasm" }));

fault("Trusted Types without Lit's policy", async (context) => {
  const one = await tabOf(context);
  await one.tab.goto(at({ path: "/without-lit" }));
  await one.tab.waitForFunction(() => failed.length > 0);
  const { own, text } = await seen(one.tab);
  assert.ok(own);
  await assertUsable(one.tab);
  await assertQuiet(one, { uncaught: [/TypeError: .*lit-html/] });
  return { shopper: text, note: "the import of `endcap/element` fails with the browser's TypeError, uncaught where it is a static one; allow `trusted-types lit-html`", printed: one.printed };
});

fault("the browser has no WebAssembly", async (context) => {
  const row = await keepsItsOwn(context, "E_WASM_BLOCKED", { before: "delete globalThis.WebAssembly" });
  assert.doesNotMatch(row.advice, /Content-Security-Policy/, "no header would help");
  return row;
});

fault("`localStorage` is refused", async (context) => {
  const refused = 'Object.defineProperty(window, "localStorage", { get() { throw new DOMException("The operation is insecure.", "SecurityError"); } });';
  const { one, row } = await recommends(context, { before: refused });
  const units = await one.tab.evaluate(async () => {
    const { createEvents, createUnit } = await import("/events.js");
    const consent = () => true;
    const unit = createUnit({ consent });
    const dataLayer = [];
    createEvents({ consent, unit, dataLayer }).purchased({ transaction_id: "1", items: [] });
    return [unit.id(), unit.id(), (unit.forget(), unit.id()), dataLayer.length > 0];
  });
  assert.match(units[0], /^[0-9a-f]{32}$/);
  assert.deepEqual([units[1], units[3]], [units[0], true]);
  await assertQuiet(one, { moves: true });
  return { ...row, note: "the unit of events lasts as long as the page" };
});

for (const [name, more] of [["a bundle that fails where no block asks", 'document.querySelector("#block").remove()'], ["a bundle that fails in the control of an experiment", 'document.querySelector("#block").setAttribute("control", "")']]) {
  fault(name, async (context) => {
    const one = await tabOf(context);
    await one.tab.goto(at({ options: { bundle: "/missing.endcap", waits: true } }));
    await one.tab.waitForFunction(() => window.start);
    await one.tab.evaluate(more);
    await one.tab.evaluate(() => start());
    const error = await one.tab.evaluate(() => loading.then(() => null, told));
    assert.equal(error.code, "E_FETCH");
    await one.tab.waitForTimeout(100);
    await assertUsable(one.tab);
    await assertQuiet(one, { moves: true });
    return { shopper: name.includes("control") ? (await seen(one.tab)).text : "the page without a block", ...error, note: "told to whoever awaits `load`; nothing goes uncaught", printed: one.printed };
  });
}

after(() => {
  const out = join(root, "tests/output");
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "failures.json"), `${JSON.stringify(rows, null, 2)}\n`);
  const line = (cells) => `| ${cells.map((text) => String(text ?? "").replaceAll("|", "\\|").replaceAll(origin, "")).join(" | ")} |`;
  const body = rows.map(({ fault: name, shopper, code, advice, note }) => line([name, shopper, code ? `\`${code}\`` : "none", [advice, note && `(${note})`].filter(Boolean).join(" ")]));
  const about = "Each row was run in Chromium, in a shop's page under a strict Content-Security-Policy. In every one the page's own cart worked, no error went uncaught but where the row says so, no script wrote to the console, and where the shop's own products stayed nothing moved.";
  writeFileSync(join(out, "failures.md"), `# What fails, and what is seen\n\n${about}\n\n${[line(["Fault", "The shopper saw", "Code", "Advice"]), line(["---", "---", "---", "---"]), ...body].join("\n")}\n`);
});
