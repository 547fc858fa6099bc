// Out of each bundler: a shop's pages and its server, built with nothing but the defaults, then opened in both browsers or started.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import commonjs from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import replace from "@rollup/plugin-replace";
import { rollup } from "rollup";
import { build as viteBuild, createServer } from "vite";
import webpack from "webpack";
import { freePort } from "../js/support.mjs";
import { assertAnswers, assertPages, assertServer, bundle, here, hosted, nodeVersion, packed, page, PAGES, pages, printed, projectWith, requests, shared, started, tool, versionOf } from "./support.mjs";
import { cell } from "./table.mjs";

const { build: esbuild } = shared("esbuild");
const PRODUCTION = JSON.stringify("production");
const inBoth = (what) => `${what}, in Chromium and Firefox`;

/** No output may hold a second copy of an engine: bundlers follow `new URL("….wasm", import.meta.url)`, and there is none. */
function assertNoWasm(folder) {
  assert.deepEqual(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".wasm")), [], "no engine beside the bundle");
}

/** Runs a built server in Node and gives what answered. */
async function asServer(where, project, script) {
  const { stdout } = await printed(process.execPath, [script], { cwd: project });
  return assertServer(stdout, where);
}

/** What these servers serve beside the pages. */
const PUBLIC = {
  "public/model.endcap": bundle,
  "public/requests.json": JSON.stringify(requests),
  "public/endcap_bg.wasm": readFileSync(join(packed.project, "node_modules/endcap/dist/endcap_bg.wasm")),
  "public/favicon.ico": "",
};

const vite = (project, more = {}) => ({ root: project, configFile: false, logLevel: "error", cacheDir: join(project, "cache"), ...more });

cell("Bundlers", inBoth("Vite, dev server"), async () => {
  const project = projectWith({ ...pages(), ...PUBLIC });
  const optimizeDeps = { entries: PAGES.map((name) => `${name}.html`) };
  const server = await createServer(vite(project, { optimizeDeps, server: { host: "127.0.0.1", port: await freePort(), fs: { strict: false } } }));
  await server.listen();
  try {
    return { version: versionOf("vite"), ran: await assertPages(server.resolvedUrls.local[0].replace(/\/$/, "")) };
  } finally {
    await server.close();
  }
});

cell("Bundlers", inBoth("Vite, build"), async () => {
  const project = projectWith(pages());
  const input = Object.fromEntries(PAGES.map((name) => [name, join(project, `${name}.html`)]));
  await viteBuild(vite(project, { build: { rollupOptions: { input } } }));
  assertNoWasm(join(project, "dist"));
  return { version: versionOf("vite"), ran: await assertPages(await hosted({}, join(project, "dist"))) };
});

for (const [name, ssr] of [["Vite, SSR build, packages left outside", {}], ["Vite, SSR build, all in one", { noExternal: true }]]) {
  cell("Bundlers", `${name}, in Node`, async () => {
    const project = projectWith({ "server.js": page("server.js") });
    await viteBuild(vite(project, { ssr, build: { ssr: "server.js", outDir: "dist" } }));
    return { version: versionOf("vite"), ran: await asServer(name, project, "dist/server.js") };
  });
}

cell("Bundlers", inBoth("webpack, default configuration"), async () => {
  const project = projectWith(pages());
  const entry = Object.fromEntries(PAGES.map((name) => [name, `./${name}.js`]));
  const stats = await new Promise((resolve, reject) => webpack({ context: project, mode: "production", entry, output: { path: join(project, "dist") } }, (error, found) => (error ? reject(error) : resolve(found))));
  assert.ok(!stats.hasErrors(), stats.toString({ all: false, errors: true }));
  assertNoWasm(join(project, "dist"));
  return { version: versionOf("webpack"), ran: await assertPages(await hosted({}, join(project, "dist"), project)) };
});

const common = { bundle: true, format: "esm", minify: true, logLevel: "error" };
cell("Bundlers", inBoth("esbuild"), async () => {
  const project = projectWith(pages());
  await esbuild({ ...common, entryPoints: PAGES.map((name) => join(project, `${name}.js`)), outdir: join(project, "dist"), splitting: true, define: { "process.env.NODE_ENV": PRODUCTION } });
  assertNoWasm(join(project, "dist"));
  return { version: versionOf("esbuild", shared), ran: await assertPages(await hosted({}, join(project, "dist"), project)) };
});

cell("Bundlers", "esbuild, --platform=node, in Node", async () => {
  const project = projectWith({ "server.js": page("server.js"), "server-slim.js": page("server-slim.js") });
  // React's server is CommonJS, which asks for `require` inside an ES module.
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
  await esbuild({ ...common, platform: "node", entryPoints: ["server", "server-slim"].map((name) => join(project, `${name}.js`)), outdir: join(project, "dist"), banner });
  const ran = [...(await asServer("esbuild for node", project, "dist/server.js")), ...(await asServer("esbuild for node", project, "dist/server-slim.js"))];
  return { version: `${versionOf("esbuild", shared)}, Node ${nodeVersion(process.execPath)}`, ran };
});

cell("Bundlers", "esbuild, --conditions=workerd without a loader", async () => {
  const project = projectWith({ "worker.js": 'export { load } from "endcap";' });
  const built = esbuild({ ...common, logLevel: "silent", conditions: ["workerd"], entryPoints: [join(project, "worker.js")], outdir: join(project, "dist") });
  await assert.rejects(built, /No loader is configured for ".wasm" files/);
  return { version: versionOf("esbuild", shared), refused: "give `--loader:.wasm=copy`" };
});

cell("Bundlers", inBoth("Rollup, node-resolve"), async () => {
  const project = projectWith(pages());
  // React alone is CommonJS, and reads `process.env.NODE_ENV`.
  const forReact = [replace({ preventAssignment: true, "process.env.NODE_ENV": PRODUCTION }), commonjs()];
  const said = [];
  for (const name of PAGES) {
    const built = await rollup({ input: join(project, `${name}.js`), plugins: [nodeResolve(), ...(name === "react" ? forReact : [])], onwarn: ({ code, message }) => said.push(`${code}: ${message}`) });
    await built.write({ dir: join(project, "dist"), format: "es" });
    await built.close();
  }
  assert.deepEqual(said.filter((text) => !text.includes("use client")), []);
  assertNoWasm(join(project, "dist"));
  return { version: versionOf("rollup"), ran: await assertPages(await hosted({}, join(project, "dist"), project)) };
});

// What needs a browser is imported where one is known to be there: in an effect.
const inEffect = (name) => `"use client";
  import { useEffect } from "react";
  export default function Page() {
    useEffect(() => void import("./${name}.js"), []);
    return <div id="root" />;
  }`;
const NEXT_PAGE = {
  ...Object.fromEntries(["main", "slim"].flatMap((name) => [[`app/${name}/page.jsx`, inEffect(name)], [`app/${name}/${name}.js`, page(`${name}.js`)]])),
  "app/layout.jsx": 'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }',
  "app/page.jsx": 'import { Addons } from "./addons.jsx"; export default function Page() { return <Addons />; }',
  "app/addons.jsx": `"use client";
    import { useEffect, useState } from "react";
    import { load } from "endcap";
    import { useRecommendations } from "endcap/react";
    const cards = async (skus) => skus.map((sku) => ({ sku, title: sku, url: null, image: null, cartId: null, price: null }));
    export function Addons() {
      const [recommender, found] = useState(null);
      useEffect(() => found(load("/model.endcap", { cards })), []);
      const { status, cards: shown, error } = useRecommendations(recommender, { placement: "cart", cart: [{ sku: "KETTLE" }] });
      useEffect(() => {
        if (status === "left") window.report = Promise.reject(error ?? new Error("nothing to show"));
        if (status === "shown") window.report = (async () => {
          const requests = await (await fetch("/requests.json")).json();
          const asked = await recommender;
          return { answers: JSON.stringify(requests.map((request) => asked.recommend(request))), react: shown.map(({ sku }) => sku) };
        })();
      }, [status]);
      return <ul>{shown.map(({ sku }) => <li key={sku}>{sku}</li>)}</ul>;
    }`,
  "app/api/edge/route.js": `import { load } from "endcap";
    export const runtime = "edge";
    let loading;
    export async function POST(request) {
      loading ??= fetch(new URL("/model.endcap", request.url)).then(load);
      const recommender = await loading;
      return Response.json((await request.json()).map((asked) => recommender.recommend(asked)));
    }`,
  "app/api/node/route.js": `import { readFileSync } from "node:fs";
    import { load } from "endcap";
    const loading = load(new Uint8Array(readFileSync("model.endcap")));
    export async function POST(request) {
      const recommender = await loading;
      return Response.json((await request.json()).map((asked) => recommender.recommend(asked)));
    }`,
};

// Turbopack follows no link out of its root, so this project lies beside the packages of the suite and finds React and Next above it.
cell("Bundlers", inBoth("Next.js (Turbopack): an edge route, a Node route, a client component"), async () => {
  const above = join(realpathSync(join(here, "node_modules")), "..");
  const folder = mkdtempSync(join(above, "next-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const config = `export default { turbopack: { root: ${JSON.stringify(above)} }, outputFileTracingRoot: ${JSON.stringify(above)} };`;
  const project = projectWith({ ...NEXT_PAGE, "next.config.mjs": config, ...PUBLIC }, folder);
  const env = { NEXT_TELEMETRY_DISABLED: "1" };
  await printed(process.execPath, [tool("next"), "build"], { cwd: project, env });
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const { stop } = await started(process.execPath, [tool("next"), "start", "-H", "127.0.0.1", "-p", String(port)], { cwd: project, env, ready: async () => (await fetch(origin)).ok });
  for (const route of ["edge", "node"]) assertAnswers(await (await fetch(`${origin}/api/${route}`, { method: "POST", body: JSON.stringify(requests) })).text(), `Next, ${route} route`);
  const ran = await assertPages(origin, PAGES, (name) => `${origin}/${name === "react" ? "" : name}`);
  await stop();
  return { version: versionOf("next"), ran };
});
