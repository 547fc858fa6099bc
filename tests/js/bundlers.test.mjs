// The entries after a bundler has taken them apart: one engine each, and no second copy of the wasm.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { importIn, installed, knownSkus, sampleBundle } from "./support.mjs";

const { project } = installed();
const bundle = sampleBundle();
const recommender = await (await importIn(project, "endcap")).load(bundle);
const request = { placement: "cart", cart: [{ sku: knownSkus(recommender)[0] }], now: "2026-11-26T12:00:00Z" };
const expected = recommender.recommend(request);

/** Bundles a page of this text; gives the output folder. */
async function bundled(name, options, text = 'export * from "endcap";') {
  const entry = join(project, `${name}.js`);
  writeFileSync(entry, text);
  const outdir = join(project, name);
  await build({ entryPoints: [entry], outdir, bundle: true, format: "esm", target: "es2022", logLevel: "warning", ...options });
  return outdir;
}

async function answer(outdir, name) {
  const { load } = await import(pathToFileURL(join(outdir, `${name}.js`)).href);
  return (await load(bundle)).recommend(request);
}

for (const platform of ["browser", "node"]) {
  test(`for ${platform}: one file, which answers`, async () => {
    const outdir = await bundled(platform, { platform });
    assert.deepEqual(readdirSync(outdir), [`${platform}.js`]);
    assert.deepEqual(await answer(outdir, platform), expected);
  });
}

test("for edge functions: the module comes from `.wasm?module`, and no engine is inlined", async () => {
  // What the edge bundlers do with `?module`, by hand.
  const module = {
    name: "module",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.replace("?module", "")), namespace: "module" }));
      onLoad({ filter: /./, namespace: "module" }, ({ path }) => ({
        contents: `import { readFileSync } from "node:fs"; export default new WebAssembly.Module(readFileSync(${JSON.stringify(path)}));`,
      }));
    },
  };
  const outdir = await bundled("edge", { conditions: ["edge-light"], plugins: [module], external: ["node:fs"] });
  assert.deepEqual(await answer(outdir, "edge"), expected);
  assert.doesNotMatch(readFileSync(join(outdir, "edge.js"), "utf8"), /[A-Za-z0-9+/]{1000}/);
});

test("a page that imports only the error takes no engine along", async () => {
  const outdir = await bundled("only", { minify: true }, 'export { EndcapError } from "endcap";');
  const text = readFileSync(join(outdir, "only.js"), "utf8");
  assert.match(text, /E_FETCH/);
  assert.doesNotMatch(text, /[A-Za-z0-9+/]{1000}/);
});
