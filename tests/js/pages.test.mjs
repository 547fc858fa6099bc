// Blocks in the shop's own pages, in workerd and in Bun, between a server that plays the shop and a client that reads every byte;
// and the sources of the bundle.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { chromium } from "playwright-core";
import { dealtShop, golden, here, importIn, installed, nativeBinary, root, temporary } from "./support.mjs";

const { project } = installed();
const edge = await importIn(project, "endcap/edge");
const { createHandler, PAGE_OUTCOMES, renderBlock } = edge;
const bundle = golden("v1_complete.endcap");
const recommender = await (await importIn(project, "endcap")).load(bundle);
const studio = await (await importIn(project, "endcap/studio")).load(bundle);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const skusIn = (html) => [...html.matchAll(/data-endcap-sku="([^"]*)"/g)].map(([, sku]) => sku);
const skusOf = (request) => recommender.recommend(request).items.map(({ sku }) => sku);

/** A listener for what must not fail, as in edge.test.mjs. */
const unexpected = [];
const nothingFails = (error, where) => void unexpected.push(`${where}: ${error?.stack ?? error}`);
afterEach(() => assert.deepEqual(unexpected.splice(0), []));

// ---- the shop

const OLD = "<p>what the shop shows</p>";
const PAGE = `<!doctype html><html lang="de"><head><title>Kettle</title></head><body><h1>Kettle</h1><div id="goes-with" class="a">${OLD}</div><main>text</main><aside id="cart-block"></aside><footer>end</footer></body></html>`;
const HTML = { "content-type": "text/html; charset=utf-8", "cache-control": "public, max-age=600", etag: '"of-the-origin"', "last-modified": "Thu, 26 Nov 2026 09:00:00 GMT", "set-cookie": ["a=1; Path=/", "b=2; Path=/"], "x-shop": "yes" };
const shop = {};
const seen = [];
const page = (body, headers = {}, status = 200) => (_, response) => response.writeHead(status, { ...HTML, ...headers }).end(body);
const server = createServer((request, response) => {
  seen.push(request);
  (shop[new URL(request.url, "http://shop.example").pathname] ?? page(PAGE))(request, response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const ORIGIN = `http://127.0.0.1:${server.address().port}`;
after(() => (server.closeAllConnections(), server.close()));

/** What a client gets, byte for byte: nothing is decoded. */
function raw(address, { method = "GET", headers = {}, body, onChunk } = {}) {
  return new Promise((resolve, reject) => {
    const asked = ask(address, { method, agent: false, headers: { accept: "text/html", ...headers } }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => (chunks.push(chunk), onChunk?.(chunk)));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks), text: Buffer.concat(chunks).toString() }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

// ---- the worker: handlers by the name in the header x-config; what follows a # makes another one of the same kind

const WORKER = `
  import { createHandler, kvSource, renderBlock } from "endcap/edge";
  import bundle from "./model.endcap";
  import one from "./one.endcap";
  import other from "./other.endcap";
  import arms from "./dealt.endcap";
  import uncarded from "./uncarded.endcap";
  const cookie = (request, name) => new RegExp(name + "=([^;]*)").exec(request.headers.get("cookie") ?? "")?.[1];
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const product = { selector: "#goes-with", personal: false, on: ({ pathname }) => pathname.startsWith("/p/"), request: (_, url) => ({ placement: "pdp_complements", product: url.pathname.slice(3), limit: 2 }) };
  const cart = { selector: "#cart-block", request: (request) => cookie(request, "cart") && { placement: "cart", cart: [{ sku: cookie(request, "cart") }], limit: 2 } };
  const drawn = (block) => ({ selector: "#goes-with", personal: false, request: () => ({ placement: "pdp_complements", product: "KETTLE", limit: 2 }), render: () => "[[\\u00f6\\u{1f600}]]", ...block });
  const dealt = (placement, block) => ({ selector: "#goes-with", personal: false, request: (_, url) => ({ placement, cart: [{ sku: "KETTLE" }], limit: 2, unit: url.searchParams.get("unit") }), ...block });
  // The same blocks where they depend on who asks: by what is said of them, or by a unit that is named.
  const whose = {
    personal: (block) => ({ ...block, personal: undefined }),
    unit: (block) => ({ ...block, request: async (...given) => { const asked = await block.request(...given); return asked && { ...asked, unit: "u1" } } }),
  };
  const chunked = (env) => async (request) => {
    const response = await fetch(env.ORIGIN + new URL(request.url).pathname);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const size = Number(request.headers.get("x-chunk"));
    let at = 0;
    const body = new ReadableStream({ pull: (out) => (at < bytes.length ? out.enqueue(bytes.slice(at, (at += size))) : out.close()) });
    return new Response(body, { headers: response.headers });
  };
  const saw = [];
  let downloads = 0;
  const configs = {
    usual: () => ({ blocks: [product, cart] }),
    all: () => ({ blocks: [{ ...product, on: undefined, request: () => ({ placement: "pdp_complements", product: "KETTLE", limit: 2 }), heading: "Passt <dazu>" }, { ...cart, heading: "Im Korb", personal: undefined, request: () => ({ placement: "bestsellers", limit: 2 }) }] }),
    platform: () => ({ blocks: [product], origin: undefined }),
    at: (env, at) => ({ blocks: [drawn({ at })] }),
    chunks: (env, at) => ({ blocks: [drawn({ at }), drawn({ selector: "#cart-block", at: "append", render: () => "((second))", request: () => ({ placement: "cart", cart: [{ sku: "KETTLE" }] }) })], origin: chunked(env) }),
    fuzz: (env, at) => ({ blocks: [drawn({ at })], origin: chunked(env) }),
    looks: () => ({ blocks: [{ ...product, request: (request, url) => (saw.push([request.url, [...request.headers]]), product.request(request, url)) }] }),
    small: () => ({ blocks: [product], mostBytes: 100 }),
    nobody: () => ({ blocks: [{ ...product, min: 9 }] }),
    elsewhere: () => ({ blocks: [{ ...product, selector: "#not-there" }] }),
    throws: () => ({ blocks: [{ ...product, request: () => { throw new Error("the shop's own") } }] }),
    rejects: () => ({ blocks: [{ ...product, request: async () => { throw new Error("the shop's own") } }] }),
    render: () => ({ blocks: [{ ...product, render: () => { throw new Error("the shop's own") } }] }),
    untold: () => ({ blocks: [{ ...product, render: () => undefined }] }),
    unknown: () => ({ blocks: [{ ...product, request: () => ({ placement: "nowhere" }) }] }),
    selector: () => ({ blocks: [{ ...product, selector: "div:::" }] }),
    replaced: () => ({ blocks: [{ ...product, request: async () => { await sleep(60); return { placement: "pdp_complements", product: "KETTLE" } } }], timeoutMs: 5_000 }),
    hesitates: () => ({ blocks: [{ ...product, request: async (request, url) => { await sleep(400); return product.request(request, url) } }], timeoutMs: 20 }),
    down: () => ({ blocks: [product], origin: "http://127.0.0.1:9" }),
    odd: () => ({ blocks: [product], origin: () => undefined }),
    hostile: () => ({ blocks: [{ ...product, render: (answer, cards, context) => renderBlock(answer, cards.map((card) => ({ ...card, title: \`<script>alert("1")</script>'&\`, url: "javascript:alert(1)", image: 'https://cdn.example/a.png?"onerror="alert(1)' })), context) }] }),
    slow: () => ({ blocks: [product], timeoutMs: 20 }),
    broken: () => ({ blocks: [product] }),
    open: () => ({ blocks: [product] }),
    dealt: (env, placement) => ({ blocks: [dealt(placement)] }),
    own: (env, placement) => ({ blocks: [dealt(placement, { render: (answer, cards) => "<b>" + cards.map(({ title }) => title) + "</b>" })] }),
    wrapped: (env, placement) => ({ blocks: [dealt(placement, { render: (...given) => "<b>" + renderBlock(...given) + "</b>" })] }),
    undrawn: (env, placement) => ({ blocks: [dealt(placement, { render: () => { throw new Error("the shop's own") } }), { selector: "#cart-block", personal: false, request: () => ({ placement: "cart", product: "KETTLE", limit: 1 }) }] }),
    uncarded: (env, placement) => ({ blocks: [dealt(placement)] }),
    few: (env, placement) => ({ blocks: [dealt(placement, { min: 3 })] }),
    language: () => ({ blocks: [product], language: ({ searchParams }) => searchParams.get("lang") ?? undefined }),
  };
  const bundles = { dealt: arms, own: arms, wrapped: arms, undrawn: arms, few: arms, uncarded, slow: () => sleep(400).then(() => new Response(bundle)), broken: () => (downloads++, Promise.resolve(new Response("gone", { status: 404 }))) };
  let looks = 0;
  const others = { replaced: { overlay: () => (looks++ % 2 === 0 ? one : other), overlayMs: 1 } };
  const handlers = new Map();
  export default {
    async fetch(request, env, context) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/__kv") {
        const found = await kvSource(env.KV, searchParams.get("key"))(searchParams.get("known") ?? undefined).catch(({ code }) => new Response(code, { status: 500 }));
        return found instanceof Response ? found : found === null ? new Response(null, { status: 204 }) : new Response(found.bytes, { headers: { "x-tag": found.tag } });
      }
      const name = request.headers.get("x-config");
      if (!handlers.has(name)) {
        const errors = [];
        const [kind, with_] = name.split(/[#:]/);
        const given = configs[kind](env, with_);
        if (whose[with_]) given.blocks = given.blocks.map(whose[with_]);
        handlers.set(name, { errors, handler: createHandler({ bundle: bundles[kind] ?? bundle, bundleMs: 1e9, ...others[kind], basePath: "/api", onError: (error, where) => errors.push(where + ": " + (error.code ?? error.message)), pages: { origin: env.ORIGIN, timeoutMs: 5_000, ...given } }) });
      }
      const { handler, errors } = handlers.get(name);
      if (pathname === "/__state") return Response.json({ ...handler.state(), errors, saw, downloads, looks });
      return handler.fetch(request, context);
    },
  };
`;

const folder = join(project, "pages");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "model.endcap"), bundle);
const arms = dealtShop();
writeFileSync(join(folder, "dealt.endcap"), arms.bundle);
execFileSync(nativeBinary(), ["slice", join(arms.directory, "model.endcap"), "-o", join(folder, "uncarded.endcap")], { stdio: ["ignore", "ignore", "pipe"] });
for (const [revision, name] of ["one", "other"].entries()) writeFileSync(join(folder, `${name}.endcap`), studio.overlay({ revision: revision + 1, items: { CUP: { availability: "low" } } }));
writeFileSync(join(folder, "worker.js"), WORKER);
await build({
  entryPoints: [join(folder, "worker.js")], outdir: join(folder, "out"), bundle: true, format: "esm", target: "es2022",
  conditions: ["workerd"], external: ["node:*"], loader: { ".wasm": "copy", ".endcap": "copy" }, logLevel: "warning",
});
const workerd = {
  modules: true, modulesRoot: join(folder, "out"), scriptPath: join(folder, "out/worker.js"), compatibilityDate: "2025-05-01", bindings: { ORIGIN },
  modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }, { type: "Data", include: ["**/*.endcap"] }],
};
const miniflare = new Miniflare({
  cf: false,
  workers: [
    { ...workerd, name: "front", kvNamespaces: ["KV"] },
    // As on Cloudflare's network, where a Worker's own fetch of the shop's address leads to the shop's server.
    { ...workerd, name: "network", outboundService: (request) => fetch(`${ORIGIN}${new URL(request.url).pathname}`, { headers: request.headers }) },
  ],
  // The runtime's own log of what its rewriter gives up with; that `onError` hears of it is tested.
  handleRuntimeStdio: (stdout, stderr) => (stdout.resume(), stderr.resume()),
});
after(() => miniflare.dispose());
const worker = (await miniflare.ready).href;

const through = (config, path, init = {}) => raw(`${worker.replace(/\/$/, "")}${path}`, { ...init, headers: { "x-config": config, ...init.headers } });
const stateOf = async (config) => JSON.parse((await through(config, "/__state")).text);
/** What the handler says of this config's pages, and whom it told of what. */
const told = async (config) => {
  const { pages, errors } = await stateOf(config);
  return [pages, errors];
};

test("a product page: what goes with it stands there, and the page is kept as the origin allows", async () => {
  const { status, text, headers } = await through("usual#product", "/p/KETTLE");
  assert.equal(status, 200);
  assert.deepEqual(skusIn(text), skusOf({ placement: "pdp_complements", product: "KETTLE", limit: 2 }));
  const start = PAGE.indexOf(OLD);
  assert.ok(text.startsWith(`${PAGE.slice(0, start)}<section class="endcap-block"`), text);
  assert.ok(text.endsWith(`</section>${PAGE.slice(start + OLD.length)}`), text);
  for (const gone of ["etag", "last-modified", "content-length", "accept-ranges"]) assert.equal(headers[gone], undefined, gone);
  // The cart's block is for this page too, and whether it is empty depends on who asks.
  assert.equal(headers["cache-control"], "private, no-store");
  // Who does not say that it wants a page gets the same one.
  const open = await through("looks#product", "/p/KETTLE", { headers: { accept: "*/*" } });
  assert.equal(skusIn(open.text).length, 2);
  assert.equal(open.headers["cache-control"], "public, max-age=600");
  assert.deepEqual([open.headers["set-cookie"], open.headers["x-shop"]], [HTML["set-cookie"], "yes"]);
  assert.deepEqual(await told("usual#product"), [{ inserted: 1 }, []]);
});

test("on Cloudflare the platform's own fetch is the origin", async () => {
  const network = await miniflare.getWorker("network");
  const at = async (path) => (await network.fetch(`https://shop.example${path}`, { headers: { "x-config": "platform", accept: "text/html" } })).text();
  assert.equal(skusIn(await at("/p/KETTLE")).length, 2);
  const { pages, errors } = JSON.parse(await at("/__state"));
  assert.deepEqual([pages, errors], [{ inserted: 1 }, []]);
});

test("at each place", async () => {
  const html = "[[ö😀]]";
  const element = `<div id="goes-with" class="a">${OLD}</div>`;
  const expected = {
    replace: `<div id="goes-with" class="a">${html}</div>`, append: `<div id="goes-with" class="a">${OLD}${html}</div>`,
    prepend: `<div id="goes-with" class="a">${html}${OLD}</div>`, before: `${html}${element}`, after: `${element}${html}`,
  };
  for (const [at, becomes] of Object.entries(expected)) {
    const { text } = await through(`at:${at}`, "/p/KETTLE");
    assert.equal(text, PAGE.replace(element, () => becomes), at);
    assert.deepEqual(await told(`at:${at}`), [{ inserted: 1 }, []]);
  }
});

test("only the first element that matches, and none that is empty by its kind or has no end", async () => {
  const one = '<div id="goes-with">1</div><div id="goes-with">2</div>';
  shop["/twice"] = page(one);
  assert.equal((await through("at:replace", "/twice")).text, '<div id="goes-with">[[ö😀]]</div><div id="goes-with">2</div>');
  shop["/void"] = page('<p>a<img id="goes-with"><b>c');
  assert.equal((await through("at:replace", "/void")).text, '<p>a<img id="goes-with"><b>c');
  shop["/open"] = page('<p>a<div id="goes-with">what is never closed');
  assert.equal((await through("at:replace", "/open")).text, '<p>a<div id="goes-with">[[ö😀]]what is never closed');
  shop["/long"] = page(`<div id="goes-with">${"long ".repeat(80_000)}</div>end`);
  assert.equal((await through("at:replace", "/long")).text, `<div id="goes-with">[[ö😀]]${"long ".repeat(80_000)}</div>end`);
});

test("a page that is not known to be in UTF-8 gets markup in ASCII", async () => {
  for (const type of ["text/html", "text/html; charset=windows-1252", "text/html; charset=utf-16", "text/html;charset=nonsense"]) {
    shop["/latin"] = page(Buffer.from('<p>\xe9</p><div id="goes-with">\xfc</div>', "latin1"), { "content-type": type });
    assert.equal((await through("at:replace", "/latin")).bytes.toString("latin1"), '<p>\xe9</p><div id="goes-with">[[&#246;&#128512;]]</div>', type);
  }
});

test("two blocks of a page show no product twice, under headings of their own", async () => {
  const { text, headers } = await through("all#1", "/");
  const shown = skusIn(text);
  assert.equal(shown.length, 4);
  assert.equal(new Set(shown).size, 4, shown.join());
  const [first, second] = recommender.page([{ placement: "pdp_complements", product: "KETTLE", limit: 2 }, { placement: "bestsellers", limit: 2 }]).map(({ items }) => items.map(({ sku }) => sku));
  assert.deepEqual(shown, [...first, ...second]);
  assert.match(text, /<section class="endcap-block" aria-labelledby="(endcap-[0-9a-f-]+)"[^>]*><h2 class="endcap-heading" id="\1">Passt &lt;dazu&gt;<\/h2><ul class="endcap-list" role="list"><li class="endcap-item"/);
  assert.equal(headers["cache-control"], "private, no-store");
});

test("what a script needs to tell of impressions stands in the markup", async () => {
  const { text } = await through("looks#2", "/p/KETTLE");
  const [, placement, id, model] = /data-endcap-placement="([^"]*)" data-endcap-recommendation="([^"]*)" data-endcap-model="([^"]*)"/.exec(text);
  assert.deepEqual([placement, model], ["pdp_complements", recommender.info().model]);
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.deepEqual([...text.matchAll(/data-endcap-index="(\d)"/g)].map(([, index]) => index), ["0", "1"]);
});

test("prices are written as the page's language writes them", async () => {
  shop["/p/KETTLE-DE"] = page(PAGE, { "content-language": "de-DE, en" });
  const euros = (text) => /endcap-price">([^<]*)</.exec(text)[1].replace(/\s/g, " ");
  assert.equal(euros((await through("language#1", "/p/KETTLE-DE")).text), "9,90 €");
  assert.equal(euros((await through("language#1", "/p/KETTLE-DE?lang=en-US")).text), "€9.90");
  assert.match(euros((await through("language#1", "/p/KETTLE-DE?lang=!")).text), /990 EUR/);
});

test("what the catalog says is text, whatever it is", async () => {
  const { text } = await through("hostile#1", "/p/KETTLE");
  assert.ok(text.includes("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;"));
  assert.doesNotMatch(text, /<script|javascript:|"onerror/);
  assert.match(text, /<span class="endcap-link"><span class="endcap-picture"><img class="endcap-image" src="https:\/\/cdn\.example\/a\.png\?&quot;onerror=&quot;alert\(1\)"/);
});

test("the markup: escaped everywhere, addresses of the web only, no script and no style", () => {
  const answer = { id: '"><b>', recommendation: '"><b>', experiment: null, variant: null, placement: "a'b", model: "<m>", items: [{ sku: "other" }, { sku: '"<&' }], silent: null };
  const card = { sku: '"<&', title: "<i>", url: null, image: null, cartId: null, price: null };
  const draw = (fields = {}, context = {}) => renderBlock(answer, [{ ...card, ...fields }], { language: "en-US", heading: undefined, ...context });
  assert.equal(draw(), '<section class="endcap-block" data-endcap-placement="a&#39;b" data-endcap-recommendation="&quot;&gt;&lt;b&gt;" data-endcap-model="&lt;m&gt;"><ul class="endcap-list" role="list"><li class="endcap-item" data-endcap-sku="&quot;&lt;&amp;" data-endcap-index="1"><span class="endcap-link"><span class="endcap-picture"></span><span class="endcap-title">&lt;i&gt;</span></span></li></ul></section>');
  for (const bad of ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "blob:https://a/b", "http://[", ""]) {
    assert.doesNotMatch(draw({ url: bad, image: bad }), /href|src/, JSON.stringify(bad));
  }
  for (const good of ["/p/a", "p?a=1&b=2", "//cdn.example/a", "https://shop.example/ü", "http://a/"]) {
    const text = draw({ url: good, image: good });
    assert.ok(text.includes(`href="${good.replace("&", "&amp;")}"`) && text.includes(`src="${good.replace("&", "&amp;")}"`), good);
  }
  assert.match(draw({ price: { minor: 1999, currency: "EUR" } }), /endcap-price">€19\.99</);
  assert.match(draw({ price: { minor: 1999, currency: "JPY" } }), /endcap-price">¥1,999</);
  assert.match(draw({ price: { minor: 1999, currency: "<b>" } }), /endcap-price">1999 &lt;b&gt;</);
  assert.match(draw({}, { heading: "<h>" }), /<h2 class="endcap-heading" id="endcap-&quot;&gt;&lt;b&gt;">&lt;h&gt;<\/h2>/);
});

test("a block that is not personal sees an address and nothing of who asks", async () => {
  await through("looks#3", "/p/KETTLE?a=1", { headers: { cookie: "cart=SCALE", authorization: "Bearer x", "accept-language": "de", "user-agent": "somebody" } });
  const { saw } = await stateOf("looks#3");
  assert.deepEqual(saw.at(-1), [`${worker}p/KETTLE?a=1`, []]);
});

test("two visitors behind a cache that goes by addresses never get each other's block", async () => {
  const kept = new Map();
  let missed = 0;
  const cached = async (config, path, cookie) => {
    if (kept.has(path)) return kept.get(path);
    missed++;
    const { text, headers } = await through(config, path, { headers: { cookie } });
    // As every cache reads it: the strictest of what it is told, and what CDNs put before it.
    const rules = [headers["cdn-cache-control"], headers["surrogate-control"] && "public", headers["cache-control"]].find(Boolean) ?? "";
    if (/\bpublic\b/.test(rules) && !/\b(private|no-store)\b/.test(rules)) kept.set(path, text);
    return text;
  };
  shop["/cart"] = page(PAGE, { "cdn-cache-control": "public, max-age=600", "surrogate-control": "max-age=600", expires: "Thu, 26 Nov 2030 09:00:00 GMT" });
  for (const [visitor, sku] of [["cart=KETTLE; variant=a", "KETTLE"], ["cart=SCALE; variant=b", "SCALE"], ["cart=KETTLE; variant=b", "KETTLE"]]) {
    assert.deepEqual(skusIn(await cached("usual#cache", "/cart", visitor)), skusOf({ placement: "cart", cart: [{ sku }], limit: 2 }), visitor);
  }
  assert.equal(missed, 3, "nothing personal was kept");
  for (const visitor of ["cart=KETTLE", "cart=SCALE"]) {
    assert.deepEqual(skusIn(await cached("looks#cache", "/p/KETTLE", visitor)), skusOf({ placement: "pdp_complements", product: "KETTLE", limit: 2 }));
  }
  assert.equal(missed, 4, "what is everybody's is kept");
});

test("an arm's page is the arm's alone: what is held out is gone, the shop's own stays, and no cache that others share keeps either", async () => {
  const { load } = await importIn(project, "endcap");
  const shops = await load(arms.bundle);
  const visit = async (placement, variant) => {
    const unit = variant === undefined ? "" : `?unit=${arms.unitOf(shops, placement, variant)}`;
    const { text, headers } = await through(`dealt:${placement}`, `/p/KETTLE${unit}`);
    const marks = Object.fromEntries([...text.matchAll(/data-endcap-(experiment|variant|withheld)="([^"]*)"/g)].map(([, name, value]) => [name, value.replaceAll("&quot;", '"')]));
    return { own: text.includes(OLD), skus: skusIn(text), marks, kept: headers["cache-control"], hidden: text.includes('<section class="endcap-block" hidden') };
  };
  for (const placement of ["cart", "home"]) {
    const experiment = { cart: "addons", home: "best" }[placement];
    const treated = await visit(placement, "treatment");
    assert.deepEqual([treated.own, treated.skus.length, treated.marks, treated.hidden], [false, 2, { experiment, variant: "treatment" }, false]);
    for (const variant of ["holdout", "global_holdout"]) {
      const held = await visit(placement, variant);
      // At home the shop's own is what the control shows.
      assert.deepEqual([held.own, held.skus, held.hidden, held.kept], [placement === "home", [], true, "private, no-store"], `${placement} ${variant}`);
      assert.deepEqual([held.marks.variant, held.marks.experiment, JSON.parse(held.marks.withheld).length], [variant, variant === "holdout" ? experiment : undefined, 2]);
    }
    const served = await visit(placement, "served");
    assert.deepEqual([served.own, served.skus.length, served.marks.variant, served.marks.experiment, served.kept], [placement === "home", placement === "home" ? 0 : 2, "served", undefined, "private, no-store"], "in no arm, and kept by nobody all the same");
    const unnamed = await visit(placement, undefined);
    assert.deepEqual([unnamed.own, unnamed.kept], [placement === "home", "public, max-age=600"], "without a unit the page is everybody's");
    assert.equal(treated.kept, "private, no-store");
  }
});

/** What the snippet of the README tells of a page. */
const SNIPPET = /\n```js\n(for \(const block of document[^]*?)```/.exec(readFileSync(join(root, "pkg-template/README.md"), "utf8"))[1];
async function toldOf(html) {
  const tab = await (await browser()).newPage();
  await tab.setContent(html);
  const told = await tab.evaluate((snippet) => {
    const exposures = [];
    const exposed = ({ experiment, variant, items, withheld, recommendation }) => variant && exposures.push({ experiment, variant, skus: (withheld ?? items).map(({ sku }) => sku), withheld: withheld !== undefined, recommendation });
    new Function("events", "unit", snippet)({ exposed, watch() {} }, {});
    return exposures;
  }, SNIPPET);
  await tab.close();
  return told;
}
let launched;
const browser = () => (launched ??= chromium.launch({ executablePath: [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path)) }));
after(async () => (await launched)?.close());

test("whoever draws the block, the exposure is told of alike in every arm", async () => {
  const shops = await (await importIn(project, "endcap")).load(arms.bundle);
  const visit = async (config, variant) => (await through(config, `/p/KETTLE?unit=${arms.unitOf(shops, "cart", variant)}`)).text;
  for (const kind of ["dealt", "own", "wrapped"]) {
    const told = {};
    for (const variant of ["treatment", "holdout", "global_holdout", "served"]) {
      const text = await visit(`${kind}:cart`, variant);
      const exposures = await toldOf(text);
      assert.equal(exposures.length, 1, `${kind} ${variant}: ${text}`);
      [told[variant]] = exposures;
      assert.equal(told[variant].variant, variant);
      assert.equal(text.match(/data-endcap-recommendation/g).length, 1, "said once");
      assert.equal(text.includes("<b>"), kind !== "dealt" && !told[variant].withheld, `${kind} ${variant}`);
    }
    assert.deepEqual(told.treatment.skus, told.holdout.skus, "the same list, shown or kept back");
    assert.deepEqual([told.treatment.experiment, told.holdout.experiment, told.treatment.withheld, told.holdout.withheld], ["addons", "addons", false, true]);
    assert.match(told.treatment.recommendation, /^[0-9a-f]{32}$/);
  }
  const drawn = await visit("own:cart", "treatment");
  assert.match(drawn, /<div id="goes-with" class="a"><section class="endcap-block" hidden( data-endcap-[a-z]+="[^"]*"){6}><\/section><b>[^<]+<\/b><\/div>/);
  assert.doesNotMatch((await through("own:cart", "/p/KETTLE")).text, /data-endcap/, "of whoever is in no arm there is nothing to tell");
});

test("a `render` that throws costs its own block, not the page, and the exposure is told of as in the other arms", async () => {
  const shops = await (await importIn(project, "endcap")).load(arms.bundle);
  const visit = async (placement, variant) => {
    const config = `undrawn:${placement}#${variant}`;
    const { text, headers } = await through(config, `/p/KETTLE${variant ? `?unit=${arms.unitOf(shops, placement, variant)}` : ""}`);
    return { own: text.includes(OLD), second: skusIn(text).length, told: await toldOf(text), kept: headers["cache-control"], counted: await told(config) };
  };
  const failed = [{ undrawn: 1 }, ["pages: the shop's own"]];
  const treated = await visit("cart", "treatment");
  const held = await visit("cart", "holdout");
  assert.deepEqual([treated.own, treated.second, treated.kept, treated.counted], [true, 1, "private, no-store", failed], "the shop's own content stays");
  assert.deepEqual([held.own, held.second, held.kept, held.counted], [false, 1, "private, no-store", [{ inserted: 1 }, []]]);
  assert.deepEqual([treated.told.length, treated.told[0].skus, treated.told[0].variant], [1, held.told[0].skus, "treatment"]);
  const unnamed = await visit("cart", undefined);
  assert.deepEqual([unnamed.own, unnamed.second, unnamed.told, unnamed.kept, unnamed.counted], [true, 1, [], "public, max-age=600", failed]);
});

test("with too few cards every arm is left alone", async () => {
  const shops = await (await importIn(project, "endcap")).load(arms.bundle);
  for (const [kind, outcome, errors] of [["uncarded", "failed", ["pages: E_ARGUMENT"]], ["few", "nothing", []]]) {
    for (const variant of ["treatment", "holdout", "global_holdout", "served"]) {
      const config = `${kind}:cart#${variant}`;
      const { text, headers } = await through(config, `/p/KETTLE?unit=${arms.unitOf(shops, "cart", variant)}`);
      assert.deepEqual([text, headers["cache-control"]], [PAGE, "private, no-store"], `${kind} ${variant}`);
      assert.deepEqual(await told(config), [{ [outcome]: 1 }, errors], `${kind} ${variant}`);
    }
  }
});

test("the origin is asked for the whole page where a page is wanted, and for what is asked elsewhere", async () => {
  const asked = { "if-none-match": '"of-the-origin"', "if-modified-since": "Thu, 26 Nov 2026 09:00:00 GMT", range: "bytes=0-1", "if-range": '"of-the-origin"' };
  const conditions = () => Object.keys(asked).filter((name) => seen.at(-1).headers[name] !== undefined);
  await through("usual#whole", "/p/KETTLE", { headers: { ...asked, cookie: "a=1" } });
  assert.deepEqual(conditions(), []);
  assert.equal(seen.at(-1).headers.cookie, "a=1", "the shop's own server knows its visitors");
  await through("usual#whole", "/style.css", { headers: { ...asked, accept: "text/css,*/*;q=0.1" } });
  assert.deepEqual(conditions(), Object.keys(asked));
});

// ---- what is left alone

/** The answer is the origin's own: status, every byte, and every header but, where that is said, who may keep it. */
async function untouched(config, path, init, kept) {
  const [direct, passed] = [await raw(`${ORIGIN}${path}`, init), await through(config, path, init)];
  assert.equal(passed.status, direct.status);
  assert.ok(passed.bytes.equals(direct.bytes), `${config} ${path}: ${passed.bytes.length} bytes in the place of ${direct.bytes.length}`);
  const own = Object.entries(direct.headers).filter(([name]) => !["date", "connection", "keep-alive", "transfer-encoding", "content-length"].includes(name));
  for (const [name, value] of own) assert.deepEqual(passed.headers[name], name === "cache-control" && kept ? kept : value, `${config} ${path}: ${name}`);
  assert.equal(passed.headers.expires, kept ? undefined : direct.headers.expires, `${config} ${path}: expires`);
}

const LEFT_ALONE = {
  "a page that is not there": ["open", "status", page(PAGE, {}, 404)],
  "an error of the shop": ["open", "status", page(PAGE, {}, 500)],
  "a redirect": ["open", "status", page("", { location: "https://shop.example/elsewhere" }, 302)],
  "what did not change": ["open", "status", page("", {}, 304)],
  "a part of a page": ["open", "status", page(PAGE.slice(0, 9), { "content-range": "bytes 0-8/999" }, 206)],
  "something else than a page": ["open", "not_html", page('{"a":1}', { "content-type": "application/json" })],
  "a page of another kind of markup": ["open", "not_html", page(PAGE, { "content-type": "text/html-not" })],
  "what does not say what it is": ["open", "not_html", (_, response) => response.writeHead(200).end(PAGE)],
  "what must not be changed": ["open", "no_transform", page(PAGE, { "cache-control": "public, no-transform" })],
  "an encoding that the runtime does not undo": ["open", "encoded", page(Buffer.from([40, 181, 47, 253, 1, 2, 3]), { "content-encoding": "zstd" })],
  "a page that is too long": ["small", "too_large", page(PAGE, { "content-length": PAGE.length })],
  "a page with too little to show": ["nobody", "nothing", page(PAGE)],
  "a request that the shop cannot make": ["throws", "failed", page(PAGE), ["pages: the shop's own"]],
  "a request that the shop cannot make in the end": ["rejects", "failed", page(PAGE), ["pages: the shop's own"]],
  "a block that cannot be drawn": ["render", "failed", page(PAGE), ["pages: the shop's own"]],
  "a block that is drawn as nothing": ["untold", "failed", page(PAGE), ["pages: expected `render` to give a text, found undefined"]],
  "a placement that is not in the bundle": ["unknown", "failed", page(PAGE), ["pages: E_UNKNOWN_PLACEMENT"]],
  "a model that cannot be loaded": ["broken", "no_model", page(PAGE), ["bundle: E_FETCH"]],
  "a model that is not there yet": ["slow", "late", page(PAGE)],
  "a shop that thinks too long": ["hesitates", "late", page(PAGE)],
};
/** Where the shop does not say what it asks, it is not known whether it names a unit. */
const UNSAID = ["throws", "rejects", "hesitates"];
for (const [name, [config, outcome, answer, errors = []]] of Object.entries(LEFT_ALONE)) {
  for (const whose of ["everybody's", "personal", "unit"]) {
    test(`left alone: ${name} (${whose})`, async () => {
      shop["/p/KETTLE"] = answer;
      after(() => delete shop["/p/KETTLE"]);
      const nobody = outcome !== "not_html" && (whose !== "everybody's" || UNSAID.includes(config));
      await untouched(`${config}:${whose}#${name}`, "/p/KETTLE", {}, nobody && `private, no-store${outcome === "no_transform" ? ", no-transform" : ""}`);
      delete shop["/p/KETTLE"];
      assert.deepEqual(await told(`${config}:${whose}#${name}`), [{ [outcome]: 1 }, errors]);
    });
  }
}

test("a page that no block is for is the origin's, whatever the blocks of other pages are", async () => {
  for (const whose of ["personal", "unit"]) {
    for (const answer of [page(PAGE), page(PAGE, {}, 404)]) {
      shop["/elsewhere"] = answer;
      await untouched(`open:${whose}#elsewhere`, "/elsewhere");
    }
  }
});

test("in an outage of the model, too, a unit's page is kept by nobody, and everybody's as the origin allows", async () => {
  for (let n = 0; n < 3; n++) {
    await untouched("broken:unit#outage", "/p/KETTLE", {}, "private, no-store");
    await untouched("broken#outage", "/p/KETTLE");
  }
});

test("left alone: a selector that is none, a place that is not there, other methods", async () => {
  await untouched("selector#1", "/p/KETTLE");
  const [pages, [error]] = await told("selector#1");
  assert.deepEqual(pages, { failed: 1 });
  assert.match(error, /^pages: .*(selector|Parser)/i);
  assert.equal((await through("elsewhere#1", "/p/KETTLE")).text, PAGE);
  assert.deepEqual(await told("elsewhere#1"), [{ no_place: 1 }, []]);
  shop["/post"] = (request, response) => request.pipe(response.writeHead(200, HTML));
  for (const init of [{ method: "HEAD" }, { method: "POST", body: PAGE }, { method: "PUT", body: PAGE }]) await untouched("usual#methods", init.method === "HEAD" ? "/p/KETTLE" : "/post", init);
  assert.deepEqual(await told("usual#methods"), [{}, []]);
});

test("encodings that the runtime undoes", async () => {
  for (const [encoding, bytes] of [["gzip", gzipSync(PAGE)], ["br", brotliCompressSync(PAGE)]]) {
    shop["/p/CODED"] = page(bytes, { "content-encoding": encoding });
    const { text } = await (await fetch(`${worker}p/CODED`, { headers: { "x-config": "at:replace", accept: "text/html", "accept-encoding": encoding } })).text().then((text) => ({ text }));
    assert.equal(text, PAGE.replace(OLD, "[[ö😀]]"), encoding);
  }
});

test("a slow model holds no page up, and the next page has it", async () => {
  const start = performance.now();
  assert.equal((await through("slow#next", "/p/KETTLE")).text, PAGE);
  const first = performance.now() - start;
  assert.ok(first < 350, `the page took ${first.toFixed(0)} ms, the model 400`);
  await wait(500);
  assert.equal(skusIn((await through("slow#next", "/p/KETTLE")).text).length, 2);
  assert.deepEqual(await told("slow#next"), [{ late: 1, inserted: 1 }, []]);
});

test("a model that cannot be loaded is not asked for by every page", async () => {
  const before = (await stateOf("broken#often")).downloads;
  for (let n = 0; n < 20; n++) assert.equal((await through("broken#often", "/p/KETTLE")).text, PAGE);
  const { downloads, pages, errors } = await stateOf("broken#often");
  assert.deepEqual([downloads - before, pages, errors], [1, { no_model: 20 }, ["bundle: E_FETCH"]]);
});

test("a model that takes another's place while the shop thinks", async () => {
  for (let n = 0; n < 5; n++) assert.equal(skusIn((await through("replaced#1", "/p/KETTLE")).text).length, 4);
  const { looks, pages, errors } = await stateOf("replaced#1");
  assert.deepEqual([pages, errors], [{ inserted: 5 }, []]);
  assert.ok(looks > 4, `${looks} overlays`);
});

test("the origin is down: that is said, and nothing is made up", async () => {
  for (const config of ["down#1", "odd#1"]) {
    const { status, text, headers } = await through(config, "/p/KETTLE");
    assert.deepEqual([status, JSON.parse(text).error.code, headers["cache-control"]], [502, "E_ORIGIN", "no-store"]);
    const [pages, errors] = await told(config);
    assert.deepEqual([pages, errors.length], [{ origin: 1 }, 1]);
    assert.match(errors[0], /^origin: /);
  }
});

test("the handler's own routes go before, and health tells of pages", async () => {
  const { text, headers } = await through("usual#routes", "/api/health");
  assert.match(headers["content-type"], /json/);
  assert.deepEqual(JSON.parse(text).pages, {});
  await through("usual#routes", "/p/KETTLE");
  assert.deepEqual(JSON.parse((await through("usual#routes", "/api/health")).text).pages, { inserted: 1 });
  assert.equal((await through("usual#routes", "/api/nowhere", { headers: { accept: "*/*" } })).text, PAGE.replace(/x^/, ""), "what is no route is the shop's");
  assert.deepEqual((await told("usual#routes"))[0], { inserted: 1, nothing: 1 });
});

// ---- on the way

test("a page that comes slowly goes out as it comes", async () => {
  let finish;
  shop["/p/SLOW"] = (_, response) => {
    response.writeHead(200, HTML);
    response.write(PAGE.slice(0, PAGE.indexOf("<main>")));
    finish = () => response.end(PAGE.slice(PAGE.indexOf("<main>")));
  };
  const { text } = await through("looks#slow", "/p/SLOW", {
    onChunk(chunk) {
      // Only now does the shop send the rest: had nothing come through, it never would.
      if (chunk.includes("endcap-block")) finish?.();
    },
  });
  assert.ok(text.endsWith("<footer>end</footer></body></html>"));
});

test("wherever the page is cut into pieces", async () => {
  const small = `<p>é😀</p><div class="x" id="goes-with"><b title="<i>">old</b></div><!-- <div id="cart-block"> --><aside id='cart-block'>x</aside>&amp;<scr`;
  shop["/cut"] = page(small);
  const expected = small.replace('<b title="<i>">old</b>', "[[ö😀]]").replace("x</aside>", "x((second))</aside>");
  for (let size = 1; size <= small.length + 3; size++) assert.equal((await through("chunks:replace", "/cut", { headers: { "x-chunk": String(size) } })).text, expected, `pieces of ${size}`);
});

test("where the rewriter gives up, the rest of the page comes as it is", async () => {
  // Markup that a stream cannot decide: workerd's rewriter ends with an error there.
  const undecided = "<select><xmp><script>1</script></xmp></select>";
  const pages = {
    before: [`<p>1</p>${undecided}<div id="goes-with">2</div>`, (text) => text, { unreadable: 1 }],
    between: [`<div id="goes-with">2</div>${undecided}<div id="cart-block">3</div>`, (text) => text.replace(">2<", ">[[ö😀]]<"), { inserted: 1 }],
    inside: [`<div id="goes-with">2${undecided}</div><div id="cart-block">3</div>`, (text) => text.replace(">2<", ">[[ö😀]]2<"), { inserted: 1 }],
    afterwards: [`<div id="goes-with">2</div><div id="cart-block">3</div>${undecided}`, (text) => text.replace(">2<", ">[[ö😀]]<").replace("3<", "3((second))<"), { inserted: 1 }],
    tag: [`<p>1</p><img alt="${"x".repeat(8_000_000)}"><div id="goes-with">2</div>`, (text) => text, { unreadable: 1 }],
  };
  for (const [where, [text, becomes, outcome]] of Object.entries(pages)) {
    shop["/undecided"] = page(text);
    for (const size of [7, 64, 100_000].filter((size) => text.length / size < 10_000)) {
      const config = `chunks:replace#${where} ${size}`;
      const passed = await through(config, "/undecided", { headers: { "x-chunk": String(size) } });
      const [counted, errors] = await told(config);
      assert.equal(passed.text, becomes(text), config);
      assert.deepEqual(counted, outcome, config);
      // After the last place nobody looks at the page any more.
      assert.equal(errors.length, where === "afterwards" ? 0 : 1, config);
      assert.match(errors.join(), where === "afterwards" ? /^$/ : /^pages: Parser error/, config);
    }
  }
});

test("of an origin that breaks off in the middle all that came goes out, and the next page is answered", async () => {
  shop["/p/HALF"] = (_, response) => {
    response.writeHead(200, { ...HTML, "content-length": 10_000 });
    response.write(PAGE);
    setTimeout(() => response.destroy(), 30);
  };
  const passed = await through("at:append#half", "/p/HALF").catch(() => undefined);
  // Whether the client hears of the break is the runtime's: workerd, run locally, ends such an answer as if it were whole.
  if (passed !== undefined) assert.equal(passed.text, PAGE.replace(OLD, `${OLD}[[ö😀]]`));
  assert.equal((await through("at:append#half", "/p/KETTLE")).text, PAGE.replace(OLD, `${OLD}[[ö😀]]`));
});

const PLACES = ["append", "prepend", "before", "after", "replace"];
const PLACE = '<div id="goes-with">old</div>';
const latin = (bytes) => Buffer.from(bytes).toString("latin1");
const MARKUP = latin("[[ö😀]]");

/** Pages drawn from a seed: every third begins with orderly markup that holds the place, the others are anything. */
function drawnPages(count, seed) {
  const dice = (most) => Math.floor(((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32) * most);
  const some = (list, most) => Array.from({ length: dice(most) }, () => list[dice(list.length)]).join("");
  const JUNK = ["text ", "<p>", "</p>", "<", ">", "&", "&lt;", "<!-- -->", "<!--", "-->", '<a href="x>y">', "<br/>", "</", "<!", "<![CDATA[x]]>", "<?pi?>", "<script>if (a<b) '</div>'</script>", "<style>", "</style>", "<textarea>", "</textarea>", "<select>", "<option>", "</select>", "<table>", "<svg>", "</svg>", "<title>", "\u0000", "é😀", "\u0001", PLACE, `<!-- ${PLACE} -->`, `<script>"${PLACE}"</script>`, "<div id=goes-with>", "</div>", '<div id="goes-with"/>', "\r\n"];
  const CLEAN = ["text ", "<p>para</p>", "<br>", "&amp;", "<!-- note -->", "<ul><li>1<li>2</ul>", "<script>1</script>", "é😀"];
  return Array.from({ length: count }, (_, n) => {
    const clean = n % 3 === 0;
    const text = clean ? some(CLEAN, 20) + PLACE + some(JUNK, 20) : some(JUNK, 40);
    // Here and there a byte that is no UTF-8.
    const bytes = Buffer.from(text).map((byte) => (byte === 1 ? 0xff : byte));
    return { clean, bytes, at: PLACES[dice(5)], chunk: 1 + dice(bytes.length + 9) };
  });
}

/** But for the block the page is as it was; whether the block is there. */
function asItWas({ clean, bytes, at, chunk }, passed, n) {
  const [given, found] = [latin(bytes), latin(passed)];
  const where = found.indexOf(MARKUP);
  const context = `page ${n}, ${at}, in pieces of ${chunk}: ${JSON.stringify(given)} became ${JSON.stringify(found)}`;
  const place = { append: PLACE.replace("</div>", `${MARKUP}</div>`), prepend: PLACE.replace(">old", `>${MARKUP}old`), before: MARKUP + PLACE, after: PLACE + MARKUP, replace: PLACE.replace("old", MARKUP) }[at];
  if (clean) assert.equal(found, given.replace(PLACE, () => place), context);
  if (where < 0) assert.equal(found, given, context);
  if (where < 0) return false;
  const [head, tail] = [found.slice(0, where), found.slice(where + MARKUP.length)];
  if (at !== "replace") assert.equal(head + tail, given, context);
  assert.ok(given.startsWith(head) && given.endsWith(tail) && head.length + tail.length <= given.length, context);
  return true;
}

test("300 pages of all kinds: but for the block they are as they were", async () => {
  let inserted = 0;
  for (const [n, one] of drawnPages(300, 11).entries()) {
    shop["/fuzz"] = page(one.bytes);
    const { bytes } = await through(`fuzz:${one.at}`, "/fuzz", { headers: { "x-chunk": String(one.chunk) } });
    inserted += asItWas(one, bytes, n);
  }
  assert.ok(inserted > 150 && inserted < 300, `${inserted} of 300`);
});

// ---- Bun and Node

test("in Bun: the same page, the same block", async () => {
  const script = join(project, "pages-in-bun.mjs");
  writeFileSync(script, `
    import { createHandler } from "endcap/edge";
    const bundle = await Bun.file(${JSON.stringify(join(project, "pages/model.endcap"))}).bytes();
    const errors = [];
    const blocks = [{ selector: "#goes-with", personal: false, request: (_, url) => ({ placement: "pdp_complements", product: url.pathname.slice(3), limit: 2, id: "one" }) }];
    const handler = createHandler({ bundle, onError: (error, where) => errors.push(where + ": " + error.message), pages: { origin: ${JSON.stringify(ORIGIN)}, blocks, timeoutMs: 5_000 } });
    const raw = createHandler({ bundle, pages: { origin: (request) => fetch(${JSON.stringify(ORIGIN)} + new URL(request.url).pathname), blocks } });
    const told = [];
    for (const path of ["/p/KETTLE", "/bun/gzip", "/bun/undecided"]) {
      const response = await handler.fetch(new Request("http://shop.example" + path, { headers: { accept: "text/html", "accept-encoding": "gzip, br" } }));
      told.push({ status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() });
    }
    await (await raw.fetch(new Request("http://shop.example/bun/gzip"))).text();
    console.log(JSON.stringify({ told, pages: handler.state().pages, raw: raw.state().pages, errors }));
  `);
  shop["/bun/gzip"] = page(gzipSync(PAGE), { "content-encoding": "gzip" });
  shop["/bun/undecided"] = page(`<select><xmp><script>1</script></xmp></select>${PAGE}`);
  const { stdout } = await promisify(execFile)(join(here, "node_modules/.bin/bun"), [script], { cwd: project });
  const { told: [plain, coded], pages, raw: counted, errors } = JSON.parse(stdout.trim());
  const { text } = await through("looks#bun", "/p/KETTLE");
  const same = (html) => html.replace(/data-endcap-recommendation="[^"]*"/, "").replace(/[\s\u00a0]/g, " ");
  assert.equal(same(plain.text), same(text));
  assert.deepEqual([plain.headers.etag, plain.headers["content-length"], plain.headers["cache-control"]], [undefined, undefined, "public, max-age=600"]);
  assert.match(coded.text, /endcap-block/);
  assert.equal(coded.headers["content-encoding"], undefined, "what was decoded does not say that it is encoded");
  assert.deepEqual([pages, counted, errors], [{ inserted: 3 }, { encoded: 1 }, []]);
});

test("in Bun: 300 pages of all kinds", async () => {
  const pages = drawnPages(300, 12);
  const file = join(project, "pages-of-all-kinds.json");
  writeFileSync(file, JSON.stringify(pages.map(({ bytes, ...rest }) => ({ ...rest, bytes: bytes.toString("base64") }))));
  const script = join(project, "pages-of-all-kinds.mjs");
  writeFileSync(script, `
    import { createHandler } from "endcap/edge";
    const bundle = await Bun.file(${JSON.stringify(join(project, "pages/model.endcap"))}).bytes();
    const found = [];
    for (const { bytes, at, chunk } of await Bun.file(${JSON.stringify(file)}).json()) {
      const whole = Buffer.from(bytes, "base64");
      let from = 0;
      const body = new ReadableStream({ pull: (out) => (from < whole.length ? out.enqueue(new Uint8Array(whole.subarray(from, (from += chunk)))) : out.close()) });
      const origin = () => new Response(body, { headers: { "content-type": "text/html; charset=utf-8" } });
      const blocks = [{ selector: "#goes-with", personal: false, at, request: () => ({ placement: "pdp_complements", product: "KETTLE" }), render: () => "[[ö😀]]" }];
      const response = await createHandler({ bundle, pages: { origin, blocks, timeoutMs: 10_000 } }).fetch(new Request("http://shop.example/"));
      found.push(Buffer.from(await response.arrayBuffer()).toString("base64"));
    }
    console.log(JSON.stringify(found));
  `);
  const { stdout } = await promisify(execFile)(join(here, "node_modules/.bin/bun"), [script], { cwd: project, maxBuffer: 2 ** 26 });
  const inserted = JSON.parse(stdout).filter((bytes, n) => asItWas(pages[n], Buffer.from(bytes, "base64"), n)).length;
  assert.ok(inserted > 150 && inserted < 300, `${inserted} of 300`);
});

test("in Node: the page as it is, and the reason", async () => {
  const pages = { origin: ORIGIN, blocks: [{ selector: "#goes-with", request: () => ({ placement: "cart" }) }] };
  const handler = createHandler({ bundle, onError: nothingFails, pages });
  const at = (path, init) => handler.fetch(new Request(`https://shop.example${path}`, { headers: { accept: "text/html" }, ...init }));
  const answer = await at("/p/KETTLE");
  assert.deepEqual([answer.status, await answer.text(), answer.headers.get("etag"), answer.headers.get("cache-control")], [200, PAGE, HTML.etag, "private, no-store"]);
  assert.deepEqual(handler.state().pages, { no_rewriter: 1 });
  const open = createHandler({ bundle, onError: nothingFails, pages: { ...pages, blocks: [{ ...pages.blocks[0], personal: false }] } });
  assert.equal((await open.fetch(new Request("https://shop.example/p/KETTLE", { headers: { accept: "text/html" } }))).headers.get("cache-control"), HTML["cache-control"]);
  shop["/coded"] = page(gzipSync(PAGE), { "content-encoding": "gzip" });
  const coded = await at("/coded");
  assert.deepEqual([await coded.text(), coded.headers.get("content-encoding"), coded.headers.get("etag")], [PAGE, null, HTML.etag]);
  shop["/moved"] = page("", { location: "/elsewhere" }, 302);
  assert.deepEqual([(await at("/moved")).status, (await at("/moved")).headers.get("location")], [302, "/elsewhere"]);
  shop["/post"] = (request, response) => request.pipe(response.writeHead(201, HTML));
  const posted = await at("/post", { method: "POST", body: "a=1", headers: { connection: "keep-alive", "transfer-encoding": "chunked" } });
  assert.deepEqual([posted.status, await posted.text()], [201, "a=1"]);
  await at("//elsewhere.example/x");
  assert.deepEqual([seen.at(-1).url, seen.at(-1).headers["x-forwarded-host"], seen.at(-1).headers["x-forwarded-proto"], seen.at(-1).headers["accept-encoding"]], ["//elsewhere.example/x", "shop.example", "https", "identity"]);
});

test("options that make no sense are refused when the handler is made", () => {
  const block = { selector: "p", request: () => undefined };
  for (const [pages, why] of [
    [{ blocks: [block] }, /expected `pages\.origin`/],
    [{ origin: "ftp://a/", blocks: [block] }, /address of the web/],
    [{ origin: ORIGIN, blocks: [] }, /1 to 32 entries/],
    [{ origin: ORIGIN, blocks: Array(33).fill(block) }, /1 to 32 entries/],
    [{ origin: ORIGIN, blocks: [{ selector: "p" }] }, /a function `request`/],
    [{ origin: ORIGIN, blocks: [block], timeoutMs: -1 }, /`pages\.timeoutMs` of at least 0, found -1/],
    [{ origin: ORIGIN, blocks: [block], mostBytes: 0 }, /`pages\.mostBytes` above 0/],
  ]) assert.throws(() => createHandler({ bundle, pages }), why);
});

test("every outcome is one of the list, and each of the list is tried here", () => {
  const tried = ["inserted", "undrawn", "no_place", "unreadable", "no_rewriter", "origin", ...Object.values(LEFT_ALONE).map(([, outcome]) => outcome)];
  assert.deepEqual([...new Set(tried)].toSorted(), [...PAGE_OUTCOMES].toSorted());
});

// ---- sources

const sameBytes = (found, bytes) => assert.ok(Buffer.from(found).equals(Buffer.from(bytes)));

/** What every source must do. `put` puts bytes there. */
async function isSource(source, put) {
  await assert.rejects(source(), (error) => error.code === "E_FETCH" || error.code === "ENOENT");
  await put(bundle);
  const first = await source();
  sameBytes(first.bytes, bundle);
  assert.ok(first.tag.length > 0);
  assert.equal(await source(first.tag), null, "what is known is not loaded");
  await put(golden("v1.endcap"));
  const second = await source(first.tag);
  sameBytes(second.bytes, golden("v1.endcap"));
  assert.notEqual(second.tag, first.tag);
  assert.equal(await source(second.tag), null);
}

test("the bundle in R2, and in the assets of a Worker", async () => {
  const folder = temporary();
  writeFileSync(join(folder, "model.endcap"), bundle);
  const cloudflare = new Miniflare({ modules: true, script: "export default { fetch: () => new Response() }", compatibilityDate: "2025-05-01", cf: false, r2Buckets: ["R2"], assets: { directory: folder, binding: "ASSETS" } });
  after(() => cloudflare.dispose());
  const { R2, ASSETS } = await cloudflare.getBindings();
  await isSource(edge.r2Source(R2, "model.endcap"), (bytes) => R2.put("model.endcap", bytes.slice().buffer));
  const file = edge.assetsSource(ASSETS, "/model.endcap");
  const found = await file();
  sameBytes(found.bytes, bundle);
  assert.equal(await file(found.tag), null);
  await assert.rejects(edge.assetsSource(ASSETS, "/not-there.endcap")(), { code: "E_FETCH" });
});

test("the bundle in KV, which knows no tags but those in its metadata", async () => {
  const KV = await miniflare.getKVNamespace("KV", "front");
  const source = (key) => async (known) => {
    const response = await fetch(`${worker}__kv?key=${key}${known ? `&known=${known}` : ""}`);
    if (response.status === 500) throw Object.assign(new Error(), { code: await response.text() });
    return response.status === 204 ? null : { bytes: await response.arrayBuffer(), tag: response.headers.get("x-tag") };
  };
  let version = 0;
  await isSource(source("model"), (bytes) => KV.put("model", bytes.slice().buffer, { metadata: { tag: `v${version++}` } }));
  await KV.put("untagged", bundle.slice().buffer);
  const { tag } = await source("untagged")();
  assert.equal(tag, "");
  sameBytes((await source("untagged")(tag)).bytes, bundle);
  // Of what is known not a byte is read.
  let pulled = 0;
  const value = () => new ReadableStream({ pull: (out) => (pulled++, out.enqueue(bundle), out.close()) }, { highWaterMark: 0 });
  const counted = edge.kvSource({ getWithMetadata: async () => ({ value: value(), metadata: { tag: "a" } }) }, "model");
  assert.deepEqual([await counted("a"), pulled], [null, 0]);
  assert.deepEqual([(await counted("b")).tag, pulled], ["a", 1]);
});

test("the bundle in a file", async () => {
  const path = join(temporary(), "model.endcap");
  const put = async (bytes) => {
    await wait(10);
    writeFileSync(`${path}.part`, bytes);
    renameSync(`${path}.part`, path);
  };
  await isSource(edge.fileSource(path), put);
  assert.ok((await edge.fileSource(pathToFileURL(path))()).bytes.length > 0);
});

test("the bundle at an address: with its tag, with headers, and as an address alone", async () => {
  let [bytes, full] = [undefined, 0];
  shop["/model.endcap"] = (request, response) => {
    if (request.headers.authorization === "Bearer wrong") return response.writeHead(401).end();
    if (bytes === undefined) return response.writeHead(404).end();
    const etag = `"${bytes.length}"`;
    if (request.headers["if-none-match"] === etag) return response.writeHead(304, { etag }).end();
    full++;
    response.writeHead(200, { etag }).end(bytes);
  };
  await isSource(edge.fetchSource(`${ORIGIN}/model.endcap`), (given) => (bytes = given));
  await assert.rejects(edge.fetchSource(`${ORIGIN}/model.endcap`, { authorization: "Bearer wrong" })(), { code: "E_FETCH" });
  full = 0;
  bytes = bundle;
  const handler = createHandler({ bundle: `${ORIGIN}/model.endcap`, bundleMs: 5, onError: nothingFails });
  const health = async () => (await handler.fetch(new Request("https://shop.example/health"))).json();
  for (let n = 0; n < 5; n++) await health().then(() => wait(20));
  assert.equal(full, 1, "looked at five times, loaded once");
  bytes = golden("v1.endcap");
  const { model } = await health();
  await wait(50);
  assert.notEqual((await health()).model, model);
  assert.equal(full, 2);
});

test("a source that fails or hangs leaves the last good model in force", async () => {
  const told = [];
  let give = async () => ({ bytes: bundle, tag: "1" });
  const asked = [];
  const handler = createHandler({ bundle: (known) => (asked.push(known), give()), bundleMs: 5, timeoutMs: 30, onError: (error, where) => told.push(`${where}: ${error.code ?? error.message}`) });
  const model = async () => (await (await handler.fetch(new Request("https://shop.example/health"))).json()).model;
  const first = await model();
  for (const [broken, why] of [
    [async () => { throw new Error("the store is away") }, "bundle: the store is away"],
    [() => new Promise(() => {}), "bundle: E_TIMEOUT"],
    [async () => ({ bytes: bundle.slice(0, 400), tag: "2" }), "model: E_TRUNCATED"],
  ]) {
    give = broken;
    for (const start = performance.now(); !told.includes(why); await wait(10)) {
      assert.equal(await model(), first);
      assert.ok(performance.now() - start < 3_000, `${why} was never told: ${told.join()}`);
    }
    assert.equal(await model(), first);
  }
  assert.deepEqual([...new Set(asked)], [undefined, "1"], "a broken bundle's tag is not known");
  give = async () => ({ bytes: golden("v1.endcap"), tag: "3" });
  for (const start = performance.now(); (await model()) === first; await wait(10)) assert.ok(performance.now() - start < 3_000);
  await wait(20);
  assert.equal(handler.state().failing, null);
});

test("a model that is not there at first is told of, and taken when it comes", async () => {
  const told = [];
  let give = async () => { throw new Error("not yet") };
  const handler = createHandler({ bundle: () => give(), onError: (error, where) => told.push(`${where}: ${error.message}`) });
  const health = () => handler.fetch(new Request("https://shop.example/health"));
  assert.equal((await health()).status, 503);
  assert.deepEqual(told, ["bundle: not yet"]);
  give = async () => new Response(bundle);
  assert.deepEqual([(await health()).status, handler.state().failing], [200, null]);
});
