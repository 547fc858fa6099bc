/**
 * The demo store in a real browser: what a visitor does, by mouse, keyboard and phone; what the
 * page does without its recommender; what the recommender costs on a slow connection.
 *
 * It runs on the store that `make demo` builds in www/dist. Where that is missing, a store of 28
 * products is built on a stand-in for the engine, and the run says so.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { POLICY, serve } from "./support-server.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");
const SHOTS = join(ROOT, "tests/output/screenshots");
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"];
const ADDONS = "#addons .card:not(.ghost)";
const RECOMMENDER = /\/(vendor\/endcap|models)\//;

/** Chrome's own "Slow 4G": 1.6 Mbit/s and 750 kbit/s at 90 %, 150 ms of latency counted 3.75 times. */
const SLOW_4G = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };

let browser;
let server;
let products;

function theStore() {
  const built = join(ROOT, "www/dist");
  if (existsSync(join(built, "cart.html"))) return built;
  console.log("www/dist is not built (`make demo`): testing a store of 28 products on a stand-in for the engine");
  const out = join(ROOT, "tests/output/toy-store");
  const toy = join(HERE, "fixtures/toy-store");
  execFileSync(process.execPath, [
    join(ROOT, "www/build.mjs"), "--shop", toy, "--models", toy, "--pkg", join(HERE, "fixtures/toy-engine"), "--out", out,
  ], { stdio: ["ignore", "ignore", "pipe"] });
  return out;
}

before(async () => {
  const store = theStore();
  products = JSON.parse(readFileSync(join(store, "data/listing.json"), "utf8")).products;
  server = await serve(store);
  mkdirSync(SHOTS, { recursive: true });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: process.getuid?.() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS });
  console.log(`the store of ${products.length} listed products, served by ${server.by}, in Chromium ${browser.version()}`);
});

after(async () => {
  await browser?.close();
  server?.stop();
});

/**
 * A fresh visitor with a page. Whatever the policy blocks, whatever throws and whatever is logged
 * is kept, and the first two must stay empty.
 */
async function visitor(t, { size = { width: 1280, height: 900 }, scheme = "light", phone = false, cart = [], route } = {}) {
  const context = await browser.newContext({ viewport: size, colorScheme: scheme, hasTouch: phone, isMobile: phone, deviceScaleFactor: phone ? 2 : 1, reducedMotion: "reduce" });
  await context.addInitScript((lines) => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    window.shift = 0;
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        window.shift += entry.value;
        window.shifts.push(entry.sources.map((source) => `${source.node?.id || source.node?.className || source.node?.nodeName}`).join(" "));
      }
    }).observe({ type: "layout-shift", buffered: true });
    window.paints = [];
    new PerformanceObserver((list) => window.paints.push(...list.getEntries().map(({ startTime, size, element }) => ({ startTime, size, what: element?.outerHTML?.slice(0, 120) ?? "" })))).observe({ type: "largest-contentful-paint", buffered: true });
    // The moment an add-on stands in the document, not the moment a test finds it.
    new MutationObserver(() => (window.firstAddon ??= document.querySelector("#addons .card:not(.ghost)") && performance.now())).observe(document, { childList: true, subtree: true });
    if (lines.length && !localStorage.getItem("endcap-store.cart")) localStorage.setItem("endcap-store.cart", JSON.stringify(lines));
  }, cart);
  const page = await context.newPage();
  page.errors = [];
  page.said = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => {
    if (/^endcap:/.test(message.text())) page.said.push(`${message.type()} ${message.text()}`);
    if (message.type() === "error" && /Content Security Policy|TrustedScript|TrustedHTML/.test(message.text())) page.errors.push(message.text());
  });
  if (route) await route(page);
  t.after(async () => {
    assert.deepEqual(await page.evaluate(() => window.violations), [], "nothing is blocked by the policy");
    assert.deepEqual(page.errors, []);
    await context.close();
  });
  return page;
}

const skus = (page, where) => page.locator(where).evaluateAll((cards) => cards.map((card) => card.dataset.sku));
const open = (page, path = "") => page.goto(`${server.origin}/${path}`);
const line = (product, quantity = 1) => ({ product, quantity });

/** Products with a price, in stock, from different departments, best sellers first. */
function different(count) {
  const seen = new Set();
  const chosen = products.filter((product) => {
    const department = (product.category ?? product.sku).split(" > ")[0];
    if (!product.price || product.stock || seen.has(department)) return false;
    return seen.add(department);
  });
  return chosen.slice(0, count);
}

async function noSidewaysScroll(page) {
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= screen, `${content} px of content on a screen of ${screen}`);
}

test("the server sends the strict policy", async () => {
  const answer = await fetch(`${server.origin}/cart.html`);
  assert.equal(answer.headers.get("content-security-policy")?.replace(/\s+/g, " "), POLICY);
});

test("list, product, cart: the add-ons change with the cart", async (t) => {
  const page = await visitor(t);
  await open(page);
  await page.locator("#products .card").first().waitFor();
  const [product] = different(1);
  await page.fill("#search", product.title);
  await page.locator(`#products .card[data-sku="${product.sku}"] a`).click();
  await page.getByRole("heading", { level: 1, name: product.title }).waitFor();
  await page.locator("#similar .card:not(.ghost)").first().waitFor();
  const beside = await skus(page, ".block .card:not(.ghost)");
  assert.ok(!beside.includes(product.sku), "a product is not recommended beside itself");
  assert.equal(new Set(beside).size, beside.length, "no product is in both blocks");
  await page.getByRole("button", { name: "Add to cart" }).click();
  assert.equal(await page.locator("#cart-count").textContent(), "1");
  assert.match(await page.locator("#voice").textContent(), /added\. 1 item in the cart/);

  await page.locator("#cart-link").click();
  await page.locator(ADDONS).first().waitFor();
  const before = await skus(page, ADDONS);
  assert.ok(before.length >= 1 && before.length <= 4 && !before.includes(product.sku));
  await page.locator(`${ADDONS} .add`).first().click();
  await page.locator(`#lines [data-sku="${before[0]}"]`).waitFor();
  await page.waitForFunction(([selector, sku]) => ![...document.querySelectorAll(selector)].some((card) => card.dataset.sku === sku), [ADDONS, before[0]]);
  assert.notDeepEqual(await skus(page, ADDONS), before);

  await page.locator(`#lines [data-sku="${before[0]}"] .quiet`).click();
  await page.waitForFunction(([selector, sku]) => [...document.querySelectorAll(selector)].some((card) => card.dataset.sku === sku), [ADDONS, before[0]]);
  assert.deepEqual(await skus(page, ADDONS), before, "the same cart has the same add-ons");
});

test("an order placed here is offered again", async (t) => {
  const page = await visitor(t, { cart: different(2).map((product) => line(product, 2)) });
  await open(page, "cart.html");
  await page.getByRole("button", { name: "Place the order" }).click();
  await page.getByRole("heading", { name: "Thank you" }).waitFor();
  assert.equal(await page.locator("#cart-count").textContent(), "0");
  await page.locator("#again .card:not(.ghost)").first().waitFor();
  await shoot(page, "placed-1280-light");
});

test("the whole way by keyboard", async (t) => {
  const page = await visitor(t);
  await open(page);
  await page.locator("#products .card").first().waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  const tabTo = async (what, most = 60) => {
    for (let k = 0; k < most; k += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((selector) => document.activeElement.matches(selector), what)) {
        const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== "none" || getComputedStyle(document.activeElement.closest(".card") ?? document.activeElement).outlineStyle !== "none");
        assert.ok(ring, `${what} shows that it has the focus`);
        return;
      }
    }
    assert.fail(`${what} is not reached within ${most} tabs`);
  };
  await tabTo("#products .add:not(:disabled)");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#cart-count").textContent(), "1");

  await open(page, "cart.html");
  await page.locator(ADDONS).first().waitFor();
  await tabTo(`${ADDONS} .add`);
  const [chosen] = await skus(page, ADDONS);
  await page.keyboard.press("Enter");
  await page.locator(`#lines [data-sku="${chosen}"]`).waitFor();
  await page.waitForFunction(() => document.activeElement !== document.body);
  assert.ok(await page.evaluate(() => document.activeElement.closest("#addons, #lines") !== null), "the focus stays near");
  await page.locator(`#lines [data-sku="${chosen}"] .quiet`).focus();
  await page.keyboard.press("Enter");
  assert.ok(await page.evaluate(() => document.activeElement.matches("#lines .quiet")), "after a removal the focus is on the next line");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "title");
  await page.locator("#empty").waitFor();
  assert.ok(await page.locator("#addons").isHidden());
});

for (const width of [360, 390]) {
  test(`a phone of ${width} px never scrolls sideways`, async (t) => {
    const chosen = different(2);
    const page = await visitor(t, { size: { width, height: 780 }, phone: true, cart: chosen.map((product) => line(product)) });
    for (const path of ["", `product.html?sku=${encodeURIComponent(chosen[0].sku)}`, "cart.html"]) {
      await open(page, path);
      await page.locator(path ? ".block .card:not(.ghost)" : "#products .card").first().waitFor();
      await noSidewaysScroll(page);
    }
  });
}

test("nothing moves when the blocks fill", async (t) => {
  const chosen = different(2);
  const page = await visitor(t, { cart: chosen.map((product) => line(product)) });
  for (const path of ["cart.html", `product.html?sku=${encodeURIComponent(chosen[0].sku)}`]) {
    await open(page, path);
    await page.locator(".block .card:not(.ghost)").first().waitFor();
    await page.waitForTimeout(600);
    const { shift, shifts } = await page.evaluate(() => ({ shift, shifts }));
    assert.ok(shift < 0.005, `${path} shifted by ${shift}: ${shifts.join("; ")}`);
  }
});

const failures = {
  "the bundle is not there": (page) => page.route("**/models/**", (route) => route.fulfill({ status: 404, body: "no" })),
  "the bundle is a web page": (page) => page.route("**/models/*", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><p>hello" })),
  "the engine is not there": (page) => page.route("**/vendor/**", (route) => route.fulfill({ status: 404, body: "no" })),
  "the wasm is damaged": (page) => page.route("**/*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "wasm?" })),
  "the network breaks": (page) => page.route("**/vendor/**", (route) => route.abort()),
};
for (const [what, route] of Object.entries(failures)) {
  test(`the shop works though ${what}`, async (t) => {
    const [product, other] = different(2);
    const page = await visitor(t, { route, cart: [line(product)] });
    const ofTheNetwork = (error) => !/Failed to fetch dynamically imported module/.test(error);
    await open(page, `product.html?sku=${encodeURIComponent(other.sku)}`);
    await page.getByRole("button", { name: "Add to cart" }).click();
    await page.locator("#complements").waitFor({ state: "hidden" });
    await page.locator("#similar").waitFor({ state: "hidden" });
    assert.equal(page.said.length, 1, `one word in the console: ${page.said.join(" | ")}`);
    assert.match(page.said[0], /^info endcap: no recommendations on this page\. E_[A-Z_]+: /);
    await open(page, "cart.html");
    await page.locator("#addons").waitFor({ state: "hidden" });
    assert.deepEqual(await skus(page, "#lines .line"), [product.sku, other.sku]);
    await page.locator(`#lines [data-sku="${other.sku}"]`).getByRole("button", { name: /more/ }).click();
    assert.equal(await page.locator("#cart-count").textContent(), "3");
    await page.getByRole("button", { name: "Place the order" }).click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    await page.locator("#again").waitFor({ state: "hidden" });
    page.errors = page.errors.filter(ofTheNetwork);
    assert.equal(page.said.length, 2, "one word a page");
  });
}

test("WebAssembly forbidden by the policy: the shop works and says why", async (t) => {
  const [product] = different(1);
  const page = await visitor(t, {
    cart: [line(product)],
    route: (page) => page.route("**/cart.html", async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(" 'wasm-unsafe-eval'", "");
      await route.fulfill({ response: answer, body, headers: { "content-type": "text/html" } });
    }),
  });
  await open(page, "cart.html");
  await page.locator("#addons").waitFor({ state: "hidden" });
  assert.match(page.said[0], /E_WASM_BLOCKED/);
  await page.evaluate(() => (window.violations = window.violations.filter((one) => !/wasm-eval/.test(one))));
  page.errors = page.errors.filter((error) => !/WebAssembly/.test(error));
});

test("titles are text, whatever they hold", async (t) => {
  const product = { sku: "X", title: `<img src=x onerror="alert(1)"><script>alert(1)</script>`, price: { minor: 100, currency: "EUR" } };
  const page = await visitor(t, { cart: [line(product)] });
  await open(page, "cart.html");
  assert.equal(await page.locator("#lines h3").textContent(), product.title);
  assert.equal(await page.locator("#lines script, #lines img[src=x]").count(), 0);
});

test("the meter tells what it cost", async (t) => {
  const page = await visitor(t, { cart: different(2).map((product) => line(product)) });
  await open(page, "cart.html");
  await page.locator(ADDONS).first().waitFor();
  await page.locator(".meter summary", { hasText: "µs" }).click();
  const text = await page.locator(".meter:not(.drawer) .meter-body").innerText();
  assert.match(text, /median of \d+ × \d+ calls/);
  assert.match(text, /KB in \d+ requests/);
  assert.match(text, /score/);
  await shoot(page, "meter-1280-light", {});
});

/** Turns a row of the merchandiser's drawer and waits until the block shows what then holds. */
async function turn(page, row, seen) {
  const was = await skus(page, ADDONS);
  await page.locator(`#day-${row}`).click();
  await page.waitForFunction(([selector, test, was]) => new Function("is", "was", `return ${test}`)([...document.querySelectorAll(selector)].map((card) => card.dataset.sku), was), [ADDONS, seen, was]);
  const is = await skus(page, ADDONS);
  console.log(`  ${await page.locator(".drawer-log").textContent()}  ${was.join(" ") || "nothing"} → ${is.join(" ") || "nothing"}`);
  return [was, is];
}

test("the merchandiser's drawer changes the block without a reload, and says why", async (t) => {
  if (!existsSync(join(theStore(), "vendor/endcap/studio.js"))) return t.skip("the stand-in for the engine has no studio");
  const page = await visitor(t, { cart: different(2).map((product) => line(product)) });
  await open(page, "cart.html");
  await page.locator(ADDONS).first().waitFor();
  const [first, second, , fourth] = await skus(page, ADDONS);
  await page.evaluate(() => (window.sameDocument = true));
  const fetched = () => page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => /studio/.test(name) && /vendor/.test(name)).length);
  assert.equal(await fetched(), 0, "the whole engine waits until it is asked for");
  await page.locator(".drawer summary").click();
  await page.locator("#day-soldOut").waitFor();
  assert.equal(await fetched(), 1);
  console.log("the merchandiser's drawer:");
  await turn(page, "soldOut", `!is.includes("${first}")`);
  await turn(page, "dearer", `!is.includes("${second}")`);
  await turn(page, "campaign", "true");
  assert.notEqual((await skus(page, ADDONS))[0], fourth, "the campaign has not begun");
  await turn(page, "tomorrow", `is[0] === "${fourth}"`);
  assert.equal(await page.locator(`${ADDONS} .card-note`).first().textContent(), "Picked for you");
  const why = await page.locator(".drawer-why").textContent();
  for (const part of ["cart: cart_addons", '"campaign"', `-  ${first}  stock`, second]) assert.ok(why.includes(part), `${part} in\n${why}`);
  await shoot(page, "drawer-1280-light", {});
  await page.locator("#day-enabled").click();
  await page.locator("#addons").waitFor({ state: "hidden" });
  assert.match(await page.locator(".drawer-why").textContent(), /nothing, disabled/);
  await page.locator("#day-enabled").click();
  for (const row of ["soldOut", "dearer", "campaign", "tomorrow"]) await page.locator(`#day-${row}`).click();
  await page.waitForFunction(([selector, sku]) => document.querySelector(selector)?.dataset.sku === sku, [ADDONS, first]);
  assert.ok(await page.evaluate(() => window.sameDocument), "the page was never loaded again");
});

test("the overlay of a report's REVERT takes effect in the page", async (t) => {
  if (!existsSync(join(theStore(), "models/revert.overlay"))) return t.skip("this store has no report: `make demo` makes one of the sample shop");
  const page = await visitor(t, { cart: different(2).map((product) => line(product)) });
  await open(page, "cart.html");
  await page.locator(ADDONS).first().waitFor();
  const was = await skus(page, ADDONS);
  await page.evaluate(() => (window.sameDocument = true));
  await page.locator(".drawer summary").click();
  await page.locator("#day-revert").click();
  await page.locator("#addons").waitFor({ state: "hidden" });
  console.log(`  ${await page.locator(".drawer-log").textContent()}  ${was.join(" ")} → nothing`);
  assert.match(await page.locator(".drawer-why").textContent(), /nothing, disabled/);
  assert.equal(await page.locator("#day-enabled").isChecked(), false);
  await shoot(page, "revert-1280-light", {});
  await page.locator("#day-enabled").click();
  await page.locator(ADDONS).first().waitFor();
  assert.deepEqual(await skus(page, ADDONS), was, "and back on by hand");
  assert.ok(await page.evaluate(() => window.sameDocument), "the page was never loaded again");
});

for (const scheme of ["light", "dark"]) {
  test(`the drawer on a phone, ${scheme}`, async (t) => {
    if (!existsSync(join(theStore(), "vendor/endcap/studio.js"))) return t.skip("the stand-in for the engine has no studio");
    const page = await visitor(t, { size: { width: 390, height: 844 }, phone: true, scheme, cart: different(2).map((product) => line(product)) });
    await open(page, "cart.html");
    await page.locator(".drawer summary").click();
    await page.locator("#day-soldOut").click();
    await noSidewaysScroll(page);
    await shoot(page, `drawer-390-${scheme}`, {});
  });
}

async function cold(t, withRecommender) {
  const route = withRecommender ? undefined : (page) => page.route(RECOMMENDER, (route) => route.abort());
  const page = await visitor(t, { size: { width: 412, height: 823 }, phone: true, cart: different(2).map((product) => line(product)), route });
  const wire = await page.context().newCDPSession(page);
  await wire.send("Network.enable");
  await wire.send("Network.setCacheDisabled", { cacheDisabled: true });
  await wire.send("Network.emulateNetworkConditions", SLOW_4G);
  await open(page, "cart.html");
  if (withRecommender) await page.locator(ADDONS).first().waitFor({ timeout: 60_000 });
  else await page.locator("#addons").waitFor({ state: "hidden", timeout: 60_000 });
  const figures = await page.evaluate(() => ({
    first: window.firstAddon,
    paints: window.paints,
    resources: performance.getEntriesByType("resource").map(({ name, startTime, responseEnd, transferSize }) => ({ name, startTime, responseEnd, transferSize })),
  }));
  page.errors = page.errors.filter((error) => !/dynamically imported/.test(error));
  return { ...figures, page };
}

test("cold on Slow 4G: the first add-on, and the largest paint undisturbed", async (t) => {
  const without = await cold(t, false);
  const { first: addon, paints, resources } = await cold(t, true);
  const ours = resources.filter(({ name }) => RECOMMENDER.test(name));
  const ranking = ours.filter(({ name }) => !/cards|rest/.test(name));
  const largest = paints.at(-1);
  const bytes = (list) => list.reduce((sum, entry) => sum + entry.transferSize, 0);
  const first = Math.min(...ours.map(({ startTime }) => startTime));
  console.log(`Slow 4G (${SLOW_4G.downloadThroughput * 8 / 1e6} Mbit/s down, ${SLOW_4G.uploadThroughput * 8 / 1e6} up, ${SLOW_4G.latency} ms), cold, cart of two products:`);
  console.log(`  navigation to first add-on ${Math.round(addon)} ms; largest paint ${Math.round(largest.startTime)} ms (${Math.round(without.paints.at(-1).startTime)} ms without the recommender)`);
  console.log(`  first byte asked for at ${Math.round(first)} ms; ranking possible at ${Math.round(Math.max(...ranking.map(({ responseEnd }) => responseEnd)))} ms`);
  for (const { name, startTime, responseEnd, transferSize } of ours) console.log(`  ${new URL(name).pathname}: ${transferSize} bytes, ${Math.round(startTime)} to ${Math.round(responseEnd)} ms`);
  console.log(`  to rank: ${ranking.length} requests, ${bytes(ranking)} bytes; with cards: ${ours.length} requests, ${bytes(ours)} bytes; the page itself: ${resources.length - ours.length + 1} requests`);
  assert.ok(ranking.length <= 3, "JavaScript, wasm and slice, and no more, before an item is ranked");
  assert.ok(largest.startTime < first, `the largest paint (${largest.startTime} ms, ${largest.what}) comes before the first request (${first} ms)`);
});

/** Saves what the page looks like once every picture has come, those further down included. */
async function shoot(page, name, options = { fullPage: true }) {
  await page.evaluate(() =>
    Promise.all([...document.images].map((image) => {
      image.loading = "eager";
      return image.decode().catch(() => {});
    })),
  );
  await page.screenshot({ path: join(SHOTS, `${name}.png`), ...options });
}

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    test(`screenshots, ${scheme}, ${width} px`, async (t) => {
      const chosen = different(2);
      const phone = width < 700;
      const page = await visitor(t, { size: { width, height: phone ? 844 : 900 }, scheme, phone, cart: chosen.map((product, k) => line(product, k + 1)) });
      const pages = { list: "", product: `product.html?sku=${encodeURIComponent(chosen[0].sku)}`, cart: "cart.html" };
      for (const [name, path] of Object.entries(pages)) {
        await open(page, path);
        await page.locator(path ? ".block .card:not(.ghost)" : "#products .card").first().waitFor();
        if (path) await page.locator(".meter summary", { hasText: "µs" }).waitFor();
        await shoot(page, `${name}-${width}-${scheme}`, { fullPage: Boolean(path) });
      }
    });
  }
}
