// Where a bundle can come from, and each way in which it can fail.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { importIn, installed, nameless, sampleBundle, serve } from "./support.mjs";

const { project } = installed();
const { load, EndcapError, ENGINE_ERRORS, HOST_ERRORS } = await importIn(project, "endcap");
const bundle = sampleBundle();
const wasm = readFileSync(join(project, "node_modules/endcap/dist/endcap_bg.wasm"));
const half = (_, response) => response.writeHead(200, { "content-length": bundle.length }).write(bundle.subarray(0, 9));
const origin = await serve({
  "/model.endcap": bundle,
  "/short.endcap": bundle.subarray(0, bundle.length - 1),
  "/page.endcap": "<!doctype html><title>not found</title>",
  "/broken": (_, response) => response.writeHead(503).end(),
  "/silent": () => {},
  "/stalls": half,
  "/breaks-off": (request, response) => (half(request, response), setTimeout(() => response.destroy(), 20)),
});
const url = `${origin}/model.endcap`;
const sri = (algorithm, bytes = bundle) => `${algorithm}-${createHash(algorithm).update(bytes).digest("base64")}`;

async function fails(code, source, options) {
  await assert.rejects(load(source, options), (error) => {
    assert.ok(error instanceof EndcapError && error instanceof Error, String(error));
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.startsWith(`${code}: `));
    assert.ok(error.advice.length > 0);
    return true;
  });
}

const { buffer, byteOffset, byteLength } = bundle;
const padded = new Uint8Array(byteLength + 7);
padded.set(bundle, 7);
const sources = {
  "a string": url,
  "a URL": new URL(url),
  "a Request": new Request(url),
  "a Response": await fetch(url),
  "the promise of a Response": fetch(url),
  "a Uint8Array": bundle,
  "a view into a larger buffer": padded.subarray(7),
  "a Buffer": Buffer.from(bundle),
  "an ArrayBuffer": buffer.slice(byteOffset, byteOffset + byteLength),
  "an ArrayBuffer of another realm": runInNewContext("Uint8Array.from(bytes).buffer", { bytes: [...bundle] }),
};
for (const [name, source] of Object.entries(sources)) {
  test(`loads from ${name}`, async () => {
    const recommender = await load(source);
    assert.ok(recommender.recommend({ placement: "cart" }).items.length > 0);
    recommender.free();
  });
}

test("the bytes given are not changed and can be used again", async () => {
  const before = bundle.slice();
  (await load(bundle)).free();
  assert.deepEqual(bundle, before);
});

test("404 and 503 say the status and the address", async () => {
  await fails("E_FETCH", `${origin}/missing.endcap`);
  await fails("E_FETCH", await fetch(`${origin}/broken`));
  await assert.rejects(load(`${origin}/missing.endcap`), { message: `E_FETCH: expected the file, found HTTP status 404 at ${origin}/missing.endcap` });
});

test("no server, no such scheme, no full address, a failed promise, an answer that breaks off", async () => {
  await fails("E_FETCH", "http://127.0.0.1:1/model.endcap");
  await fails("E_FETCH", "nosuch:thing");
  await fails("E_FETCH", "/models/cart.endcap");
  await fails("E_FETCH", "file:///model.endcap");
  await fails("E_FETCH", Promise.reject(new TypeError("offline")));
  await fails("E_FETCH", `${origin}/breaks-off`);
});

test("silence, a stalled body and a stalled Response end at the time limit", async () => {
  await fails("E_TIMEOUT", `${origin}/silent`, { timeoutMs: 30 });
  await fails("E_TIMEOUT", `${origin}/stalls`, { timeoutMs: 30 });
  await fails("E_TIMEOUT", await fetch(`${origin}/stalls`), { timeoutMs: 30 });
});

test("a long or endless time limit does not fire at once", async () => {
  for (const timeoutMs of [2 ** 40, Infinity]) (await load(url, { timeoutMs })).free();
});

test("an aborted signal ends the load, before and while it runs", async () => {
  await fails("E_ABORTED", url, { signal: AbortSignal.abort() });
  const controller = new AbortController();
  setTimeout(() => controller.abort("left the page"), 20);
  await fails("E_ABORTED", `${origin}/silent`, { signal: controller.signal });
});

test("integrity: any of several hashes, and none", async () => {
  for (const integrity of [sri("sha256"), sri("sha384"), `${sri("sha256", "other")} ${sri("sha512")}`]) (await load(url, { integrity })).free();
  await fails("E_INTEGRITY", url, { integrity: sri("sha256", "other") });
  await fails("E_INTEGRITY", bundle, { integrity: sri("sha512", "other") });
  for (const integrity of ["", "sha256", "md5-AAAA", 7]) await fails("E_ARGUMENT", bundle, { integrity });
});

test("foreign bytes: nothing, a web page, zeros, the engine itself", async () => {
  for (const source of [`${origin}/page.endcap`, new Uint8Array(4096), wasm]) await fails("E_NOT_A_BUNDLE", source);
  await assert.rejects(load(new Uint8Array(0)), (error) => ENGINE_ERRORS.includes(error.code));
});

test("a truncated bundle", async () => {
  await fails("E_TRUNCATED", `${origin}/short.endcap`);
  await fails("E_TRUNCATED", bundle.subarray(0, bundle.length >> 1));
});

test("a flipped byte anywhere is a coded error", async () => {
  for (let at = 0; at < bundle.length; at += Math.ceil(bundle.length / 200)) {
    const flipped = bundle.slice();
    flipped[at] ^= 0x5a;
    await assert.rejects(load(flipped), (error) => ENGINE_ERRORS.includes(error.code), `byte ${at} of ${bundle.length}`);
  }
});

test("arguments of the wrong kind", async () => {
  for (const source of [undefined, null, 7, true, {}, [], () => url]) await fails("E_ARGUMENT", source);
  for (const timeoutMs of [0, -1, NaN, "10"]) await fails("E_ARGUMENT", url, { timeoutMs });
  const read = await fetch(url);
  await read.arrayBuffer();
  await fails("E_ARGUMENT", read);
});

test("adding a foreign file fails and leaves the recommender as it was", async () => {
  const recommender = await load(bundle);
  const before = nameless(recommender.recommend({ placement: "cart" }));
  await assert.rejects(recommender.add(new Uint8Array(100)), { code: "E_NOT_A_BUNDLE" });
  await assert.rejects(recommender.add(`${origin}/missing`), { code: "E_FETCH" });
  await assert.rejects(recommender.add(`${origin}/silent`, { timeoutMs: 20 }), { code: "E_TIMEOUT" });
  assert.deepEqual(nameless(recommender.recommend({ placement: "cart" })), before);
});

test("a cards slice that does not load is asked for again", async () => {
  const recommender = await load(bundle, { cards: `${origin}/missing` });
  for (const _ of [1, 2]) await assert.rejects(recommender.cards([]), { code: "E_FETCH" });
});

test("a promise that fails after something else did is no unhandled rejection", async () => {
  const heard = [];
  const listener = (error) => heard.push(error);
  process.on("unhandledRejection", listener);
  const failing = () => new Promise((_, reject) => setTimeout(() => reject(new TypeError("offline")), 10));
  await fails("E_ARGUMENT", failing(), { timeoutMs: -1 });
  await fails("E_ARGUMENT", failing(), { overlay: url, overlayMs: -1 });
  (await load(bundle, { engine: failing() })).free(); // one runs already
  await assert.rejects(load(bundle, { overlay: failing() }), { code: "E_FETCH" });
  const freed = await load(bundle);
  freed.free();
  await assert.rejects(freed.add(failing()), { code: "E_FREED" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.off("unhandledRejection", listener);
  assert.deepEqual(heard, []);
});

test("each code belongs to one list", () => {
  assert.equal(new Set([...ENGINE_ERRORS, ...HOST_ERRORS]).size, ENGINE_ERRORS.length + HOST_ERRORS.length);
});
