// What the table of faults runs in: a shop's cart page in Chromium under a strict policy, with products of its own where the
// recommendations would stand, and a note of all that the page, the shop and the browser said.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after } from "node:test";
import { chromium } from "playwright-core";

export const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
export const STYLE = "body { font: 16px/1.5 sans-serif; margin: 1rem } li { margin: 0.25rem 0 } button { min-height: 44px }";

/** The cart page. `options` is what the recommendations are loaded with; `sku` lies in the cart. */
export const pageOf = ({ sku, options, script = "recommend" }) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>cart</title><link rel="stylesheet" href="/style.css">
<header><a href="/elsewhere">All products</a> <a id="cart" href="#">Cart: <output id="count">1</output></a></header>
<main data-sku="${sku}" data-options='${JSON.stringify(options)}'><h1>Your cart</h1><ul id="lines"><li>${sku}</li></ul>
<endcap-recommendations id="block" placement="cart" limit="4" heading="Goes well with it">
<section id="own"><h2>Our best sellers</h2><ul><li>Gift card <button class="add" type="button">Add to cart</button></li><li>Tea towel <button class="add" type="button">Add to cart</button></li></ul></section>
</endcap-recommendations>
<p>Delivery in two days. <button id="wrap" class="add" type="button">Add a gift wrapping</button></p></main><script type="module" src="/shop.js"></script><script type="module" src="/${script}.js"></script></html>`;

/** The shop's own script: its cart, and what it hears. Nothing of it knows of recommendations. */
export const SHOP = `
  window.heard = [];
  window.failed = [];
  window.shifts = [];
  addEventListener("error", ({ message, error }) => { if (error) failed.push(message); });
  addEventListener("unhandledrejection", ({ reason }) => failed.push("unhandled: " + reason));
  for (const name of ["endcap-shown", "endcap-error"]) document.addEventListener(name, ({ detail }) => heard.push({ name, items: detail.answer?.items.length ?? null, ...told(detail.error) }));
  window.told = (error) => (error ? { code: error.code ?? String(error), advice: error.advice, message: error.message } : {});
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value))).observe({ type: "layout-shift", buffered: true });
  const count = document.querySelector("#count");
  for (const button of document.querySelectorAll(".add")) button.addEventListener("click", () => (count.value = Number(count.value) + 1));
  window.returned = null;
  addEventListener("pageshow", ({ persisted }) => persisted && (window.returned = true));
`;

/** The recommendations, as the README has them; what is optional comes from the page. */
export const RECOMMEND = (from = "/index.js") => `
  import { load } from "${from}";
  import { connect, refresh } from "/element.js";
  const main = document.querySelector("main");
  const { bundle = "/cart.endcap", waits = false, ...options } = JSON.parse(main.dataset.options);
  window.overlays = [];
  window.start = () => connect({
    recommender: window.loading = load(bundle, { cards: "/cards.endcap", onOverlay: (event) => { overlays.push(event.error ? told(event.error) : event.patched); refresh(); }, ...options }),
    context: () => ({ cart: [{ sku: main.dataset.sku }] }),
    ...window.more,
  });
  window.refresh = refresh;
  if (!waits) start();
`;

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
// The back/forward cache is what a shopper's browser has, and what automation switches off.
const browser = await chromium.launch({ executablePath, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
after(() => browser.close());

/** A visitor of their own: no storage, no cache of others. */
export const visitor = () => browser.newContext({ viewport: { width: 800, height: 900 } });

/**
 * A tab in which all is noted: `wrong` is what scripts let go uncaught or wrote to the console, `printed` what the browser wrote by
 * itself. `before` runs in the page before any script.
 */
export async function tabOf(context, { before } = {}) {
  const tab = await context.newPage();
  const [wrong, printed] = [[], []];
  const session = await context.newCDPSession(tab);
  session.on("Runtime.exceptionThrown", ({ exceptionDetails: { exception, text } }) => wrong.push(exception?.description ?? text));
  session.on("Runtime.consoleAPICalled", ({ type, args }) => ["error", "warning", "assert"].includes(type) && wrong.push(args.map(({ value, description }) => value ?? description).join(" ")));
  session.on("Log.entryAdded", ({ entry }) => entry.level === "error" && printed.push(entry.text));
  for (const domain of ["Runtime", "Log"]) await session.send(`${domain}.enable`);
  if (before) await tab.addInitScript(before);
  return { tab, session, wrong, printed };
}

/** What the shopper sees where the recommendations stand. */
export async function seen(tab) {
  const [own, products] = await Promise.all([
    tab.locator("#own").isVisible(),
    tab.evaluate(() => [...(document.querySelector("#block").shadowRoot?.querySelectorAll("[part=item]:not([aria-hidden])") ?? [])].map((item) => item.querySelector("[part=title]").textContent.trim())),
  ]);
  assert.ok(own || products.length > 0, "neither the shop's own products nor recommendations");
  return { own, products, text: own ? "the shop's own products" : "recommendations" };
}

/** The page's own cart works, by a shopper's click: below the block, and among the shop's own products where they stand in it. */
export async function assertUsable(tab) {
  const count = () => tab.locator("#count").evaluate(({ value }) => Number(value));
  for (const button of [tab.locator("#wrap"), ...((await tab.locator("#own").isVisible()) ? [tab.locator("#own .add").first()] : [])]) {
    const before = await count();
    await button.click({ timeout: 5_000 });
    assert.equal(await count(), before + 1, "add to cart of the shop's own");
  }
}

/** Waits until the block has settled; gives what it told last. */
export async function settled(tab, count = 1) {
  await tab.waitForFunction((wanted) => window.heard?.filter(({ name }) => name === "endcap-shown").length >= wanted, count);
  const heard = await tab.evaluate(() => window.heard);
  return heard.findLast(({ name }) => name === "endcap-error");
}

/** Nothing went uncaught, nothing was written to the console by a script, and nothing moved. */
export async function assertQuiet({ tab, wrong }, { uncaught = [], moves = false } = {}) {
  await tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))));
  assert.equal(wrong.length, uncaught.length, wrong.join("\n"));
  for (const [at, expected] of uncaught.entries()) assert.match(wrong[at], expected);
  const { failed, shifts } = await tab.evaluate(() => ({ failed, shifts }));
  assert.equal(failed.length, uncaught.length, failed.join("\n"));
  if (!moves) assert.deepEqual(shifts, [], "nothing moves");
}
