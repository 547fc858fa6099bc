// The package in workerd, as Cloudflare runs it: no WebAssembly is compiled from bytes there.

import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { installed, importIn, knownSkus, nameless, sampleBundle, serve } from "./support.mjs";

const { project } = installed();
const bundle = sampleBundle();
writeFileSync(join(project, "model.endcap"), bundle);
writeFileSync(join(project, "worker.js"), `
  import { load, EndcapError } from "endcap";
  import { createCache, idle } from "endcap/loading";
  import { init } from "endcap/slim";
  import wasm from "./bytes.bin";
  import model from "./model.endcap";
  const code = (promise) => promise.then(() => "ok", (error) => error instanceof EndcapError ? error.code : String(error));
  const blocked = await code(init(wasm));
  const recommender = await load(model);
  export default {
    async fetch(request) {
      const { searchParams } = new URL(request.url);
      if (searchParams.has("from")) {
        const told = [];
        const kept = await load(searchParams.get("from"), { cache: createCache({ onCached: (event) => told.push(event) }) });
        return Response.json({ items: kept.info().items, told, joined: await kept.add(model, { when: idle() }) });
      }
      if (request.method === "GET") return Response.json({ blocked, damaged: await code(load(model.slice(0, 99))) });
      return Response.json((await request.json()).map((asked) => recommender.recommend(asked)));
    },
  };
`);
copyFileSync(join(project, "node_modules/endcap/dist/endcap_bg.wasm"), join(project, "bytes.bin"));
await build({
  entryPoints: [join(project, "worker.js")], outdir: join(project, "out"), bundle: true, format: "esm", target: "es2022",
  conditions: ["workerd"], loader: { ".wasm": "copy", ".bin": "copy", ".endcap": "copy" }, logLevel: "warning",
});
const miniflare = new Miniflare({
  modules: true, modulesRoot: join(project, "out"), scriptPath: join(project, "out/worker.js"), compatibilityDate: "2025-05-01", cf: false,
  modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }, { type: "Data", include: ["**/*.bin", "**/*.endcap"] }],
});
after(() => miniflare.dispose());

test("answers are those of Node", async () => {
  const recommender = await (await importIn(project, "endcap")).load(bundle);
  const skus = knownSkus(recommender);
  const requests = skus.flatMap((sku, at) => [
    { placement: "cart", cart: [{ sku }] },
    { placement: "cart", cart: skus.slice(0, at + 1).map((known) => ({ sku: known })), id: `${at}` },
    { placement: "cart", history: [{ sku, daysAgo: at * 10 }], recent: skus.slice(at) },
  ]);
  const response = await miniflare.dispatchFetch("http://shop.example/", { method: "POST", body: JSON.stringify(requests) });
  assert.deepEqual(nameless(await response.json()), nameless(requests.map((request) => recommender.recommend(request))));
});

test("errors are coded: bytes as an engine, and a damaged bundle", async () => {
  const said = await (await miniflare.dispatchFetch("http://shop.example/")).json();
  assert.deepEqual(said, { blocked: "E_WASM_BLOCKED", damaged: "E_TRUNCATED" });
});

test("what keeps files and waits for idle moments does no harm", async () => {
  let asked = 0;
  const origin = await serve({ "/cart.3f9a41c07bd25e86.endcap": (_, response) => (asked++, response.writeHead(200, { "cache-control": "max-age=60" }).end(bundle)) });
  for (const times of [1, 2]) {
    const response = await miniflare.dispatchFetch(`http://shop.example/?from=${origin}/cart.3f9a41c07bd25e86.endcap`);
    const { items, told, joined } = await response.json();
    assert.deepEqual({ known: items > 0, told, joined, asked }, { known: true, told: [], joined: true, asked: times });
  }
});
