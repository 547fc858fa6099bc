// The option `overlay` by its address: looked at again, by tag, less often when it fails, and not while nobody looks at the page.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { golden, importIn, installed, serve } from "./support.mjs";

const { project } = installed();
const { load } = await importIn(project, "endcap");
const bundle = golden("v1_complete.endcap");
const studio = await (await importIn(project, "endcap/studio")).load(bundle);
const overlayOf = (revision, items = {}) => Buffer.from(studio.overlay({ revision, items }));
const KETTLE = { placement: "cart", cart: [{ sku: "KETTLE" }] };
const shown = (recommender) => recommender.recommend(KETTLE).items.map(({ sku }) => sku);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let published = overlayOf(1);
let broken = false;
const looks = [];
const origin = await serve({
  "/live.overlay": (request, response) => {
    looks.push({ at: performance.now(), tag: request.headers["if-none-match"], cache: request.headers["cache-control"] });
    if (broken) return response.writeHead(503).end();
    const tag = `"${published.length}-${published.subarray(60).toString("hex").slice(-12)}"`;
    if (request.headers["if-none-match"] === tag) return response.writeHead(304, { etag: tag }).end();
    response.writeHead(200, { etag: tag }).end(published);
  },
});
const address = `${origin}/live.overlay`;
afterEach(() => {
  delete globalThis.document;
  [published, broken] = [overlayOf(1), false];
  looks.length = 0;
});

async function until(holds, what) {
  const start = performance.now();
  while (!holds()) {
    assert.ok(performance.now() - start < 5_000, `never: ${what}`);
    await wait(5);
  }
}

test("what is newer takes effect, and the page is told; what is the same is not sent again", async () => {
  const told = [];
  const recommender = await load(bundle, { overlay: address, overlayMs: 20, onOverlay: (event) => told.push(event) });
  const [gone] = shown(recommender);
  await until(() => looks.length >= 4, "four looks");
  assert.equal(looks[0].tag, undefined);
  assert.ok(looks.slice(1).every(({ tag }) => tag === looks[1].tag && tag !== undefined), "asked by tag");
  assert.deepEqual(told, []);
  published = overlayOf(2, { [gone]: { availability: "out" } });
  await until(() => told.length > 0, "the page is told");
  assert.deepEqual(told, [{ patched: { changed: true, items: 1, unknown: 0, unknown_experiments: 0 } }]);
  assert.ok(!shown(recommender).includes(gone));
  published = overlayOf(1);
  const before = looks.length;
  await until(() => looks.length > before + 2, "two more looks");
  assert.equal(told.length, 1, "an older one, from a cache that is behind, is no event");
  assert.equal(recommender.info().overlay.revision, 2);
  recommender.free();
  const ended = looks.length;
  await wait(80);
  assert.ok(looks.length <= ended + 1, "freed: nobody looks any more");
});

test("a look that fails changes nothing, is told with its code, and the next comes later", async () => {
  const told = [];
  const recommender = await load(bundle, { overlay: address, overlayMs: 20, onOverlay: ({ error }) => error && told.push(error.code) });
  const before = shown(recommender);
  broken = true;
  const start = looks.length;
  await until(() => looks.length >= start + 4, "four looks that fail");
  assert.ok(told.every((code) => code === "E_FETCH") && told.length >= 3, told.join());
  const gaps = looks.slice(start).map(({ at }, n) => at - looks[start + n - 1]?.at).slice(1);
  assert.ok(gaps.at(-1) > 2.5 * gaps[0], `ever later: ${gaps.map(Math.round)} ms`);
  assert.deepEqual(shown(recommender), before);
  broken = false;
  published = Buffer.from("<!doctype html>");
  await until(() => told.includes("E_NOT_AN_OVERLAY"), "a page instead of an overlay");
  published = overlayOf(3);
  await until(() => recommender.info().overlay.revision === 3, "it is well again");
  recommender.free();
});

test("a hidden page does not look until it is seen again", async () => {
  const listeners = new Set();
  globalThis.document = { visibilityState: "visible", addEventListener: (_, work) => listeners.add(work), removeEventListener: (_, work) => listeners.delete(work) };
  const recommender = await load(bundle, { overlay: address, overlayMs: 20 });
  await until(() => looks.length >= 3, "looks");
  document.visibilityState = "hidden";
  await wait(60);
  const hidden = looks.length;
  await wait(150);
  assert.equal(looks.length, hidden);
  published = overlayOf(9);
  document.visibilityState = "visible";
  for (const work of listeners) work();
  await until(() => recommender.info().overlay.revision === 9, "seen again");
  recommender.free();
  assert.equal(listeners.size, 0);
});

test("without a page there is one look only, unless more are asked for; bytes are never looked at again", async () => {
  const one = await load(bundle, { overlay: address });
  const two = await load(bundle, { overlay: overlayOf(1), overlayMs: 10 });
  await wait(100);
  assert.equal(looks.length, 1);
  one.free();
  two.free();
  for (const overlayMs of [0, -1, NaN, "5"]) await assert.rejects(load(bundle, { overlay: address, overlayMs }), ({ code }) => code === "E_ARGUMENT");
});

test("a process that only follows an overlay may end", async () => {
  const recommender = await load(bundle, { overlay: address, overlayMs: 3_600_000 });
  assert.ok(shown(recommender).length > 0); // and the test file ends although it is not freed
});
