// Who is in which arm: a hundred thousand units on the command line, in Node, in workerd and in Chromium, and everywhere the same
// arms; their sizes against the shares of the file by χ², without a hash.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { chromium } from "playwright-core";
import { importIn, installed, serve, trainedShop } from "./support.mjs";

const COUNT = 100_000;
const NOW = "2026-11-26T12:00:00Z";
const SHARES = { holdout: 0.3, plain: 0.1, treatment: 0.5 };
const HELD_OUT = 0.05;

const { project } = installed();
const { directory, endcap, bundle } = trainedShop({
  catalog: ["KETTLE,Kettle,Kettles,39.00,20.00,9,Brew,", "FILTER,Filters,Paper,3.50,1.00,9,Brew,", "CUP,Cup,Cups,9.00,4.00,9,Brew,", "SCALE,Scale,Tools,19.00,9.00,9,Brew,"],
  config: `
[placement.cart]
strategy = "cart_addons"
limit = 1

[[experiment]]
name = "cart-addons-q1"
placement = "cart"
allocation = { holdout = ${SHARES.holdout}, plain = ${SHARES.plain}, treatment = ${SHARES.treatment} }
from = 2026-11-01T00:00:00Z

[[experiment]]
name = "home_2"
placement = "home"
allocation = { holdout = 0.5, treatment = 0.5 }
control = "incumbent"
when = { segment = { country = ["AT", "DE"] } }

[experiments]
global_holdout = ${HELD_OUT}
`,
});

// What every runtime runs, as a text: the names of the units, and what is asked for them. Nothing of a runtime's own is used.
const ASK = `
  const names = [(n) => "visitor-" + n, (n) => n.toString(16).padStart(32, "0"), (n) => "Ж漢🛒 " + n, (n) => "a=b;c" + n + "\\u0001"];
  const request = (n) => ({ placement: n % 8 === 7 ? "home" : "cart", unit: names[n % names.length](n), segment: { country: n % 16 === 7 ? "AT" : "CH" }, now: "${NOW}" });
  const line = ({ experiment, variant, silent = null, recommendation, items, withheld = [] }) => [experiment, variant, silent, recommendation, items.length, withheld.length].join(" ");
`;
const ALL = `
  const all = (recommend) => Array.from({ length: ${COUNT} }, (_, n) => line(recommend(request(n))));
`;
const { request, line } = new Function(`${ASK} return { request, line };`)();
const digest = (lines) => createHash("sha256").update(lines.join("\n")).digest("hex");

let native;
/** What the command line says, read once. */
function expected() {
  if (native) return native;
  writeFileSync(join(directory, "requests.jsonl"), Array.from({ length: COUNT }, (_, n) => JSON.stringify(request(n))).join("\n"));
  const out = execFileSync(endcap, ["recommend", "--bundle", "model.endcap", "--requests", "requests.jsonl"], { cwd: directory, encoding: "utf8", maxBuffer: 1 << 29 });
  native = out.trimEnd().split("\n").map((answer) => line(JSON.parse(answer)));
  return native;
}

/** The variants of the units at a placement, with how often each. */
function counts(lines, of) {
  const found = {};
  lines.forEach((said, n) => of(n) && (found[said.split(" ").slice(0, 2).join(" ")] = (found[said.split(" ").slice(0, 2).join(" ")] ?? 0) + 1));
  return found;
}

test("the command line deals a hundred thousand units, each arm by its share", () => {
  const lines = expected();
  assert.equal(lines.length, COUNT);
  const inCart = (n) => request(n).placement === "cart";
  const found = counts(lines, inCart);
  const total = Object.values(found).reduce((sum, count) => sum + count, 0);
  // Held out of everything first; of all others each arm has its share, and the rest is served.
  const left = 1 - HELD_OUT;
  const shares = { " global_holdout": HELD_OUT, " served": left * (1 - SHARES.holdout - SHARES.plain - SHARES.treatment) };
  for (const [arm, share] of Object.entries(SHARES)) shares[`cart-addons-q1 ${arm}`] = left * share;
  assert.deepEqual(Object.keys(found).toSorted(), Object.keys(shares).toSorted());
  const chiSquare = Object.entries(shares).reduce((sum, [arm, share]) => sum + (found[arm] - total * share) ** 2 / (total * share), 0);
  // With four degrees of freedom a fair deal is above this once in a million.
  assert.ok(chiSquare < 33.4, `χ² = ${chiSquare}: ${JSON.stringify(found)}`);
});

test("the other experiment, of the same units, splits them along another line, and for its segment only", () => {
  const home = counts(expected(), (n) => request(n).placement === "home");
  assert.deepEqual(Object.keys(home).toSorted(), [" global_holdout", " served", "home_2 holdout", "home_2 treatment"]);
  const outside = counts(expected(), (n) => request(n).placement === "home" && request(n).segment.country === "CH");
  assert.deepEqual(Object.keys(outside).toSorted(), [" global_holdout", " served"]);
});

test("what is said of an arm is said of each of its units: a list, or one that is kept back", () => {
  for (const said of expected()) {
    const [, variant, silent, recommendation, shown, withheld] = said.split(" ");
    const held = variant === "holdout" || variant === "global_holdout";
    if (held) assert.ok(["holdout", "incumbent"].includes(silent) && Number(shown) === 0 && Number(withheld) > 0, said);
    if (["plain", "treatment"].includes(variant)) assert.ok(silent === "" && Number(shown) > 0 && Number(withheld) === 0, said);
    assert.match(recommendation, /^[0-9a-f]{32}$/);
  }
});

test("in Node the same units are in the same arms", async () => {
  const recommender = await (await importIn(project, "endcap")).load(bundle());
  const lines = Array.from({ length: COUNT }, (_, n) => line(recommender.recommend(request(n))));
  lines.forEach((said, n) => said === expected()[n] || assert.equal(said, expected()[n], JSON.stringify(request(n))));
  assert.equal(digest(lines), digest(expected()));
});

test("in workerd", async () => {
  writeFileSync(join(project, "model.endcap"), bundle());
  writeFileSync(join(project, "assignment.js"), `
    import { load } from "endcap";
    import model from "./model.endcap";
    const recommender = await load(model);
    ${ASK}${ALL}
    export default { fetch: async () => new Response(all((asked) => recommender.recommend(asked)).join("\\n")) };
  `);
  await build({
    entryPoints: [join(project, "assignment.js")], outdir: join(project, "out"), bundle: true, format: "esm", target: "es2022",
    conditions: ["workerd"], loader: { ".wasm": "copy", ".endcap": "copy" }, logLevel: "warning",
  });
  const miniflare = new Miniflare({
    modules: true, modulesRoot: join(project, "out"), scriptPath: join(project, "out/assignment.js"), compatibilityDate: "2025-05-01", cf: false,
    modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }, { type: "Data", include: ["**/*.endcap"] }],
  });
  after(() => miniflare.dispose());
  const response = await miniflare.dispatchFetch("http://shop.example/");
  assert.equal(digest((await response.text()).split("\n")), digest(expected()));
});

test("in Chromium", async () => {
  const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
  const typed = (type, body) => (_, response) => response.writeHead(200, { "content-type": type }).end(body);
  const origin = await serve({
    "/": typed("text/html", "<!doctype html><title>shop</title>"),
    ...Object.fromEntries(["index.js", "slim.js"].map((name) => [`/${name}`, typed("text/javascript", readFileSync(join(project, "node_modules/endcap/dist", name)))])),
    "/model.endcap": bundle(),
    "/assignment.js": typed("text/javascript", `${ASK}${ALL} export { all };`),
  });
  const browser = await chromium.launch({ executablePath });
  after(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(origin);
  const lines = await tab.evaluate(async () => {
    const [{ load }, { all }] = await Promise.all([import("/index.js"), import("/assignment.js")]);
    const recommender = await load("/model.endcap");
    return all((asked) => recommender.recommend(asked)).join("\n");
  });
  assert.equal(digest(lines.split("\n")), digest(expected()));
});
