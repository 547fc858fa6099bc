// The package in Chromium, as plain modules and without a bundler, under a strict Content-Security-Policy.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { importIn, installed, knownSkus, nameless, sampleBundle, serve } from "./support.mjs";

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
if (!executablePath) throw new Error("no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");

const { project } = installed();
const bundle = sampleBundle();
const types = { js: "text/javascript", wasm: "application/wasm" };
const file = (name) => [`/${name}`, (_, response) => {
  response.writeHead(200, { "content-type": types[name.split(".")[1]] }).end(readFileSync(join(project, "node_modules/endcap/dist", name)));
}];
const page = (scripts) => (_, response) => {
  response.writeHead(200, { "content-type": "text/html", "content-security-policy": `default-src 'none'; connect-src 'self'; script-src ${scripts}` });
  response.end("<!doctype html><title>shop</title>");
};
const origin = await serve({
  "/allowed": page("'self' 'wasm-unsafe-eval'"),
  "/blocked": page("'self'"),
  "/model.endcap": bundle,
  ...Object.fromEntries(["index.js", "slim.js", "endcap_bg.wasm"].map(file)),
});
const browser = await chromium.launch({ executablePath });
after(() => browser.close());

/** Runs the body of an async function in a page with this path, after importing the package there. */
async function inPage(path, work, argument) {
  const tab = await browser.newPage();
  try {
    await tab.goto(`${origin}/${path}`);
    return await tab.evaluate(work, argument);
  } finally {
    await tab.close();
  }
}

const recommender = await (await importIn(project, "endcap")).load(bundle);
const requests = knownSkus(recommender).flatMap((sku) => [{ placement: "cart", cart: [{ sku }] }, { placement: "cart", history: [{ sku, daysAgo: 9 }] }]);
const expected = requests.map((request) => recommender.recommend(request));

test("with 'wasm-unsafe-eval', answers are those of Node", async () => {
  const answers = await inPage("allowed", async (asked) => {
    const { load } = await import("/index.js");
    const recommender = await load("/model.endcap");
    return asked.map((request) => recommender.recommend(request));
  }, requests);
  assert.deepEqual(nameless(answers), nameless(expected));
});

test("slim streams the engine beside the bundle", async () => {
  const answers = await inPage("allowed", async (asked) => {
    const { load } = await import("/slim.js");
    const recommender = await load("/model.endcap", { engine: "/endcap_bg.wasm" });
    return asked.map((request) => recommender.recommend(request));
  }, requests);
  assert.deepEqual(nameless(answers), nameless(expected));
});

test("without it, the import is harmless and the load is coded", async () => {
  const codes = await inPage("blocked", async () => {
    const code = (promise) => promise.then(() => "ok", (error) => error.code);
    const [{ load }, slim] = [await import("/index.js"), await import("/slim.js")];
    return [await code(load("/model.endcap")), await code(slim.load("/model.endcap", { engine: "/endcap_bg.wasm" })), await code(slim.init(fetch("/endcap_bg.wasm")))];
  });
  assert.deepEqual(codes, ["E_WASM_BLOCKED", "E_WASM_BLOCKED", "E_WASM_BLOCKED"]);
});

test("an engine made in a frame serves the page", async () => {
  const shown = await inPage("allowed", async () => {
    const frame = document.body.appendChild(document.createElement("iframe"));
    const engine = await frame.contentWindow.WebAssembly.compileStreaming(fetch("/endcap_bg.wasm"));
    const { load } = await import("/slim.js");
    return (await load("/model.endcap", { engine })).recommend({ placement: "cart" }).items.length;
  });
  assert.ok(shown > 0);
});
