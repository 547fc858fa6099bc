// `<endcap-recommendations>` in Chromium, under a strict policy with Trusted Types: what it shows, what it leaves, who can use it.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { dealtShop, golden, here, importIn, installed, root, serve } from "./support.mjs";

const { project } = installed();
const { load } = await importIn(project, "endcap");
const bundle = golden("v1_complete.endcap");
const recommender = await load(bundle);
const [FIRST, SECOND] = recommender.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }] }).items.map(({ sku }) => sku);
const dealt = dealtShop();
const arms = await load(dealt.bundle);
const shots = join(root, "tests/output/element");
mkdirSync(shots, { recursive: true });

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
const script = (name) => (_, response) => response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(join(project, "node_modules/endcap/dist", name)));
const text = (type, body, headers = {}) => (_, response) => response.writeHead(200, { "content-type": type, ...headers }).end(body);
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4.5" cy="4.5" r="3" fill="#b87333"/></svg>`;
const STYLE = `html { font: 16px/1.4 system-ui, sans-serif; color-scheme: light dark } body { margin: 1rem; background: Canvas; color: CanvasText } @media (prefers-color-scheme: dark) { endcap-recommendations { --endcap-accent: #9db9ff; --endcap-on-accent: #10131a } }`;
const PAGE = `<!doctype html><html lang="de"><title>shop</title><link rel="stylesheet" href="/style.css"><main><h1>Warenkorb</h1>
<endcap-recommendations id="block" placement="cart" limit="4" heading="Passt dazu"></endcap-recommendations></main><script type="module" src="/page.js"></script>`;
const OWN = "<p id=\"own\">was der Laden zeigt</p>";
const MODULE = `
  import { load } from "/index.js";
  import { connect, refresh } from "/element.js";
  window.heard = [];
  for (const name of ["endcap-shown", "endcap-error"]) document.addEventListener(name, ({ type, detail }) => heard.push([type, detail.answer?.items.map(({ sku }) => sku) ?? null, String(detail.error ?? "")]));
  window.told = [];
  const events = Object.fromEntries(["watch", "selected", "added"].map((name) => [name, (answer, ...rest) => (told.push([name, answer.placement, ...rest.map((one) => one.nodeName ?? one)]), () => {})]));
  const card = (sku) => ({ sku, title: window.titles?.[sku] ?? "Produkt " + sku, url: window.urls?.[sku] ?? "/p/" + sku, image: "/picture.svg", cartId: "v-" + sku, price: { minor: 1990, currency: "EUR" } });
  window.cart = [{ sku: "KETTLE" }];
  window.start = (bundle = "/model.endcap", more = {}) => connect({
    recommender: load(bundle, { cards: async (skus) => skus.slice(0, window.carded).map(card) }),
    context: () => ({ cart: window.cart }),
    addToCart: async ({ sku, cart_id }) => { if (window.refuses) throw new Error("no"); window.cart = [...window.cart, { sku }]; told.push(["cart", cart_id]); refresh(); },
    events, texts: { add: "In den Warenkorb", added: "{title} liegt im Warenkorb", failed: "{title}: das ging nicht" }, ...more });
  window.refresh = refresh;
  window.ready = true;
`;
const origin = await serve({
  "/": text("text/html", PAGE, { "content-security-policy": POLICY }),
  "/open": text("text/html", PAGE),
  "/page.js": text("text/javascript", MODULE),
  "/style.css": text("text/css", STYLE),
  "/picture.svg": text("image/svg+xml", PICTURE),
  "/favicon.ico": text("image/svg+xml", PICTURE),
  "/model.endcap": bundle,
  "/dealt.endcap": dealt.bundle,
  "/own": text("text/html", PAGE.replace("></endcap-recommendations>", ">" + OWN + "</endcap-recommendations><p id=\"after\">danach</p>"), { "content-security-policy": POLICY }),
  "/bare": text("text/html", PAGE.replace("</main>", "<p id=\"after\">danach</p></main>"), { "content-security-policy": POLICY }),
  ...Object.fromEntries(["index.js", "slim.js", "element.js"].map((name) => [`/${name}`, script(name)])),
});
const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
const browser = await chromium.launch({ executablePath });
after(() => browser.close());

/** A page with the block, not yet connected; what its console says against it ends the test. */
async function page({ path = "/", viewport = { width: 1280, height: 800 }, colorScheme = "light" } = {}) {
  const tab = await browser.newPage({ viewport, colorScheme });
  const wrong = [];
  tab.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  tab.on("pageerror", (error) => wrong.push(String(error)));
  await tab.goto(`${origin}${path}`);
  await tab.waitForFunction(() => window.ready);
  const block = tab.locator("#block");
  const shown = () => tab.evaluate(() => [...document.querySelector("#block").shadowRoot.querySelectorAll("[part=title]")].map((title) => title.textContent.trim()));
  const settled = (count = 1) => tab.waitForFunction((wanted) => heard.filter(([name]) => name === "endcap-shown").length >= wanted, count);
  return { tab, block, shown, settled, wrong };
}

test("it asks by itself, under a strict policy: cards in order, in the page's notation", async () => {
  const { tab, block, shown, settled, wrong } = await page();
  await tab.evaluate(() => start());
  await settled();
  const expected = recommender.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }], limit: 4 }).items.map(({ sku }) => sku);
  assert.deepEqual(await shown(), expected.map((sku) => `Produkt ${sku}`));
  assert.equal((await block.locator("[part=price]").first().textContent()).trim().replace(/\s/g, " "), "19,90 €");
  assert.equal(await block.locator("[part=link]").first().getAttribute("href"), `/p/${FIRST}`);
  assert.deepEqual(await tab.evaluate(() => told), [["watch", "cart", "ENDCAP-RECOMMENDATIONS"]]);
  assert.deepEqual(wrong, []);
});

test("a product goes into the cart by its cart id, the block asks again, and it is said aloud", async () => {
  const { tab, block, shown, settled, wrong } = await page();
  await tab.evaluate(() => start());
  await settled();
  await block.locator("[part=button]").first().focus();
  await tab.keyboard.press("Enter");
  await settled(2);
  assert.ok(!(await shown()).includes(`Produkt ${FIRST}`), "what is in the cart is not shown");
  await tab.waitForFunction(() => document.querySelector("#block").shadowRoot.querySelector("[role=status]").textContent !== "");
  assert.equal(await block.locator("[role=status]").textContent(), `Produkt ${FIRST} liegt im Warenkorb`);
  const told = await tab.evaluate(() => window.told);
  assert.deepEqual(told.filter(([name]) => name !== "watch"), [["cart", `v-${FIRST}`], ["added", "cart", FIRST, { quantity: 1, price: 19.9 }]]);
  await tab.evaluate(() => (window.refuses = true));
  await block.locator("[part=button]").first().click();
  await tab.waitForFunction(() => heard.some(([name]) => name === "endcap-error"));
  assert.match(await block.locator("[role=status]").textContent(), /das ging nicht$/);
  assert.ok(await block.locator("[part=button]").first().isEnabled(), "it can be tried again");
  assert.deepEqual(wrong, []);
});

test("a link tells what was opened", async () => {
  const { tab, block, settled } = await page();
  await tab.evaluate(() => start());
  await settled();
  await tab.evaluate(() => document.querySelector("#block").shadowRoot.addEventListener("click", (event) => event.preventDefault()));
  await block.locator("[part=link]").nth(1).click();
  assert.deepEqual((await tab.evaluate(() => told)).at(-1), ["selected", "cart", SECOND]);
});

test("titles are text and addresses are addresses, whatever they hold", async () => {
  const { tab, block, shown, settled, wrong } = await page();
  await tab.evaluate(([first, second]) => {
    window.titles = { [first]: '<img src=x onerror="window.hacked=1">&amp;"\'' };
    window.urls = { [first]: "javascript:window.hacked=1", [second]: " data:text/html,<script>hacked=1</script>" };
    start();
  }, [FIRST, SECOND]);
  await settled();
  assert.equal((await shown())[0], '<img src=x onerror="window.hacked=1">&amp;"\'');
  assert.equal(await block.locator("a[part=link]").count(), (await shown()).length - 2, "no link is better than that one");
  assert.equal(await tab.evaluate(() => window.hacked), undefined);
  assert.deepEqual(wrong, []);
});

const LEAVES = {
  "where the placement is not there": (tab) => tab.evaluate(() => (document.querySelector("#block").placement = "nowhere", start())),
  "where there are too few": (tab) => tab.evaluate(() => (document.querySelector("#block").min = 50, start())),
  "where the visitor is in the control": (tab) => tab.evaluate(() => (document.querySelector("#block").control = true, start())),
  "where the bundle does not load": (tab) => tab.evaluate(() => start("/nothing.endcap")),
  "where it never came": (tab) => tab.evaluate(() => start(new Uint8Array([1, 2, 3]))),
};
for (const [name, happens] of Object.entries(LEAVES)) {
  test(`the shop's own content stays ${name}`, async () => {
    const { tab, block, settled } = await page();
    await tab.evaluate(() => document.querySelector("#block").append(Object.assign(document.createElement("p"), { id: "own", textContent: "Unsere Bestseller" })));
    await tab.evaluate(() => document.querySelector("#block").requestUpdate());
    assert.ok(await tab.locator("#own").isVisible(), "before anything is known");
    await happens(tab);
    await settled();
    assert.ok(await tab.locator("#own").isVisible());
    assert.equal(await block.locator("[part=list]").count(), 0);
    assert.equal((await tab.evaluate(() => heard.at(-1)))[1], null);
    assert.deepEqual(await tab.evaluate(() => told), [], "nothing was shown, and nothing is told");
  });
}

test("nothing moves when the products come", async () => {
  for (const viewport of [{ width: 390, height: 844 }, { width: 1280, height: 800 }]) {
    const { tab, block, settled } = await page({ viewport });
    const height = () => block.evaluate((element) => element.getBoundingClientRect().height);
    await tab.evaluate(() => start(new Promise((resolve) => (window.arrive = () => resolve(fetch("/model.endcap"))))));
    await block.locator("[aria-busy=true]").waitFor();
    const waiting = await height();
    assert.ok(waiting > 200, `${waiting}`);
    await tab.evaluate(() => arrive());
    await settled();
    assert.ok(Math.abs((await height()) - waiting) <= 1, `${waiting} became ${await height()}`);
  }
});

test("each arm sees its own, and all of them are told of before anything is drawn", async () => {
  for (const path of ["/own", "/bare"]) {
    for (const [placement, variant] of [["cart", "treatment"], ["cart", "holdout"], ["cart", "global_holdout"], ["home", "holdout"], ["home", "served"], ["cart", "served"]]) {
      const { tab, shown, settled, wrong } = await page({ path });
      const unit = dealt.unitOf(arms, placement, variant);
      const height = () => tab.locator("#after").evaluate((after) => after.getBoundingClientRect().top);
      await tab.evaluate(([asked, whose]) => {
        Object.assign(document.querySelector("#block"), { placement: asked, unit: whose, limit: 2 });
        const exposed = ({ variant, withheld }) => exposures.push([variant, withheld?.length ?? null, document.querySelector("#block").shadowRoot.querySelectorAll("[part=link][href]").length]);
        Object.assign(window, { exposures: [], answered: [] });
        start("/dealt.endcap", { events: { exposed, watch: () => () => {} }, onAnswer: ({ experiment, variant }) => answered.push([experiment, variant]) });
      }, [placement, unit]);
      const waiting = path === "/bare" ? await height() : undefined;
      await settled();
      await tab.waitForFunction(() => exposures.length > 0);
      const list = variant === "treatment" || (placement === "cart" && variant === "served");
      const gone = placement === "cart" && !list;
      assert.equal((await shown()).filter(Boolean).length, list ? 2 : 0, `${path} ${placement} ${variant}`);
      assert.deepEqual((await tab.evaluate(() => exposures)).at(-1), [variant, list ? null : placement === "home" ? 2 : 2, 0], "told before it is drawn, whatever the arm");
      assert.deepEqual((await tab.evaluate(() => answered)).at(-1)[1], variant);
      if (path === "/own") {
        const own = tab.locator("#own");
        assert.deepEqual([await own.isVisible(), (await own.boundingBox()) !== null], [!list && !gone, !list], `${placement} ${variant}: what is held out keeps its room, unseen`);
      } else if (gone) {
        assert.equal(await height(), waiting, "an empty place as high as the one that waited");
        assert.equal(await tab.locator("#block [part=list]").isVisible(), false);
      }
      assert.deepEqual(wrong, []);
      await tab.close();
    }
  }
});

test("with too few cards no arm is told of, none is emptied, and the shop's own stays in all of them", async () => {
  for (const [carded, min, enough] of [[0, 1, false], [1, 2, false], [1, 1, true]]) {
    for (const variant of ["treatment", "holdout", "global_holdout", "served"]) {
      const { tab, settled, wrong } = await page({ path: "/own" });
      await tab.evaluate(([unit, some, least]) => {
        Object.assign(document.querySelector("#block"), { placement: "cart", unit, limit: 2, min: least });
        Object.assign(window, { exposures: [], answered: [], carded: some });
        start("/dealt.endcap", { events: { exposed: ({ variant }) => exposures.push(variant), watch: () => () => {} }, onAnswer: ({ variant }) => answered.push(variant) });
      }, [dealt.unitOf(arms, "cart", variant), carded, min]);
      await settled();
      const context = `${carded} of 2 cards, at least ${min}: ${variant}`;
      assert.deepEqual(await tab.evaluate(() => [exposures, answered]), enough ? [[variant], [variant]] : [[], []], context);
      assert.equal(await tab.locator("#own").isVisible(), !enough, context);
      assert.deepEqual(wrong, []);
      await tab.close();
    }
  }
});

test("attributes that change ask again, and only the last answer counts", async () => {
  const { tab, shown, settled } = await page();
  await tab.evaluate(() => start());
  await settled();
  await tab.evaluate(() => {
    const block = document.querySelector("#block");
    for (const limit of ["1", "3", "2"]) block.setAttribute("limit", limit);
  });
  await settled(2);
  await tab.waitForFunction(() => document.querySelector("#block").shadowRoot.querySelectorAll("[part=title]").length === 2);
  assert.equal((await shown()).length, 2);
  await tab.evaluate(() => document.querySelector("#block").remove());
  await tab.evaluate(() => refresh());
});

const axe = readFileSync(join(here, "node_modules/axe-core/axe.min.js"), "utf8");
for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing against it, ${colorScheme}, in three sizes; screenshots in tests/output/element`, async () => {
    for (const width of [390, 768, 1280]) {
      const { tab, block, settled } = await page({ path: "/open", viewport: { width, height: 800 }, colorScheme });
      await tab.evaluate(() => start());
      await settled();
      await tab.evaluate(axe);
      const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), []);
      await block.screenshot({ path: join(shots, `${width}-${colorScheme}.png`) });
      await tab.close();
    }
  });
}
