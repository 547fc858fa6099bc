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
const requests = varied(skus);
const expected = native(["recommend", "--bundle", "model.endcap"], requests.map((request) => JSON.stringify(request)).join("\n"))
  .trimEnd().split("\n").map((line) => JSON.parse(line));

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
    if (roll(5)) request.cart = some([1, 3, 10, 100][roll(4)]).map((line) => ({ sku: line, quantity: 1 + roll(3), price: roll(9000) / 100 }));
    if (request.cart?.length && roll(4) === 0) request.cart.push(request.cart[0]);
    if (roll(2)) request.product = roll(8) ? sku() : null;
    if (roll(2)) request.recent = some(15);
    if (roll(2)) request.history = some(30).map((line) => (roll(20) ? { sku: line, days_ago: age() } : { sku: line }));
    if (roll(3) === 0) request.exclude = some(20);
    if (roll(3) === 0) request.limit = [0, 1, 2, 3, 5, 100, 4_294_967_295][roll(7)];
    return request;
  });
}

/** What must be equal, with each score as the bits of a 32-bit float. */
function comparable({ id, placement, items, fallback, fallback_reason, due, model }) {
  const bits = (score) => new Uint32Array(Float32Array.of(score).buffer)[0].toString(16);
  return { id, placement, fallback, fallback_reason, due, model, items: items.map(({ sku, score, reason, because }) => ({ sku, score: bits(score), reason, because })) };
}

function agree(answers, where) {
  assert.equal(answers.length, COUNT);
  answers.forEach((answer, at) => assert.deepEqual(comparable(answer), comparable(expected[at]), `${where}: ${JSON.stringify(requests[at])}`));
}

test("the native answers are varied: all reasons, with and without fallback, empty and full lists", () => {
  assert.equal(expected.length, COUNT);
  assert.deepEqual(expected.filter(({ error }) => error), []);
  const reasons = new Set(expected.flatMap(({ items }) => items.map(({ reason }) => reason)));
  assert.deepEqual([...reasons].sort(), ["bought_before", "bought_together", "due", "new", "popular", "similar"]);
  assert.deepEqual(new Set(expected.map(({ fallback }) => fallback)), new Set([null, "popular"]));
  assert.deepEqual(new Set(expected.map(({ fallback_reason }) => fallback_reason)), new Set([null, "no_context", "short"]));
  assert.ok(expected.every(({ placement, due }) => (due === undefined) === (placement !== "post_purchase")));
  assert.ok(expected.some(({ items }) => items.length === 0) && expected.some(({ items }) => items.length > 3));
  assert.ok(new Set(expected.flatMap(({ items }) => items.map(({ sku }) => sku))).size > skus.length / 4);
  assert.ok(expected.every(({ items }) => items.every(({ score }) => score === 0 || Math.fround(score) > 0)));
});

test("in Node", async () => {
  const recommender = await (await importIn(project, "endcap")).load(new Uint8Array(bundle));
  agree(requests.map((request) => recommender.recommend(request)), "Node");
});

test("in workerd", async () => {
  writeFileSync(join(project, "model.endcap"), bundle);
  writeFileSync(join(project, "agree.js"), `
    import { load } from "endcap";
    import model from "./model.endcap";
    const recommender = await load(model);
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
  });
  const browser = await chromium.launch({ executablePath });
  after(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(origin);
  const answers = await tab.evaluate(async (asked) => {
    const { load } = await import("/index.js");
    const recommender = await load("/model.endcap");
    return asked.map((request) => recommender.recommend(request));
  }, requests);
  agree(answers, "Chromium");
});
