// The same thousand requests natively, in Node, in workerd and in Chromium: the same answers, to the bit of the score.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { chromium } from "playwright-core";
import { importIn, installed, sampleShop, serve } from "./support.mjs";

const COUNT = 1000;
const PLACEMENTS = ["cart", "pdp_complements", "pdp_similar", "post_purchase"];

const { project } = installed();
const { directory, endcap } = sampleShop();
const bundle = readFileSync(join(directory, "model.endcap"));
const native = (args, input) => execFileSync(endcap, args, { cwd: directory, input, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "inherit"] });
const skus = JSON.parse(native(["inspect", "model.endcap", "--items", "--json"])).map(({ sku }) => sku);
/** Whether the command line takes overlays yet; what needs them waits for that. */
const live = native(["recommend", "--help"]).includes("--overlay");
const overlay = live ? await overlayOf(skus) : undefined;
const requests = varied(skus);
if (!live) console.log("endcap recommend takes no --overlay here: rules, prices, segments and times are not compared");
if (live) writeFileSync(join(directory, "live.overlay"), overlay);
const expected = native(["recommend", "--bundle", "model.endcap", ...(live ? ["--overlay", "live.overlay"] : [])], requests.map((request) => JSON.stringify(request)).join("\n"))
  .trimEnd().split("\n").map((line) => JSON.parse(line));

/** An overlay of everything: states and prices of a quarter of the items, and rules of all kinds, some with windows. */
async function overlayOf(known) {
  const studio = await (await importIn(project, "endcap/studio")).load(new Uint8Array(bundle));
  const roll = dice(7_919);
  const some = (most) => Array.from({ length: 1 + roll(most) }, () => known[roll(known.length)]);
  const states = ["in_stock", "low", "backorder", "preorder", "out"];
  const items = Object.fromEntries(known.filter(() => roll(4) === 0).map((sku) => [sku, { availability: states[roll(5)], price: (1 + roll(9000)) / 100, confirmed: roll(2) === 0 }]));
  const actions = [{ exclude: true }, { bury: 0.3 }, { boost: 1.7 }, { pin: 2 }];
  const whens = [{ cart_subtotal: { min: 15, max: 300 } }, { segment: { device: ["mobile", "tablet"] } }, { cart_contains_none: { sku: some(9) } }, { cart_lines: { min: 1, max: 4 } }, undefined];
  const rules = Array.from({ length: 40 }, (_, n) => ({
    name: `rule ${n}`, match: { sku: some(60), ...(n % 5 === 1 && { price: { min: 3.5 } }), ...(n % 7 === 2 && { not: { sku: some(9) } }) },
    ...(whens[n % 5] && { when: whens[n % 5] }), action: actions[n % 4], ...(n % 3 === 0 && { from: "2026-11-20T00:00:00Z", until: "2026-12-01T00:00:00Z" }),
  }));
  return studio.overlay({ items, rules, placements: { pdp_similar: { enabled: true } }, revision: 3, made_at: "2026-11-20T00:00:00Z" });
}

/** Numbers below `below`, the same in every run. */
function dice(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Requests of every kind: long and short carts, repeated and unknown SKUs, views, histories, exclusions, limits. */
function varied(known) {
  const roll = dice(20_261_123);
  // Best sellers more often than others, and now and then a SKU that nobody knows.
  const sku = () => (roll(12) === 0 ? ["no such thing", "Ж漢🛒", "sku with spaces "][roll(3)] : known[roll(3) ? roll(known.length) : roll(40)]);
  const some = (most) => Array.from({ length: roll(most + 1) }, sku);
  const age = () => [roll(40), roll(4000) / 7, 1e9, -3, 0.1][roll(8) < 4 ? 0 : 1 + roll(4)];
  return Array.from({ length: COUNT }, (_, at) => {
    const request = { id: `q${at}`, placement: PLACEMENTS[at % PLACEMENTS.length] };
    if (roll(5)) request.cart = some([1, 3, 10, 100][roll(4)]).map((line) => ({ sku: line, ...(live && { quantity: 1 + roll(3) }), ...(live && roll(2) && { price: roll(9000) / 100 }) }));
    if (request.cart?.length && roll(4) === 0) request.cart.push(request.cart[0]);
    if (roll(2)) request.product = roll(8) ? sku() : null;
    if (roll(2)) request.recent = some(15);
    if (roll(2)) request.history = some(30).map((line) => (roll(20) ? { sku: line, days_ago: age() } : { sku: line }));
    if (roll(3) === 0) request.exclude = some(20);
    if (roll(3) === 0) request.limit = [0, 1, 2, 3, 5, 100, 4_294_967_295][roll(7)];
    if (live && roll(2)) request.segment = { device: ["mobile", "desktop"][roll(2)], tier: "gold" };
    // The package's clock is the machine's; the command line has none.
    request.now = live ? ["2026-11-19T23:59:59Z", "2026-11-20T00:00:00Z", "2026-11-25T12:00:00+01:00", null][roll(4)] : null;
    return request;
  });
}

/** What must be equal, with each score as the bits of a 32-bit float. */
function comparable({ id, placement, items, fallback, fallback_reason, silent = null, due, experiment, variant, recommendation, model }) {
  const bits = (score) => new Uint32Array(Float32Array.of(score).buffer)[0].toString(16);
  const picks = items.map(({ sku, score, reason, because, relaxed = false }) => ({ sku, score: bits(score), reason, because, ...(live && { relaxed }) }));
  return { id, placement, fallback, fallback_reason, silent, due, experiment, variant, recommendation, model, items: picks };
}

function agree(answers, where) {
  assert.equal(answers.length, COUNT);
  answers.forEach((answer, at) => assert.deepEqual(comparable(answer), comparable(expected[at]), `${where}: ${JSON.stringify(requests[at])}`));
}

test("the native answers are varied: all reasons, with and without fallback, empty and full lists", () => {
  assert.equal(expected.length, COUNT);
  assert.deepEqual(expected.filter(({ error }) => error), []);
  const reasons = new Set(expected.flatMap(({ items }) => items.map(({ reason }) => reason)));
  if (live) assert.ok(reasons.has("pinned") && expected.some(({ items }) => items.length === 0));
  else assert.deepEqual([...reasons].sort(), ["bought_before", "bought_together", "due", "new", "popular", "popular_in_category", "similar"]);
  assert.deepEqual(new Set(expected.map(({ fallback }) => fallback)), new Set([null, "popular", "popular_in_category"]));
  assert.deepEqual(new Set(expected.map(({ fallback_reason }) => fallback_reason)), new Set([null, "no_context", "short"]));
  assert.ok(expected.every(({ placement, due }) => (due === undefined) === (placement !== "post_purchase")));
  assert.ok(expected.some(({ items }) => items.length === 0) && expected.some(({ items }) => items.length > 3));
  assert.ok(new Set(expected.flatMap(({ items }) => items.map(({ sku }) => sku))).size > skus.length / 4);
  assert.ok(expected.every(({ items }) => items.every(({ score }) => score === 0 || Math.fround(score) > 0)));
});

test("in Node", async () => {
  const recommender = await (await importIn(project, "endcap")).load(new Uint8Array(bundle));
  if (live) recommender.patch(overlay);
  agree(requests.map((request) => recommender.recommend(request)), "Node");
});

test("in workerd", async () => {
  writeFileSync(join(project, "model.endcap"), bundle);
  writeFileSync(join(project, "live.endcap"), overlay ?? "");
  writeFileSync(join(project, "agree.js"), `
    import { load } from "endcap";
    import model from "./model.endcap";
    import overlay from "./live.endcap";
    const recommender = await load(model);
    if (overlay.byteLength) recommender.patch(overlay);
    export default { fetch: async (request) => Response.json((await request.json()).map((asked) => recommender.recommend(asked))) };
  `);
  await build({
    entryPoints: [join(project, "agree.js")], outdir: join(project, "out"), bundle: true, format: "esm", target: "es2022",
    conditions: ["workerd"], loader: { ".wasm": "copy", ".endcap": "copy" }, logLevel: "warning",
  });
  const miniflare = new Miniflare({
    modules: true, modulesRoot: join(project, "out"), scriptPath: join(project, "out/agree.js"), compatibilityDate: "2025-05-01", cf: false,
    modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }, { type: "Data", include: ["**/*.endcap"] }],
  });
  after(() => miniflare.dispose());
  const response = await miniflare.dispatchFetch("http://shop.example/", { method: "POST", body: JSON.stringify(requests) });
  agree(await response.json(), "workerd");
});

test("in Chromium", async () => {
  const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
  const typed = (type, body) => (_, response) => response.writeHead(200, { "content-type": type }).end(body);
  const origin = await serve({
    "/": typed("text/html", "<!doctype html><title>shop</title>"),
    ...Object.fromEntries(["index.js", "slim.js"].map((name) => [`/${name}`, typed("text/javascript", readFileSync(join(project, "node_modules/endcap/dist", name)))])),
    "/model.endcap": bundle,
    "/live.overlay": Buffer.from(overlay ?? ""),
  });
  const browser = await chromium.launch({ executablePath });
  after(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(origin);
  const answers = await tab.evaluate(async ({ asked, live }) => {
    const { load } = await import("/index.js");
    const recommender = await load("/model.endcap", live ? { overlay: "/live.overlay" } : {});
    return asked.map((request) => recommender.recommend(request));
  }, { asked: requests, live });
  agree(answers, "Chromium");
});
