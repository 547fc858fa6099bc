// `endcap/react`: on the server, hydrated in Chromium, under StrictMode.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, test } from "node:test";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { dealtShop, golden, here, importIn, installed, serve } from "./support.mjs";

const { project } = installed();
const bundle = golden("v1_complete.endcap");
const dealt = dealtShop();
const recommender = await (await importIn(project, "endcap")).load(bundle);
const expected = (cart) => recommender.recommend({ placement: "cart", cart }).items.map(({ sku }) => sku);

writeFileSync(join(project, "shop.jsx"), `
  import { createElement as h, StrictMode, useState } from "react";
  import { useRecommendations, useSeen } from "endcap/react";
  export function Shop({ recommender, events, said }) {
    const [cart, setCart] = useState([{ sku: "KETTLE" }]);
    const [placement, setPlacement] = useState("cart");
    const [ticks, tick] = useState(0);
    const [again, ask] = useState(0);
    const [unit, setUnit] = useState(null);
    said({ setCart, setPlacement, tick, ask, setUnit });
    const { status, answer, cards, error } = useRecommendations(recommender, { placement, cart: [...cart], unit }, { again, events });
    const seen = useSeen(events, answer);
    return h("section", { ref: seen, "data-status": status, "data-error": error?.code },
      status === "empty" ? h("b", null, "held out") : status === "left" ? h("p", null, "our best sellers") : h("ul", null, cards.map(({ sku, title }) => h("li", { key: sku, "data-sku": sku }, title))), h("i", null, ticks));
  }
  export const App = (given) => h(StrictMode, null, h(Shop, given));
`);
writeFileSync(join(project, "server.jsx"), `
  import { createElement as h } from "react";
  import { renderToString } from "react-dom/server";
  import { App } from "./shop.jsx";
  export const rendered = renderToString(h(App, { recommender: undefined, said() {} }));
`);
writeFileSync(join(project, "client.jsx"), `
  import { createElement as h } from "react";
  import { hydrateRoot } from "react-dom/client";
  import { load } from "endcap";
  import { App } from "./shop.jsx";
  window.watched = [];
  window.asked = 0;
  const loading = load(location.search === "?dealt" ? "/dealt.endcap" : "/model.endcap", { cards: async (skus) => (window.asked++, skus.slice(0, window.carded).map((sku) => ({ sku, title: "Product " + sku, url: null, image: null, cartId: null, price: null }))) });
  loading.then((recommender) => (window.recommender = recommender));
  window.exposures = [];
  const events = { exposed: ({ variant, withheld }) => exposures.push([variant, withheld?.length ?? 0]), watch: (answer, element) => { const entry = { placement: answer.placement, element: element.nodeName, ended: false }; watched.push(entry); return () => (entry.ended = true); } };
  hydrateRoot(document.querySelector("#root"), h(App, { recommender: loading, events, said: (tools) => (window.tools = tools) }), { onRecoverableError: (error) => console.error(String(error)) });
`);
const common = { bundle: true, format: "esm", target: "es2022", logLevel: "warning", nodePaths: [join(here, "node_modules")], define: { "process.env.NODE_ENV": '"development"' } };
await build({ ...common, entryPoints: [join(project, "server.jsx")], outfile: join(project, "server.mjs"), platform: "node", banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' } });
await build({ ...common, entryPoints: [join(project, "client.jsx")], outfile: join(project, "client.js") });
const { rendered } = await import(pathToFileURL(join(project, "server.mjs")).href);

test("on the server it waits, and asks nothing", () => {
  assert.equal(rendered, '<section data-status="waiting"><ul></ul><i>0</i></section>');
});

test("hydrated under StrictMode: it asks, asks again for another question only, and steps aside where it fails", async () => {
  const origin = await serve({
    "/": (_, response) => response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>shop</title><div id="root">${rendered}</div><script type="module" src="/client.js"></script>`),
    "/client.js": (_, response) => response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(join(project, "client.js"))),
    "/favicon.ico": (_, response) => response.writeHead(204).end(),
    "/model.endcap": bundle,
    "/dealt.endcap": dealt.bundle,
  });
  const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
  const browser = await chromium.launch({ executablePath });
  after(() => browser.close());
  const tab = await browser.newPage();
  const wrong = [];
  tab.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  tab.on("pageerror", (error) => wrong.push(String(error)));
  await tab.goto(origin);
  const shown = () => tab.locator("[data-sku]").evaluateAll((items) => items.map(({ dataset }) => dataset.sku));
  await tab.locator("[data-status=shown]").waitFor();
  assert.deepEqual(await shown(), expected([{ sku: "KETTLE" }]));
  const asked = await tab.evaluate(() => window.asked);
  await tab.evaluate(() => tools.tick(7));
  await tab.getByText("7").waitFor();
  assert.equal(await tab.evaluate(() => window.asked), asked, "drawn again, and the same question");
  await tab.evaluate(() => tools.setCart([{ sku: "KETTLE" }, { sku: "DRIPPER" }]));
  await tab.waitForFunction(() => !document.querySelector('[data-sku="DRIPPER"]'));
  assert.deepEqual(await shown(), expected([{ sku: "KETTLE" }, { sku: "DRIPPER" }]));
  await tab.evaluate(() => (recommender.setEnabled("cart", false), tools.ask(1)));
  await tab.getByText("our best sellers").waitFor();
  await tab.evaluate(() => (recommender.setEnabled("cart", true), tools.ask(2)));
  await tab.locator("[data-status=shown]").waitFor();
  await tab.evaluate(() => tools.setPlacement("nowhere"));
  await tab.locator("[data-error=E_UNKNOWN_PLACEMENT]").waitFor();
  assert.ok(await tab.getByText("our best sellers").isVisible());
  const watched = await tab.evaluate(() => watched);
  assert.ok(watched.length > 0 && watched.every(({ placement, element }) => placement === "cart" && element === "SECTION"));
  assert.equal(watched.filter(({ ended }) => !ended).length, 0, "every watch of what is not shown any more has ended");
  assert.ok((await tab.evaluate(() => exposures)).every(([variant]) => variant === null), "told of every answer; who is in no arm is passed over by the events");
  // Arms: a list, an empty place, the shop's own.
  const shops = await (await importIn(project, "endcap")).load(dealt.bundle);
  await tab.goto(`${origin}/?dealt`);
  await tab.locator("[data-status=shown]").waitFor();
  for (const [placement, variant, status] of [["cart", "holdout", "empty"], ["cart", "treatment", "shown"], ["home", "holdout", "left"], ["cart", "global_holdout", "empty"]]) {
    await tab.evaluate(([asked, unit]) => (tools.setPlacement(asked), tools.setUnit(unit)), [placement, dealt.unitOf(shops, placement, variant)]);
    await tab.waitForFunction((wanted) => exposures.at(-1)?.[0] === wanted, variant);
    await tab.locator(`[data-status=${status}]`).waitFor();
    assert.deepEqual(await tab.evaluate(() => exposures.at(-1)), [variant, status === "shown" ? 0 : placement === "home" ? 3 : 2]);
  }
  // Lists without cards: no arm is told of, none is emptied, and the shop's own stays in all of them.
  const before = await tab.evaluate(() => ((window.carded = 0), exposures.length));
  for (const [n, variant] of ["holdout", "treatment", "global_holdout"].entries()) {
    const count = await tab.evaluate(() => asked);
    await tab.evaluate(([unit, again]) => (tools.setPlacement("cart"), tools.setUnit(unit), tools.ask(again)), [dealt.unitOf(shops, "cart", variant), 10 + n]);
    await tab.waitForFunction((was) => asked > was, count);
    await tab.locator("[data-status=left]").waitFor();
    assert.equal(await tab.evaluate(() => exposures.length), before, variant);
  }
  assert.deepEqual(wrong, []);
});
