// The engine in a Rust program on wasm32-wasip1, as pkg-template/examples/fastly has it: the answers of the npm package.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dealtShop, drawn, golden, importIn, installed, root, temporary } from "./support.mjs";

const built = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "fastly/wasm32-wasip1/release");
const program = join(built, "ask.wasm");
if (!existsSync(program)) throw new Error("there is no ask.wasm to test: run `.ci/pack.sh fastly` first");
const { project } = installed();
const folder = temporary();
const bundle = golden("v1_complete.endcap");
const recommender = await (await importIn(project, "endcap")).load(bundle);
const studio = await (await importIn(project, "endcap/studio")).load(bundle);
writeFileSync(join(folder, "model.endcap"), bundle);

/** Runs the program as any host of WASI would. */
function ask(requests, ...files) {
  const host = `import { readFileSync } from "node:fs"; import { setFlagsFromString } from "node:v8"; import { WASI } from "node:wasi";
    setFlagsFromString("--no-turbo-fast-api-calls"); // Node 20's shorter way to its sandbox may crash
    const sandbox = new WASI({ version: "preview1", args: ["ask", ...process.argv.slice(2)], preopens: { ".": process.cwd() } });
    sandbox.start(new WebAssembly.Instance(new WebAssembly.Module(readFileSync(${JSON.stringify(program)})), sandbox.getImportObject()));`;
  writeFileSync(join(folder, "host.mjs"), host);
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join("");
  const out = execFileSync(process.execPath, ["--no-warnings", "host.mjs", ...files], { cwd: folder, input, encoding: "utf8", maxBuffer: 1 << 28 });
  return out.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** A request in the words of the Rust program; it has no moment. */
const worded = ({ history, exclude, ...rest }) => ({ ...rest, history: history.map(({ sku, daysAgo }) => ({ sku, days_ago: daysAgo })) });
const told = ({ placement, items, fallback, model }) => ({
  placement, fallback, model,
  items: items.map(({ sku, score, reason, because }) => ({ sku, score: Math.fround(score), reason, because })),
});

test("a thousand requests, the answers of the npm package", () => {
  const requests = drawn(1_000, recommender).map((request) => ({ ...request, exclude: [], now: null }));
  assert.deepEqual(ask(requests.map(worded), "model.endcap").map(told), requests.map((request) => told(recommender.recommend(request))));
});

test("an overlay takes effect, and a placement that is not there is said", () => {
  const asked = { placement: "cart", cart: [{ sku: "KETTLE" }], history: [] };
  const [first] = recommender.recommend(asked).items;
  writeFileSync(join(folder, "live.overlay"), studio.overlay({ revision: 1, items: { [first.sku]: { availability: "out" } } }));
  const [answer, refused] = ask([asked, { ...asked, placement: "nowhere" }].map(worded), "model.endcap", "live.overlay");
  assert.ok(answer.items.length > 0 && answer.items.every(({ sku }) => sku !== first.sku));
  assert.equal(refused.error.code, "E_UNKNOWN_PLACEMENT");
});

test("units are dealt as in the browser, and told what is withheld", async () => {
  const dealt = await (await importIn(project, "endcap")).load(dealtShop().bundle);
  writeFileSync(join(folder, "dealt.endcap"), dealtShop().bundle);
  const asked = (placement) => Array.from({ length: 60 }, (_, n) => ({ placement, cart: [{ sku: "KETTLE" }], unit: `u${n}`, segment: { device: "mobile" } }));
  const requests = [...asked("cart"), ...asked("home")];
  const short = ({ items, silent, withheld, experiment, variant }) => ({
    silent: silent ?? null, experiment: experiment ?? null, variant: variant ?? null,
    items: items.map(({ sku }) => sku), withheld: (withheld ?? []).map(({ sku }) => sku),
  });
  const answers = ask(requests, "dealt.endcap");
  assert.deepEqual(answers.map(short), requests.map((request) => short(dealt.recommend(request))));
  assert.deepEqual(new Set(answers.map(({ silent }) => silent)), new Set([null, "holdout", "incumbent"]));
  assert.ok(answers.every(({ recommendation }) => /^[0-9a-f]{32}$/.test(recommendation)));
});

test("the service itself is compiled for Fastly", () => {
  const service = new WebAssembly.Module(readFileSync(join(built, "service.wasm")));
  const modules = new Set(WebAssembly.Module.imports(service).map(({ module }) => module));
  assert.ok(["fastly_http_req", "fastly_http_resp", "fastly_kv_store"].every((module) => modules.has(module)), [...modules].join(" "));
});
