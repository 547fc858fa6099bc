// What a merchandiser changes takes effect where the shop runs, without a reload: a stock-out, a price, a campaign that begins,
// and a placement that is switched off, each as an overlay that a running page and a running worker take.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { chromium } from "playwright-core";
import { golden, importIn, installed, serve } from "./support.mjs";

const { project } = installed();
const bundle = golden("v1_complete.endcap");
const studio = await (await importIn(project, "endcap/studio")).load(bundle);

const DEAR = { name: "nothing dear beside the till", placements: ["cart"], match: { price: { min: 20 } }, when: { cart_lines: { min: 1 } }, action: { exclude: true } };
const CAMPAIGN = { name: "scales first", placements: ["cart"], match: { sku: "CUP" }, action: { pin: 1 }, from: "2026-11-27T00:00:00+01:00", until: "2026-11-30T00:00:00+01:00" };
const BEFORE = "2026-11-26T12:00:00Z";
const DURING = "2026-11-27T12:00:00Z";

/** What happens, one after the other: the change, the moment, and what must be seen. */
const STEPS = [
  { what: "the rules of the day", change: { rules: [DEAR, CAMPAIGN] }, now: BEFORE, seen: ({ items }) => items.includes("DRIPPER") && items[0] !== "CUP" },
  { what: "a stock-out", change: { items: { DRIPPER: { availability: "out" } } }, now: BEFORE, seen: ({ items }) => !items.includes("DRIPPER") && items.includes("FILTER-S") },
  { what: "a price", change: { items: { "FILTER-S": { price: 24.9 } } }, now: BEFORE, seen: ({ items }) => !items.includes("FILTER-S") },
  { what: "a campaign that begins", change: { items: { DRIPPER: { availability: "in_stock" } } }, now: DURING, seen: ({ items }) => items[0] === "CUP" && items.includes("DRIPPER") },
  { what: "a placement switched off", change: { placements: { cart: { enabled: false } } }, now: DURING, seen: ({ items, silent }) => items.length === 0 && silent === "disabled" },
].map((step, at) => ({ ...step, overlay: studio.overlay({ ...step.change, revision: at + 1, made_at: BEFORE }) }));

function tell(where, what, was, is, ms, whole) {
  console.log(`${where}, ${what}: ${was.join(" ") || "nothing"} → ${is.join(" ") || "nothing"}; patched and answered in ${ms.toFixed(2)} ms, ${whole.toFixed(0)} ms after it was published`);
}

let published = null;
let now = BEFORE;
const typed = (type, body) => (_, response) => response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body());
const dist = (name) => () => readFileSync(join(project, "node_modules/endcap/dist", name));
const PAGE = `<!doctype html><title>shop</title><ul id="addons"></ul><script type="module">
  import { load } from "/index.js";
  const recommender = await load("/model.endcap");
  let now = "${BEFORE}";
  window.loads = 1 + Number(sessionStorage.loads ?? 0);
  sessionStorage.loads = window.loads;
  function show() {
    const { items, silent } = recommender.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }], now });
    window.shown = { items: items.map(({ sku }) => sku), silent };
    document.querySelector("#addons").replaceChildren(...window.shown.items.map((sku) => Object.assign(document.createElement("li"), { textContent: sku })));
  }
  show();
  // As a shop would: asks every so often, and takes what is new.
  setInterval(async () => {
    const answer = await fetch("/overlay");
    if (answer.status !== 200) return;
    const bytes = await answer.arrayBuffer();
    const start = performance.now();
    now = answer.headers.get("x-now");
    if (!recommender.patch(bytes).changed) return;
    show();
    window.took = performance.now() - start;
    window.revision = recommender.info().overlay.revision;
  }, 20);
</script>`;

test("a running page", async () => {
  const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
  const origin = await serve({
    "/": typed("text/html", () => PAGE),
    "/index.js": typed("text/javascript", dist("index.js")),
    "/slim.js": typed("text/javascript", dist("slim.js")),
    "/model.endcap": bundle,
    "/overlay": (_, response) => (published ? response.writeHead(200, { "x-now": now }).end(published) : response.writeHead(204).end()),
  });
  const browser = await chromium.launch({ executablePath });
  after(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(origin);
  await tab.waitForFunction(() => window.shown);
  for (const [at, { what, overlay, now: moment, seen }] of STEPS.entries()) {
    const was = await tab.evaluate(() => window.shown);
    const start = performance.now();
    [published, now] = [Buffer.from(overlay), moment];
    await tab.waitForFunction((revision) => window.revision === revision, at + 1);
    const { shown, took, drawn, loads } = await tab.evaluate(() => ({ shown: window.shown, took: window.took, loads: window.loads, drawn: [...document.querySelectorAll("#addons li")].map((row) => row.textContent) }));
    tell("page", what, was.items, shown.items, took, performance.now() - start);
    assert.ok(seen(shown), `${what}: ${JSON.stringify(shown)}`);
    assert.deepEqual(drawn, shown.items);
    assert.equal(loads, 1, "the page was never loaded again");
  }
});

let miniflare;
before(async () => {
  writeFileSync(join(project, "model.endcap"), bundle);
  writeFileSync(join(project, "live.js"), `
    import { load } from "endcap";
    import model from "./model.endcap";
    const recommender = await load(model);
    const isolate = String(Math.random());
    export default {
      async fetch(request) {
        const start = performance.now();
        const patched = request.method === "POST" ? recommender.patch(await request.arrayBuffer()) : null;
        const { items, silent } = recommender.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }], now: request.headers.get("x-now") });
        return Response.json({ isolate, patched, shown: { items: items.map(({ sku }) => sku), silent } });
      },
    };
  `);
  await build({
    entryPoints: [join(project, "live.js")], outdir: join(project, "out"), bundle: true, format: "esm", target: "es2022",
    conditions: ["workerd"], loader: { ".wasm": "copy", ".endcap": "copy" }, logLevel: "warning",
  });
  miniflare = new Miniflare({
    modules: true, modulesRoot: join(project, "out"), scriptPath: join(project, "out/live.js"), compatibilityDate: "2025-05-01", cf: false,
    modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }, { type: "Data", include: ["**/*.endcap"] }],
  });
});
after(() => miniflare?.dispose());

test("a running worker", async () => {
  const ask = async (init) => (await miniflare.dispatchFetch("http://shop.example/", init)).json();
  let held = await ask({ headers: { "x-now": BEFORE } });
  for (const { what, overlay, now: moment, seen } of STEPS) {
    const start = performance.now();
    const { patched, isolate } = await ask({ method: "POST", body: overlay, headers: { "x-now": moment } });
    const whole = performance.now() - start;
    assert.equal(patched.changed, true);
    assert.equal(isolate, held.isolate, "the worker was never started again");
    const is = await ask({ headers: { "x-now": moment } });
    // The clock of a worker stands still between requests: what counts is how long the request took.
    tell("worker", what, held.shown.items, is.shown.items, whole, performance.now() - start);
    assert.ok(seen(is.shown), `${what}: ${JSON.stringify(is.shown)}`);
    held = is;
  }
  const again = await ask({ method: "POST", body: STEPS[0].overlay, headers: { "x-now": DURING } }).catch(() => null);
  assert.equal(again, null, "an older revision is an error of the request");
  assert.deepEqual((await ask({ headers: { "x-now": DURING } })).shown, held.shown, "and changes nothing");
});
