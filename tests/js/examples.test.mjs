// The examples of pkg-template/examples as somebody would start them, with the packed package: the same requests, the same answers
// on every runtime, and an overlay that survives a restart.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { drawn, freePort, golden, here, importIn, installed, root, temporary } from "./support.mjs";

const { project } = installed();
const bundle = golden("v1_complete.endcap");
const recommender = await (await importIn(project, "endcap")).load(bundle);
const studio = await (await importIn(project, "endcap/studio")).load(bundle);
const OVERLAY_TOKEN = "a-token-that-nobody-guesses";
const SHOPIFY_SECRET = "shpss_of_a_shop";
const KETTLE = { placement: "cart", cart: [{ sku: "KETTLE" }] };
const [GONE] = recommender.recommend(KETTLE).items.map(({ sku }) => sku);
const overlay = studio.overlay({ revision: 5, items: { [GONE]: { availability: "out" } }, made_at: "2026-11-25T12:00:00Z" });
const shown = ({ items }) => items.map(({ sku }) => sku);

const requests = drawn(1_000, recommender);
const answers = requests.map((request) => recommender.recommend(request));

/** What every example must do; `start` gives a function that asks it, and `stop`. */
async function behaves(start) {
  let { ask, stop } = await start();
  const post = (value) => ask("/recommendations", { method: "POST", body: JSON.stringify(value), headers: { "content-type": "application/json" } });
  const patch = (token) => ask("/overlay", { method: "PATCH", body: overlay, headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" } });
  for (let at = 0; at < requests.length; at += 20) {
    const { page } = await (await post({ page: [] })).json();
    assert.deepEqual(page, []);
    const found = await Promise.all(requests.slice(at, at + 20).map(async (request) => (await post(request)).json()));
    assert.deepEqual(found, answers.slice(at, at + 20));
  }
  const open = await ask(`/recommendations?placement=pdp_complements&product=KETTLE`);
  assert.match(open.headers.get("cache-control"), /^public, max-age=60/);
  assert.equal((await ask(`/recommendations?placement=pdp_complements&product=KETTLE`, { headers: { "if-none-match": open.headers.get("etag") } })).status, 304);
  assert.equal((await ask("/nowhere")).status, 404);
  assert.equal((await patch("a-token-that-somebody-guessed")).status, 401);
  assert.deepEqual(await (await patch(OVERLAY_TOKEN)).json(), { changed: true, revision: 5, items: 1, unknown: 0, unknown_experiments: 0 });
  assert.ok(!shown(await (await post(KETTLE)).json()).includes(GONE));
  await stop();
  ({ ask, stop } = await start());
  assert.ok(!shown(await (await post(KETTLE)).json()).includes(GONE), "the overlay survives a restart");
  assert.equal((await (await ask("/health")).json()).revision, 5);
  const event = { id: "a", name: "view_item_list", at: "2026-11-26T09:00:00Z", item_list_id: "cart", items: [{ item_id: "KETTLE", index: 0 }] };
  const logged = await ask("/events", { method: "POST", body: JSON.stringify({ version: 1, events: [event, {}] }) });
  assert.deepEqual([logged.status, await logged.json()], [202, { taken: 1, refused: 1 }]);
  const body = JSON.stringify({ id: 1, status: "active", variants: [{ sku: GONE, price: "9.90", inventory_quantity: 3, inventory_policy: "deny" }] });
  const signature = createHmac("sha256", SHOPIFY_SECRET).update(body).digest("base64");
  const hook = await ask("/hooks/shopify/products", { method: "POST", body, headers: { "content-type": "application/json", "x-shopify-topic": "products/update", "x-shopify-hmac-sha256": signature, "x-shopify-webhook-id": "1" } });
  assert.deepEqual(await hook.json(), { items: 1, unknown: 0, again: false });
  assert.ok(shown(await (await post(KETTLE)).json()).includes(GONE), "the shop has it again");
  await stop();
}

/** The example's folder with the package and a bundle, as its README wants it. */
function folderOf(name) {
  const folder = join(temporary(), name);
  cpSync(join(root, "pkg-template/examples", name), folder, { recursive: true });
  writeFileSync(join(folder, "model.endcap"), bundle);
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  return folder;
}

const tool = (name) => join(here, "node_modules/.bin", name);
const SERVERS = {
  node: [process.execPath, ["server.js"]],
  deno: [tool("deno"), ["run", "--no-remote", "--node-modules-dir=manual", "--allow-net=127.0.0.1", "--allow-env", "--allow-read", "--allow-write", "main.js"]],
  bun: [tool("bun"), ["server.js"]],
};
for (const [name, [command, args]] of Object.entries(SERVERS)) {
  test(`the example for ${name}: ${requests.length} answers are those of Node`, async () => {
    const cwd = folderOf(name);
    if (name !== "bun") writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
    await behaves(async () => {
      const port = await freePort();
      const child = spawn(command, args, { cwd, env: { ...process.env, PORT: String(port), OVERLAY_TOKEN, SHOPIFY_SECRET, DENO_NO_UPDATE_CHECK: "1" }, stdio: ["ignore", "pipe", "pipe"] });
      after(() => child.kill("SIGKILL"));
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
      const ask = (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
      for (let tries = 0; ; tries++) {
        if (await ask("/health").then(({ ok }) => ok, () => false)) break;
        assert.ok(tries < 200 && child.exitCode === null, `it never answered: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return { ask, stop: () => new Promise((resolve) => (child.once("exit", resolve), child.kill("SIGKILL"))) };
    });
  });
}

test(`the example for Cloudflare, in workerd: ${requests.length} answers are those of Node, and its limiter limits`, async () => {
  const folder = folderOf("cloudflare");
  const persist = join(folder, "state");
  mkdirSync(persist);
  await build({
    entryPoints: [join(folder, "worker.js")], outdir: join(folder, "out"), bundle: true, format: "esm", target: "es2022",
    conditions: ["workerd"], external: ["node:*"], loader: { ".wasm": "copy" }, logLevel: "warning",
  });
  const start = async (bindings = {}) => {
    const miniflare = new Miniflare({
      modules: true, modulesRoot: join(folder, "out"), scriptPath: join(folder, "out/worker.js"), compatibilityDate: "2026-04-01", cf: false,
      modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }],
      r2Buckets: ["BUCKET"], kvNamespaces: ["EVENTS"], r2Persist: persist, bindings: { OVERLAY_TOKEN, SHOPIFY_SECRET }, ...bindings,
    });
    let over;
    const stop = () => (over ??= miniflare.dispose());
    after(stop);
    await (await miniflare.getR2Bucket("BUCKET")).put("model.endcap", bundle.slice().buffer);
    return { ask: (path, init) => miniflare.dispatchFetch(`https://shop.example${path}`, init), stop };
  };
  await behaves(start);
  const { ask } = await start({ ratelimits: { LIMITER: { simple: { limit: 3, period: 60 } } } });
  const statuses = [];
  for (let n = 0; n < 5; n++) statuses.push((await ask("/health")).status);
  assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
});
