// `endcap/loading` in Chromium: files kept for visits without a network, and slices fetched in an idle moment.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { importIn, installed, nameless, nativeBinary, serve, temporary } from "./support.mjs";

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
if (!executablePath) throw new Error("no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");

const { project } = installed();
const { load } = await importIn(project, "endcap");
const { createCache, idle } = await importIn(project, "endcap/loading");
const endcap = nativeBinary();
if (!endcap) throw new Error("there is no native binary to train with: run `cargo build`, or set ENDCAP");

/** A shop of pairs that are bought together, trained; `turn` makes it another one. */
function shop(turn) {
  const directory = temporary();
  const skus = Array.from({ length: 16 }, (_, n) => `sku${n}`);
  const orders = Array.from({ length: 600 }, (_, n) => {
    const pair = (n * 7 + (n >> 4)) % 8;
    const items = n % 5 === turn ? [pair, 15 - pair] : [2 * pair, 2 * pair + 1];
    return items.map((item) => `o${n},${skus[item]},1,2026-0${1 + (n % 9)}-1${n % 10},c${n % 90}`);
  });
  writeFileSync(join(directory, "catalog.csv"), ["sku,title,category,price", ...skus.map((sku, n) => `${sku},Product ${n},Category ${n % 3},${10 + n}`)].join("\n"));
  writeFileSync(join(directory, "orders.csv"), ["order_id,sku,quantity,date,customer_id", ...orders.flat()].join("\n"));
  writeFileSync(join(directory, "endcap.toml"), '[placement.cart]\nstrategy = "cart_addons"\nlimit = 4\n');
  execFileSync(endcap, ["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "--config", "endcap.toml", "--allow-weak", "-o", "model.endcap"], { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  return directory;
}
const cut = (directory, ...options) => {
  execFileSync(endcap, ["slice", "model.endcap", ...options, "-o", "slice.endcap"], { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  return readFileSync(join(directory, "slice.endcap"));
};
const [first, second] = [shop(1), shop(2)];
const cart = cut(first, "--relations", "cart");
const rest = cut(first, "--relations", "bought_together", "--addition");
const cards = cut(first, "--relations", "cards", "--addition");
const newer = cut(second, "--relations", "cart");
const newerRest = cut(second, "--relations", "bought_together", "--addition");
const overlay = Buffer.from((await (await importIn(project, "endcap/studio")).load(cart)).overlay({ items: { sku1: { availability: "out" } }, revision: 7 }));
const request = { placement: "cart", cart: [{ sku: "sku0" }] };
const inNode = await load(cart);
assert.equal(inNode.recommend(request).items[0].sku, "sku1");
const { model: MODEL, bytes: LOADED } = inNode.info();
const { model: NEWER } = (await load(newer)).info();

const [A, B] = ["3f9a41c07bd25e86", "00d1c2b3a4958677"];
const sri = (bytes) => `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
const dist = (name) => readFileSync(join(project, "node_modules/endcap/dist", name));
const TYPES = { js: "text/javascript", wasm: "application/wasm", html: "text/html" };
const SHELL = ["/", "/index.js", "/slim.js", "/loading.js"];
const WORKER = `
  addEventListener("install", (event) => event.waitUntil(caches.open("shell").then((shell) => shell.addAll(${JSON.stringify(SHELL)}))));
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("fetch", (event) => event.respondWith(caches.match(event.request).then((found) => found ?? fetch(event.request))));
`;

/** What the server gives: bytes, or a function of the response. */
let files;
/** How often each path was asked for, and what is to be seen of it. */
let asked;
const answer = (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  asked[pathname] = (asked[pathname] ?? 0) + 1;
  const file = files[pathname];
  if (typeof file === "function") return file(response, request);
  response.writeHead(file ? 200 : 404, { "content-type": TYPES[pathname === "/" ? "html" : pathname.split(".").at(-1)] ?? "application/octet-stream" }).end(file);
};
const origin = await serve(new Proxy({}, { get: () => answer }));
const down = (response) => response.destroy();

const browser = await chromium.launch({ executablePath, args: ["--host-resolver-rules=MAP shop.test 127.0.0.1"] });
after(() => browser.close());
let context;
let wrong;
beforeEach(async () => {
  asked = {};
  wrong = [];
  files = {
    "/": "<!doctype html><title>shop</title>",
    ...Object.fromEntries(["index.js", "slim.js", "loading.js", "endcap_bg.wasm"].map((name) => [`/${name}`, dist(name)])),
    "/worker.js": WORKER, "/favicon.ico": "-",
    "/cart.endcap": cart, "/rest.endcap": rest, "/cards.endcap": cards, "/live.overlay": overlay,
    [`/cart.${A}.endcap`]: cart, [`/cart.${B}.endcap`]: newer,
  };
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  assert.deepEqual(wrong, [], "no error of the page that nobody caught");
});

async function page(path = "/", base = origin) {
  const tab = await context.newPage();
  tab.on("pageerror", (error) => wrong.push(String(error)));
  await tab.goto(`${base}${path}`);
  return tab;
}

/** Loads in a page: what it is and answers, or the code it fails with; and what its cache told. */
const visit = (tab, source = "/cart.endcap", options = {}) =>
  tab.evaluate(async ([source, { slim, name, add, abort, wait, ...options }, request]) => {
    const [{ load }, { createCache }] = [await import(slim ? "/slim.js" : "/index.js"), await import("/loading.js")];
    const told = [];
    const onCached = ({ url, error }) => told.push([new URL(url).pathname, error?.code ?? null]);
    const stop = new AbortController();
    if (abort) setTimeout(() => stop.abort(), 100);
    try {
      const recommender = await load(source, { ...options, cache: createCache({ onCached, ...(name && { name }) }), signal: stop.signal });
      if (add) await recommender.add(add);
      const { items } = recommender.recommend(request);
      const drawn = options.cards ? (await recommender.cards([items[0].sku])).length : undefined;
      const { model, sections, overlay } = recommender.info();
      recommender.free();
      return { model, told, items, overlay, drawn, relations: sections.length };
    } catch (error) {
      return { code: error.code ?? String(error), advice: error.advice, told };
    }
  }, [source, options, request]);

/** What the cache holds: path of the key, address and size of each copy. */
const kept = (tab, name = "endcap") =>
  tab.evaluate(async (name) => {
    const cache = await caches.open(name);
    return Promise.all((await cache.keys()).map(async (key) => {
      const copy = (await cache.match(key)) ?? Response.error(); // It may go meanwhile.
      return [decodeURIComponent(new URL(key.url).pathname), copy.headers.get("endcap-address")?.replace(location.origin, "") ?? null, (await copy.arrayBuffer()).byteLength];
    }));
  }, name);

async function until(holds, what) {
  const start = performance.now();
  for (;;) {
    if (await holds()) return;
    assert.ok(performance.now() - start < 15_000, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const copies = (tab, count, name) => until(async () => (await kept(tab, name)).length === count, `${count} copies`);
const settle = (tab) => tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 150)));

test("reloaded without a network, a page answers as before: bundle, engine, overlay, cards", async () => {
  const tab = await page();
  await tab.evaluate(() => navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready));
  const options = { slim: true, engine: "/endcap_bg.wasm", overlay: "/live.overlay", overlayMs: Infinity, cards: "/cards.endcap" };
  const online = await visit(tab, "/cart.endcap", options);
  assert.equal(online.model, MODEL, JSON.stringify(online));
  assert.ok(online.overlay !== null && online.drawn === 1);
  assert.deepEqual(online.told, []);
  await copies(tab, 4);
  await context.setOffline(true);
  await tab.reload();
  const { told, ...offline } = await visit(tab, "/cart.endcap", options);
  assert.deepEqual({ ...offline, told: [] }, online);
  assert.deepEqual(told.toSorted(), ["/cards.endcap", "/cart.endcap", "/endcap_bg.wasm", "/live.overlay"].map((path) => [path, "E_FETCH"]));
  assert.equal((await visit(tab, "/rest.endcap")).code, "E_FETCH", "what was never kept fails as ever");
  await context.setOffline(false);
});

test("where the network brings no sound file, the last good copy is used and told of, and stays", async () => {
  const tab = await page();
  await visit(tab);
  await copies(tab, 1);
  const flipped = Uint8Array.from(cart, (byte, at) => (at === cart.length >> 1 ? byte ^ 0x5a : byte));
  const failures = {
    E_DAMAGED: flipped,
    E_TRUNCATED: cart.subarray(0, -1),
    E_NOT_A_BUNDLE: "<!doctype html><title>not here</title>",
    E_FETCH: (response) => response.writeHead(503).end(),
    E_TIMEOUT: () => {},
  };
  for (const [code, file] of Object.entries(failures)) {
    files["/cart.endcap"] = file;
    const { model, told } = await visit(tab, "/cart.endcap", { timeoutMs: code === "E_TIMEOUT" ? 300 : 10_000 });
    assert.deepEqual({ model, told }, { model: MODEL, told: [["/cart.endcap", code]] });
    assert.deepEqual(await kept(tab), [["/cart.endcap", "/cart.endcap", cart.length]]);
  }
  files["/cart.endcap"] = newer;
  assert.equal((await visit(tab)).model, NEWER, "the network goes before the copy");
});

test("what is unsound, or must not be stored, is never kept", async () => {
  const tab = await page();
  for (const [path, file] of Object.entries({ "/short.endcap": cart.subarray(0, 99), "/page.endcap": "<!doctype html>", "/broken.endcap": (response) => response.writeHead(500).end(cart) })) {
    files[path] = file;
    const { code, advice } = await visit(tab, path);
    assert.match(code, /^E_(TRUNCATED|NOT_A_BUNDLE|FETCH)$/);
    assert.ok(advice.length > 0);
  }
  assert.equal((await visit(tab, "/cart.endcap", { integrity: sri(newer) })).code, "E_INTEGRITY");
  files["/private.endcap"] = (response) => response.writeHead(200, { "cache-control": "private, no-store" }).end(cart);
  assert.equal((await visit(tab, "/private.endcap")).model, MODEL);
  // The bundle is sound, the engine is not: neither was used, so neither is kept.
  assert.equal((await visit(await page(), "/cart.endcap", { slim: true, engine: "/rest.endcap" })).code, "E_ARGUMENT");
  await settle(tab);
  assert.deepEqual(await kept(tab), []);
});

test("a hashed name is asked for once; a new one takes its place", async () => {
  const tab = await page();
  const [old, young] = [`/cart.${A}.endcap`, `/cart.${B}.endcap`];
  assert.deepEqual((await visit(tab, old)).told, []);
  await copies(tab, 1);
  for (let times = 0; times < 3; times++) {
    const { model, told } = await visit(tab, `${old}#part`);
    assert.deepEqual({ model, told }, { model: MODEL, told: [[old, null]] });
  }
  assert.equal(asked[old], 1);
  assert.equal((await visit(tab, young)).model, NEWER);
  await until(async () => (await kept(tab))[0][1] === young, "the new one is kept");
  assert.deepEqual(await kept(tab), [["/cart.*.endcap", young, newer.length]]);
  assert.equal((await visit(tab, young)).model, NEWER);
  assert.equal(asked[young], 1);
  assert.equal((await visit(tab, old)).model, MODEL);
  assert.equal(asked[old], 2, "what gave way is asked for again");
});

test("a new hashed name that does not come: the version before stands in", async () => {
  const tab = await page();
  await visit(tab, `/cart.${A}.endcap`);
  await copies(tab, 1);
  files[`/cart.${B}.endcap`] = down;
  const { model, told } = await visit(tab, `/cart.${B}.endcap`);
  assert.deepEqual({ model, told }, { model: MODEL, told: [[`/cart.${B}.endcap`, "E_FETCH"]] });
});

test("names: what is a hash and what is not", async () => {
  const tab = await page();
  const hashed = [`/deep/${A}.endcap`, `/deep/${B}.endcap`, `/cart-${A.toUpperCase()}.min.endcap`, `/cart_${A}${B}`];
  const plain = [`/${A}/cart.endcap`, "/cart.0123456789abcde.endcap", `/cart${A}.endcap`, `/query.endcap?v=${A}`];
  for (const path of [...hashed, ...plain]) files[new URL(path, origin).pathname] = cart;
  for (const path of [...hashed, ...plain]) await visit(tab, path);
  await copies(tab, 8);
  for (const path of [...hashed, ...plain]) assert.equal((await visit(tab, path)).told.length, hashed.includes(path) ? 1 : 0, path);
});

test("integrity: a copy that hashes right is as good as the file; any other is none", async () => {
  const tab = await page();
  const right = { integrity: sri(cart) };
  await visit(tab, "/cart.endcap", right);
  await copies(tab, 1);
  assert.deepEqual((await visit(tab, "/cart.endcap", right)).told, [["/cart.endcap", null]]);
  assert.equal(asked["/cart.endcap"], 1);
  files["/cart.endcap"] = newer;
  assert.equal((await visit(tab, "/cart.endcap", { integrity: sri(newer) })).model, NEWER);
  await until(async () => (await kept(tab))[0][2] === newer.length, "the new one is kept");
  files["/cart.endcap"] = down;
  assert.equal((await visit(tab, "/cart.endcap", right)).code, "E_FETCH", "the copy is another file");
  files["/cart.endcap"] = cart;
  for (const options of [{ integrity: "md5-AAAA" }, { timeoutMs: -1 }]) assert.equal((await visit(tab, "/cart.endcap", options)).code, "E_ARGUMENT");
});

test("a copy that went bad is fetched anew and mended", async () => {
  const tab = await page();
  const path = `/cart.${A}.endcap`;
  await visit(tab, path);
  await copies(tab, 1);
  await tab.evaluate(async () => {
    const cache = await caches.open("endcap");
    const [key] = await cache.keys();
    await cache.put(key, new Response(new Uint8Array(500), { headers: (await cache.match(key)).headers }));
  });
  const { model, told } = await visit(tab, path);
  assert.deepEqual({ model, told }, { model: MODEL, told: [] });
  await until(async () => (await kept(tab))[0][2] === cart.length, "mended");
  assert.equal(asked[path], 2);
});

test("what has the tag of the copy is not written again", async () => {
  const tab = await page();
  let tag = '"1"';
  files["/cart.endcap"] = (response) => response.writeHead(200, { etag: tag, "cache-control": "no-cache" }).end(cart);
  await visit(tab);
  await copies(tab, 1);
  const puts = () => tab.evaluate(() => (globalThis.puts ??= (() => {
    const put = Cache.prototype.put;
    const counted = { count: 0 };
    Cache.prototype.put = function (...given) { counted.count++; return put.apply(this, given); };
    return counted;
  })()).count);
  await puts();
  await visit(tab);
  await settle(tab);
  assert.equal(await puts(), 0);
  tag = '"2"';
  await visit(tab);
  await until(async () => (await puts()) === 1, "a new tag is written");
});

test("slices of another training: the copy of the same one joins", async () => {
  const tab = await page();
  await visit(tab, `/cart.${A}.endcap`, { add: "/rest.endcap" });
  await copies(tab, 2);
  files["/rest.endcap"] = newerRest;
  const { model, told } = await visit(tab, `/cart.${A}.endcap`, { add: "/rest.endcap" });
  assert.equal(model, MODEL);
  assert.deepEqual(told, [[`/cart.${A}.endcap`, null], ["/rest.endcap", "E_OTHER_MODEL"]]);
  assert.equal((await visit(tab, `/cart.${B}.endcap`, { add: "/rest.endcap" })).model, NEWER);
});

test("an aborted load ends as one, whatever is kept", async () => {
  const tab = await page();
  await visit(tab);
  await copies(tab, 1);
  files["/cart.endcap"] = () => {};
  const { code, told } = await visit(tab, "/cart.endcap", { abort: true });
  assert.deepEqual({ code, told }, { code: "E_ABORTED", told: [] });
});

test("at most twelve files are kept, the oldest go, and nothing of anybody else's", async () => {
  const tab = await page();
  await tab.evaluate(async () => {
    const cache = await caches.open("shop");
    await cache.put("/of-the-page", new Response("mine"));
    await cache.put("/cart.endcap?endcap=0.0.0", new Response("of another version"));
  });
  for (let n = 1; n <= 14; n++) {
    files[`/cart${n}.endcap`] = cart;
    await visit(tab, `/cart${n}.endcap`, { name: "shop" });
    const path = `/cart${n}.endcap`;
    await until(async () => (await kept(tab, "shop")).some(([key]) => key === path), path);
  }
  await copies(tab, 13, "shop");
  assert.deepEqual((await kept(tab, "shop")).map(([key]) => key), ["/of-the-page", ...Array.from({ length: 12 }, (_, n) => `/cart${n + 3}.endcap`)]);
  await tab.evaluate(() => caches.delete("shop"));
  assert.deepEqual(await kept(tab), [], "nothing is kept elsewhere");
});

test("where the cache refuses, all is as without it", async () => {
  const refusals = {
    "no permission": () => (CacheStorage.prototype.open = () => Promise.reject(new DOMException("no", "SecurityError"))),
    "it throws": () => (CacheStorage.prototype.open = () => { throw new Error("no"); }),
    "no room": () => (Cache.prototype.put = () => Promise.reject(new DOMException("full", "QuotaExceededError"))),
    "no such object": () => Object.defineProperty(globalThis, "caches", { get: () => { throw new DOMException("sandboxed", "SecurityError"); } }),
  };
  for (const [name, refuse] of Object.entries(refusals)) {
    const tab = await page();
    await tab.evaluate(refuse);
    for (const path of ["/cart.endcap", `/cart.${A}.endcap`]) {
      files[path] = cart;
      assert.equal((await visit(tab, path)).model, MODEL, name);
      await settle(tab);
      files[path] = down;
      const { code, told } = await visit(tab, path);
      assert.deepEqual({ code, told }, { code: "E_FETCH", told: [] }, name);
    }
    await tab.close();
  }
});

test("an insecure page has no cache, and loads", async () => {
  const tab = await page("/", origin.replace("127.0.0.1", "shop.test"));
  assert.equal(await tab.evaluate(() => typeof caches), "undefined");
  assert.equal((await visit(tab, `/cart.${A}.endcap`)).model, MODEL);
});

test("two tabs at once: both answer, and one sound copy is left", async () => {
  const tabs = await Promise.all([page(), page()]);
  const paths = [`/cart.${A}.endcap`, `/cart.${B}.endcap`];
  for (let round = 0; round < 8; round++) {
    const found = await Promise.all(tabs.map((tab, at) => visit(tab, paths[(at + round) % 2])));
    assert.deepEqual(found.map(({ model }) => model), tabs.map((_, at) => [MODEL, NEWER][(at + round) % 2]));
  }
  await settle(tabs[0]);
  const [[, address, size], ...others] = await kept(tabs[0]);
  assert.deepEqual(others, []);
  assert.equal(size, address === paths[0] ? cart.length : newer.length);
});

test("a listener that fails fails no load", async () => {
  const tab = await page();
  await visit(tab);
  await copies(tab, 1);
  files["/cart.endcap"] = down;
  const model = await tab.evaluate(async () => {
    const [{ load }, { createCache }] = [await import("/index.js"), await import("/loading.js")];
    return (await load("/cart.endcap", { cache: createCache({ onCached: () => { throw new Error("mine"); } }) })).info().model;
  });
  assert.equal(model, MODEL);
  assert.deepEqual(wrong.splice(0), ["Error: mine"], "and is reported");
});

// ---- slices in an idle moment

/** Loads the cart slice, adds the rest when idle; the page's `joined` says how that ended. */
const later = (tab, { source = "/rest.endcap", options = {}, signalled = false } = {}) =>
  tab.evaluate(async ([source, options, signalled]) => {
    const [{ load }, { idle }] = [await import("/index.js"), await import("/loading.js")];
    globalThis.recommender = await load("/cart.endcap");
    globalThis.stop = new AbortController();
    globalThis.joined = "waiting";
    const adding = recommender.add(source, { when: idle(options), ...(signalled && { signal: stop.signal }) });
    adding.then((joined) => (globalThis.joined = joined), (error) => (globalThis.joined = error.code));
  }, [source, options, signalled]);
const ended = (tab) => tab.waitForFunction(() => globalThis.joined !== "waiting", null, { timeout: 30_000 }).then(() => tab.evaluate(() => globalThis.joined));

/** A page whose picture is on its way until `arrive` is called. */
async function loadingPage() {
  let arrive;
  files["/slow"] = (response) => response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>shop</title><img src="/picture.svg">`);
  const waiting = new Promise((resolve) => {
    files["/picture.svg"] = (response) => {
      arrive = () => response.writeHead(200, { "content-type": "image/svg+xml" }).end("<svg xmlns='http://www.w3.org/2000/svg'/>");
      resolve();
    };
  });
  const tab = await context.newPage();
  tab.on("pageerror", (error) => wrong.push(String(error)));
  await tab.goto(`${origin}/slow`, { waitUntil: "domcontentloaded" });
  await waiting;
  return { tab, arrive };
}

for (const told of [true, false]) {
  test(`a slice comes after the page's load and not before, at low priority, ${told ? "where" : "also where no"} idle moments are told`, async () => {
    if (!told) await context.addInitScript(() => delete globalThis.requestIdleCallback);
    const { tab, arrive } = await loadingPage();
    const priorities = [];
    const devtools = await context.newCDPSession(tab);
    devtools.on("Network.requestWillBeSent", ({ request }) => priorities.push([new URL(request.url).pathname, request.initialPriority]));
    await devtools.send("Network.enable");
    await later(tab);
    await tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
    assert.equal(asked["/rest.endcap"], undefined);
    assert.equal(await tab.evaluate(() => document.readyState), "interactive");
    arrive();
    assert.equal(await ended(tab), true);
    assert.equal(asked["/rest.endcap"], 1);
    assert.deepEqual(await tab.evaluate(() => recommender.info().relations.filter(({ loaded }) => loaded).map(({ kind }) => kind)), ["cart", "bought_together"]);
    assert.deepEqual(priorities.filter(([path]) => path.endsWith(".endcap")), [["/cart.endcap", "High"], ["/rest.endcap", "Low"]]);
  });
}

test("free ends it: before the page has loaded, and on its way", async () => {
  const { tab, arrive } = await loadingPage();
  await later(tab);
  await tab.evaluate(() => recommender.free());
  assert.equal(await ended(tab), "E_FREED");
  arrive();
  await tab.waitForLoadState("load");
  await tab.evaluate(() => new Promise((resolve) => requestIdleCallback(() => setTimeout(resolve, 200))));
  assert.equal(asked["/rest.endcap"], undefined);

  let closed = 0;
  files["/rest.endcap"] = (response) => response.on("close", () => closed++);
  for (const signalled of [false, true]) {
    delete asked["/rest.endcap"];
    await later(tab, { signalled });
    await until(() => asked["/rest.endcap"] === 1, "it is asked for");
    await tab.evaluate(() => recommender.free());
    assert.equal(await ended(tab), "E_FREED");
    await until(() => closed === (signalled ? 2 : 1), "the request is given up");
  }
});

test("a signal ends it, with its own code", async () => {
  const { tab, arrive } = await loadingPage();
  await later(tab, { signalled: true });
  await tab.evaluate(() => stop.abort());
  assert.equal(await ended(tab), "E_ABORTED");
  assert.equal(await tab.evaluate(() => recommender.recommend({ placement: "cart" }).items.length > 0), true);
  arrive();
});

test("where the visitor saves data it is left out, unless it is asked for", async () => {
  await context.addInitScript(() => Object.defineProperty(navigator, "connection", { value: { saveData: true } }));
  const tab = await page();
  await later(tab);
  assert.equal(await ended(tab), false);
  await settle(tab);
  assert.equal(asked["/rest.endcap"], undefined);
  await later(tab, { options: { saveData: true } });
  assert.equal(await ended(tab), true);
});

test("what the network fails to bring is asked for once more; what is wrong is not", async () => {
  const [good, bad, foreign] = await Promise.all([page(), page(), page()]);
  files["/good.endcap"] = (response) => (asked["/good.endcap"] === 1 ? response.writeHead(503).end() : response.end(rest));
  files["/bad.endcap"] = (response) => response.writeHead(503).end();
  files["/foreign.endcap"] = newerRest;
  await Promise.all([later(good, { source: "/good.endcap" }), later(bad, { source: "/bad.endcap" }), later(foreign, { source: "/foreign.endcap" })]);
  // Nobody waits for this one: `wrong` stays empty.
  await bad.evaluate(async () => void recommender.add("/bad.endcap", { when: (await import("/loading.js")).idle() }));
  assert.deepEqual(await Promise.all([ended(good), ended(bad), ended(foreign)]), [true, "E_FETCH", "E_OTHER_MODEL"]);
  await until(() => asked["/bad.endcap"] === 4, "twice each");
  await settle(bad);
  assert.deepEqual([asked["/good.endcap"], asked["/bad.endcap"], asked["/foreign.endcap"]], [2, 4, 1]);
});

// ---- where there is no page

test("in Node the options do no harm: same answers, same codes, no wait", async () => {
  const told = [];
  const cache = createCache({ onCached: (event) => told.push(event) });
  const recommender = await load(`${origin}/cart.${A}.endcap`, { cache });
  assert.deepEqual(nameless(recommender.recommend(request)), nameless(inNode.recommend(request)));
  assert.equal(await recommender.add(`${origin}/rest.endcap`, { when: idle() }), true);
  assert.ok(recommender.info().bytes > LOADED);
  (await load(`${origin}/cart.${A}.endcap`, { cache })).free();
  assert.equal(asked[`/cart.${A}.endcap`], 2);
  files[`/cart.${A}.endcap`] = down;
  await assert.rejects(load(`${origin}/cart.${A}.endcap`, { cache }), { code: "E_FETCH" });
  await assert.rejects(load("/cart.endcap", { cache }), { code: "E_FETCH" });
  assert.deepEqual(told, []);
});

test("what is no cache and no moment is refused", async () => {
  for (const cache of [true, "endcap", {}, null]) await assert.rejects(load(cart, { cache }), { code: "E_ARGUMENT", message: /createCache/ });
  for (const when of [true, "idle", {}, null]) await assert.rejects(inNode.add(rest, { when }), { code: "E_ARGUMENT", message: /idle/ });
});
