// The tarball as others see it: its files, exports, types and sizes.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { publint } from "publint";
import { here, importIn, installed, pkg, root, run, temporary } from "./support.mjs";

const { project, tarball, files } = installed();
const manifest = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
const text = (name) => readFileSync(join(pkg, "dist", name), "utf8");
const tool = (name) => join(here, "node_modules/.bin", name);

test("the order of exports stands: types, then the runtimes that cannot compile bytes, default last", () => {
  assert.deepEqual(Object.keys(manifest.exports), [".", "./slim", "./edge", "./element", "./events", "./loading", "./react", "./shopify", "./studio", "./sample", "./wasm", "./studio/wasm", "./package.json"]);
  assert.deepEqual(Object.entries(manifest.exports["."]), [
    ["types", "./dist/index.d.ts"],
    ["workerd", "./dist/workerd.js"],
    ["edge-light", "./dist/edge-light.js"],
    ["default", "./dist/index.js"],
  ]);
  assert.deepEqual(Object.keys(manifest.exports["./slim"]), ["types", "default"]);
  assert.deepEqual(Object.keys(manifest.exports["./edge"]), ["types", "default"]);
  assert.deepEqual(Object.keys(manifest.exports["./studio"]), ["types", "workerd", "default"]);
});

test("the tarball holds what it should and nothing else", () => {
  const types = ["cache", "codes", "edge", "edge/changes", "edge/events", "edge/handler", "edge/hooks", "edge/http", "edge/markup", "edge/model", "edge/origin", "edge/pages", "edge/sources", "edge/splice", "edge/store", "element", "element/types", "entry", "errors", "events", "events/unit", "idle", "index", "loading", "react", "recommender", "sample", "shopify", "shopify/attribute", "shopify/errors", "shopify/types", "slim", "studio", "studio-entry", "studio-recommender", "types"].map((name) => `dist/${name}.d.ts`);
  const code = ["edge", "edge-light", "element", "events", "index", "loading", "react", "sample", "shopify", "slim", "studio", "studio-workerd", "workerd"].map((name) => `dist/${name}.js`);
  const licences = ["LICENSE-APACHE", "LICENSE-MIT"];
  assert.deepEqual(files.toSorted(), ["README.md", "package.json", "dist/endcap_bg.wasm", "dist/endcap_studio_bg.wasm", ...licences, ...types, ...code].toSorted());
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.scripts, undefined);
});

test("the version is the crate's", () => {
  assert.match(readFileSync(join(root, "Cargo.toml"), "utf8"), new RegExp(`^version = "${manifest.version}"$`, "m"));
});

test("the sample shop is one that a page may hold, and answers", async () => {
  const [{ load }, { bundle, cart }] = [await importIn(project, "endcap"), await importIn(project, "endcap/sample")];
  assert.ok(bundle.length < 200_000, `${bundle.length} bytes`);
  const recommender = await load(bundle);
  assert.equal(recommender.info().audience, "public");
  const { items, fallback } = recommender.recommend({ placement: "cart", cart });
  assert.deepEqual([items.length, fallback], [4, null]);
  assert.equal((await recommender.cards(items.map(({ sku }) => sku))).length, 4);
  assert.deepEqual(recommender.info().relations.map(({ verdict, loaded }) => [verdict, loaded]), [["signal", true], ["signal", true], ["signal", true]]);
});

test("one wasm file an engine, named only where it is meant", () => {
  assert.match(text("workerd.js"), /from"\.\/endcap_bg\.wasm"/);
  assert.match(text("edge-light.js"), /from"\.\/endcap_bg\.wasm\?module"/);
  assert.match(text("studio-workerd.js"), /from"\.\/endcap_studio_bg\.wasm"/);
  for (const name of ["slim.js", "index.js", "studio.js"]) assert.doesNotMatch(text(name), /import\.meta|new URL|\.\/\w+\.wasm/);
  assert.doesNotMatch(text("edge.js"), /import\.meta|\.wasm/);
  for (const name of ["slim.js", "index.js"]) assert.doesNotMatch(text(name), /instanceof WebAssembly|\beval\(|new Function/);
});

test("the inlined engine is the wasm file", () => {
  for (const [script, wasm] of [["index.js", "endcap_bg.wasm"], ["studio.js", "endcap_studio_bg.wasm"]]) {
    const [, base64] = /="([A-Za-z0-9+/]{1000,}=*)"/.exec(text(script));
    assert.ok(Buffer.from(base64, "base64").equals(readFileSync(join(pkg, "dist", wasm))), script);
  }
});

test("the engine needs nothing that browsers of the last years lack", async () => {
  const baseline = ["bulk-memory", "bulk-memory-opt", "call-indirect-overlong", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];
  const allowed = ["--mvp-features", ...baseline.map((feature) => `--enable-${feature}`)];
  await run(tool("wasm-opt"), [...allowed, join(pkg, "dist/endcap_bg.wasm"), "-o", join(temporary(), "read.wasm")]);
});

test("the README explains every code and names every option", async () => {
  const readme = readFileSync(join(pkg, "README.md"), "utf8");
  const { ENGINE_ERRORS, FALLBACK_REASONS, HOST_ERRORS, REASONS } = await importIn(project, "endcap");
  for (const code of [...ENGINE_ERRORS, ...HOST_ERRORS]) assert.ok(readme.includes(`\n| \`${code}\` |`), code);
  for (const reason of [...REASONS, ...FALLBACK_REASONS]) assert.ok(readme.includes(`\`${reason}\``), reason);
  const options = ["types", "cache", "idle"].map((name) => text(`${name}.d.ts`)).join("").matchAll(/interface (?:LoadOptions|FetchOptions|AddOptions|CacheOptions|IdleOptions)[^{]*\{([^]*?)\n\}/g);
  for (const [, body] of options) for (const [, name] of body.matchAll(/^ {4}(\w+)\?:/gm)) assert.ok(readme.includes(`\n| \`${name}\` |`), name);
});

test("publint is content", async () => {
  const { messages } = await publint({ pkgDir: pkg, strict: true });
  assert.deepEqual(messages, []);
});

test("are the types wrong? no", async () => {
  await run(tool("attw"), [tarball, "--profile", "esm-only", "--exclude-entrypoints", "./wasm", "./studio/wasm"]);
});

test("sizes are within their limits, in brotli", async () => {
  await run(tool("size-limit"), [], { cwd: here });
  const without = (name) => brotliCompressSync(text(name).replace(/="[A-Za-z0-9+/]{1000,}=*"/, '=""')).length;
  const javascript = without("index.js") + without("slim.js");
  assert.ok(javascript <= 8_000, `JavaScript of \`.\` without the inlined engine: ${javascript} bytes`);
});

const consumer = `
  import { load, EndcapError, type Answer, type Card, type ErrorCode, type FallbackReason, type Info, type Reason, type RecommendRequest } from "endcap";
  import { init, load as slimLoad } from "endcap/slim";
  import { CartError, connectShopify, parseAttribute, type Assignment, type ShopifyConnection } from "endcap/shopify";
  import { createCache, type FileCache, idle } from "endcap/loading";
  import { assetsSource, createHandler, fetchSource, fileSource, fileStore, type Handler, kvSource, kvStore, type PageBlock, type PageOutcome, r2Source, r2Store, renderBlock, type Store, type TaggedSource } from "endcap/edge";
  import { load as studioLoad, type Explanation, type Rule, type StudioRecommender } from "endcap/studio";
  const recommender = await load("/models/cart.endcap", { timeoutMs: 500, signal: new AbortController().signal });
  const request: RecommendRequest = { placement: "cart", cart: [{ sku: "85123A", quantity: 2 }], limit: 4, history: [{ sku: "a", daysAgo: 1 }, { sku: "b", days_ago: 2 }] };
  const { items, fallback, fallback_reason, due }: Answer = recommender.recommend(request);
  const why: FallbackReason | null = fallback_reason;
  const reason: Reason | undefined = items[0]?.reason;
  const cards: Card[] = await recommender.cards(items.map(({ sku }) => sku));
  const info: Info = recommender.info();
  const cache: FileCache = createCache({ name: "shop", onCached: ({ url, error }) => void [url, error?.advice] });
  const cached = await load("/models/cart.endcap", { cache });
  const added: boolean = await cached.add(new Uint8Array(3), { when: idle({ saveData: true }) });
  await init(new Response());
  await slimLoad(new URL("https://shop.example/m"), { engine: fetch("/engine"), cards: async (skus: string[]) => [] });
  try { recommender.free(); } catch (error) { const code: ErrorCode | false = error instanceof EndcapError && error.code; void code; }
  const studio: StudioRecommender = await studioLoad("/models/cart.endcap", { overlay: "/latest.overlay" });
  const rule: Rule = { name: "a", match: { category: ["Gift cards"], not: { sku: "x" } }, when: { cart_subtotal: { max: 20 } }, action: { exclude: true }, from: new Date() };
  studio.setRules([rule]);
  const told: Explanation = studio.explain(request, { about: ["a"], limit: 3 });
  const overlay: Uint8Array = studio.overlay({ items: { a: { availability: "out" } }, rules: [rule], revision: 1 });
  recommender.patch(overlay);
  studio.setStock({ a: "low", b: { stock: 3 } });
  const [first] = recommender.page([request]);
  const { alternatives } = recommender.rerank({ placement: "search", list: ["a"] });
  const store: Store = fileStore("state");
  const handler: Handler = createHandler({ bundle: () => fetch("https://shop.example/model.endcap"), store, auth: { overlay: "sixteen-or-more-" }, cors: ["https://shop.example"], limit: ({ route }) => route !== "/overlay" });
  const answered: Promise<Response> = handler.fetch(new Request("https://shop.example/health"), { waitUntil: () => {} });
  const block: PageBlock = { selector: "#goes-with", personal: false, on: (url) => url.pathname.startsWith("/p/"), at: "append", heading: "Goes with it", min: 2, request: async (_, url) => ({ placement: "pdp", product: url.pathname }), render: (answer, cards, context) => renderBlock(answer, cards.slice(0, 2), context) };
  const sources: TaggedSource[] = [fileSource("model.endcap"), fetchSource("https://shop.example/model.endcap", { authorization: "Bearer x" }), async (known) => (known === "1" ? null : { bytes: new Uint8Array(3), tag: "1" })];
  const inserting: Handler = createHandler({ bundle: sources[0] as TaggedSource, pages: { origin: "https://origin.shop.example", blocks: [block], timeoutMs: 50, language: () => "de" } });
  const outcomes: Partial<Record<PageOutcome, number>> | undefined = inserting.state().pages;
  void [answered, assetsSource, kvSource, kvStore, outcomes, r2Source, r2Store];
  void [added, fallback, why, due, reason, cards, info, told, first?.silent, alternatives[0]?.items];
  const shop: ShopifyConnection = connectShopify({ recommender, consent: () => true, unit: { id: () => "u" }, sku: ({ id }) => String(id), onError: ({ code, advice }) => void [code, advice] });
  recommender.recommend({ placement: "cart", ...shop.context() });
  const joined: Assignment | null = parseAttribute("1;u;a=b");
  await shop.addToCart({ cart_id: "1" }).catch((error: unknown) => error instanceof CartError && error.code === "E_REFUSED");
  // @ts-expect-error a variant has a name
  shop.setVariants({ a: 1 });
  void joined;
  // @ts-expect-error a rule does something
  studio.setRules([{ name: "a", match: { sku: "x" } }]);
  // @ts-expect-error no such state
  studio.setStock("a", "gone");
  // @ts-expect-error a placement is needed
  recommender.recommend({});
  // @ts-expect-error a line is an object
  recommender.recommend({ placement: "cart", cart: ["85123A"] });
  // @ts-expect-error a purchase has an age
  recommender.recommend({ placement: "cart", history: [{ sku: "a" }] });
  // @ts-expect-error no such code
  const wrong: ErrorCode = "E_NO_SUCH_CODE";
  void wrong;
`;
const worlds = {
  "in a browser": { lib: ["ES2022", "DOM"], types: [] },
  "in Node, without the DOM": { lib: ["ES2022"], types: ["node"], typeRoots: [join(here, "node_modules/@types")] },
  "for Node's own resolution": { lib: ["ES2022", "DOM"], types: [], module: "NodeNext", moduleResolution: "NodeNext" },
};
for (const [name, world] of Object.entries(worlds)) {
  test(`the types serve a strict consumer ${name}`, async () => {
    writeFileSync(join(project, "consumer.ts"), consumer);
    const config = join(project, `tsconfig.${name.replace(/\W+/g, "-")}.json`);
    const compilerOptions = { target: "ES2022", module: "ESNext", moduleResolution: "Bundler", strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: name.includes("Node, "), ...world };
    writeFileSync(config, JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    await run(tool("tsc"), ["-p", config]).catch(({ stdout }) => assert.fail(stdout));
  });
}

test("no lock file names a registry or a path of a machine", () => {
  for (const suite of ["tests/js", "tests/matrix"]) assert.doesNotMatch(readFileSync(join(root, suite, "package-lock.json"), "utf8"), /"resolved"|"file:/, suite);
});
