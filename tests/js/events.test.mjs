// `endcap/events` and the route that takes them: GA4's names, consent, batches that arrive, and what a browser counts as seen.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { dealtShop, freePort, golden, here, importIn, installed, nativeBinary, root, serve, temporary } from "./support.mjs";

const { project } = installed();
const { createEvents, createUnit } = await importIn(project, "endcap/events");
const { createHandler, fetchSink, fileSink, kvSink } = await importIn(project, "endcap/edge");
const { load } = await importIn(project, "endcap");
const bundle = golden("v1_complete.endcap");
const recommender = await load(bundle);
const answer = () => recommender.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }], now: "2026-11-26T10:00:00Z" });
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const yes = () => true;
const endcap = nativeBinary();
assert.ok(endcap, "there is no native binary: run `cargo build`, or set ENDCAP");
const cli = (cwd, ...args) => execFileSync(endcap, ["events", ...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** A server that keeps what it is sent; `broken` is the status that it answers with instead. */
const arrived = [];
const lengths = []; // of the bodies, in bytes
let broken;
const handler = createHandler({ bundle, events: (events) => void arrived.push(...events), cors: "*" });
async function readAll(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}
const origin = await serve({
  "/events": async (request, response) => {
    const body = await readAll(request);
    lengths.push(body.length);
    if (broken) return response.writeHead(broken).end();
    const answered = await handler.fetch(new Request("http://localhost/events", { method: "POST", body, headers: { "content-type": request.headers["content-type"] ?? "" } }));
    response.writeHead(answered.status).end(await answered.text());
  },
  "/": (_, response) => response.writeHead(200, { "content-type": "text/html" }).end(PAGE),
  "/away": (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<title>away</title>"),
  ...Object.fromEntries(["index.js", "slim.js", "events.js", "element.js"].map((name) => [`/${name}`, (_, response) => response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(join(project, "node_modules/endcap/dist", name)))])),
  "/model.endcap": bundle,
  "/asked": (_, response) => response.writeHead(200, { "content-type": "text/html" }).end(ASKED),
  "/hook.js": (_, response) => response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(join(project, "hook.js"))),
  "/dealt.endcap": (_, response) => response.end(dealt),
});
afterEach(() => {
  arrived.length = 0;
  lengths.length = 0;
  broken = undefined;
});

async function until(holds, what) {
  const start = performance.now();
  while (!holds()) {
    assert.ok(performance.now() - start < 5_000, `never: ${what}`);
    await wait(5);
  }
}

test("GA4's events, on the data layer: cleared first, with placement, place and recommendation", () => {
  const dataLayer = [];
  const events = createEvents({ consent: yes, dataLayer, currency: "EUR" });
  const list = answer();
  const [first, second] = list.items.map(({ sku }) => sku);
  events.viewed(list);
  events.selected(list, second);
  events.added(list, first, { quantity: 2, price: 9.5 });
  events.purchased({ transaction_id: "o-1", value: 59.9, items: [{ sku: first, quantity: 2, price: 9.5 }, { sku: "OTHER" }] });
  events.selected(list, "NOT-IN-THE-LIST");
  events.viewed({ ...list, items: [] });
  const context = { item_list_id: "cart", rec_id: list.recommendation };
  assert.deepEqual(dataLayer.filter((_, n) => n % 2 === 0), Array(4).fill({ ecommerce: null }));
  assert.deepEqual(dataLayer.filter((_, n) => n % 2 === 1), [
    { event: "view_item_list", ecommerce: { item_list_id: "cart", currency: "EUR", items: list.items.map(({ sku }, index) => ({ item_id: sku, index, ...context })) } },
    { event: "select_item", ecommerce: { item_list_id: "cart", currency: "EUR", items: [{ item_id: second, index: 1, ...context }] } },
    { event: "add_to_cart", ecommerce: { item_list_id: "cart", currency: "EUR", value: 19, items: [{ item_id: first, index: 0, quantity: 2, price: 9.5, ...context }] } },
    { event: "purchase", ecommerce: { transaction_id: "o-1", currency: "EUR", value: 59.9, items: [{ item_id: first, quantity: 2, price: 9.5 }, { item_id: "OTHER" }] } },
  ]);
});

test("what is sent arrives as it was told, and nothing else of the page with it", async () => {
  const storage = new Map();
  const unit = createUnit({ consent: yes, storage: { getItem: (name) => storage.get(name) ?? null, setItem: (name, value) => storage.set(name, value), removeItem: (name) => storage.delete(name) } });
  const events = createEvents({ consent: yes, endpoint: `${origin}/events`, unit, currency: "EUR", batchMs: 10 });
  const list = answer();
  events.viewed(list);
  events.added(list, list.items[0].sku, { price: 3 });
  events.purchased({ transaction_id: "o-1", value: 3, items: [] });
  await until(() => arrived.length === 3, "three events");
  const [seen, added, bought] = arrived;
  assert.deepEqual(Object.keys(seen).toSorted(), ["at", "consent", "id", "item_list_id", "items", "model", "name", "received_at", "recommendation_id", "unit", "v"]);
  assert.deepEqual([seen.name, seen.item_list_id, seen.recommendation_id, seen.model, seen.unit], ["view_item_list", "cart", list.recommendation, list.model, unit.id()]);
  assert.deepEqual(seen.items, list.items.map(({ sku }, index) => ({ item_id: sku, index })));
  assert.deepEqual([added.items, added.value, added.currency], [[{ item_id: list.items[0].sku, index: 0, price: 3 }], 3, "EUR"]);
  assert.deepEqual([bought.transaction_id, bought.item_list_id, bought.items], ["o-1", undefined, []]);
  assert.equal(new Set(arrived.map(({ id }) => id)).size, 3);
  const nameless = recommender.recommend({ placement: "cart" });
  events.viewed(nameless);
  events.selected(nameless, nameless.items[0].sku);
  await until(() => arrived.length === 5, "two more");
  assert.equal(arrived[3].recommendation_id, arrived[4].recommendation_id, "one answer, one name");
  events.close();
});

test("without consent nothing is kept, sent, or read; the unit is forgotten where it is taken back", async () => {
  let consent = false;
  const touched = [];
  const storage = { getItem: (name) => (touched.push(`get ${name}`), null), setItem: (name) => touched.push(`set ${name}`), removeItem: (name) => touched.push(`remove ${name}`) };
  const unit = createUnit({ consent: () => consent, storage });
  const dataLayer = [];
  const events = createEvents({ consent: () => consent, endpoint: `${origin}/events`, dataLayer, unit, batchMs: 5 });
  events.viewed(answer());
  assert.equal(unit.id(), undefined);
  await wait(30);
  assert.deepEqual([arrived, dataLayer, touched], [[], [], []]);
  consent = true;
  const name = unit.id();
  assert.match(name, /^[0-9a-f]{32}$/);
  assert.equal(unit.id(), name);
  events.viewed(answer());
  consent = false;
  await wait(30);
  assert.deepEqual(arrived, [], "what waited is dropped when consent is taken back");
  unit.forget();
  consent = true;
  assert.notEqual(unit.id(), name);
  assert.deepEqual(touched, ["get endcap_unit", "set endcap_unit", "remove endcap_unit", "get endcap_unit", "set endcap_unit"]);
  const full = createUnit({ consent: yes, storage: { getItem: () => { throw new Error("forbidden"); }, setItem: () => { throw new Error("full"); }, removeItem: () => { throw new Error("forbidden"); } } });
  assert.equal(full.id(), full.id(), "it lasts as long as the page");
  full.forget();
  const odd = createUnit({ consent: yes, storage: { getItem: () => "<script>", setItem: () => {}, removeItem: () => {} } });
  assert.match(odd.id(), /^[0-9a-f]{32}$/);
  assert.throws(() => createUnit({}), /consent/);
  assert.throws(() => createEvents({ endpoint: "/events" }), /consent/);
});

test("consent is asked again before anything is sent: by the timer, by a retry, by flush, and as the page goes", async (t) => {
  const beacons = [];
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const sendBeacon = (_, body) => beacons.push(...JSON.parse(body).events);
  Object.defineProperty(globalThis, "navigator", { value: { sendBeacon }, configurable: true });
  t.after(() => (before ? Object.defineProperty(globalThis, "navigator", before) : delete globalThis.navigator));
  let consent = true;
  const told = (batchMs) => {
    consent = true;
    const events = createEvents({ consent: () => { if (consent === "throws") throw new Error("no"); return consent; }, endpoint: `${origin}/events`, unit: { id: () => "u" }, batchMs });
    events.viewed(answer());
    consent = "anonymous";
    events.viewed(answer());
    return events;
  };
  const ways = { timer: () => wait(40), flush: (events) => events.flush(), close: (events) => events.close() };
  for (const [name, way] of Object.entries(ways)) {
    for (const [later, expected] of [[true, ["u", undefined]], ["anonymous", [undefined]], [false, []], [undefined, []], ["throws", []]]) {
      const events = told(name === "timer" ? 10 : 60_000);
      consent = later;
      await way(events);
      assert.deepEqual([...arrived, ...beacons].map(({ unit }) => unit), expected, `${name}, ${later}`);
      consent = true;
      await events.flush();
      assert.equal(arrived.length + beacons.length, expected.length, `${name}, ${later}: what was dropped does not come back`);
      events.close();
      arrived.length = beacons.length = 0;
    }
  }
  const retried = told(10);
  broken = 503;
  consent = true;
  await retried.flush();
  consent = false;
  broken = undefined;
  await wait(80);
  assert.deepEqual(arrived, [], "what did not arrive is not sent again");
  retried.close();
});

test("a unit is for a yes alone: nothing is read, made or stored for visitors who are counted without a name", () => {
  const touched = [];
  const storage = { getItem: (name) => (touched.push(name), null), setItem: (name) => touched.push(name), removeItem: () => {} };
  for (const said of ["anonymous", "yes", 1, {}, undefined, null, false]) assert.equal(createUnit({ consent: () => said, storage }).id(), undefined, String(said));
  assert.deepEqual(touched, []);
});

test("batches are cut by their bytes, and what fits into none is dropped; flush sends all that waits", async () => {
  const events = createEvents({ consent: yes, endpoint: `${origin}/events`, unit: { id: () => "u" }, batchMs: 60_000 });
  const long = (n, items) => ({ placement: "cart", recommendation: `r${n}`, model: "m", experiment: "addons", variant: "holdout", items: Array.from({ length: items }, (_, at) => ({ sku: `${"漢".repeat(66)}-${n}-${at}` })) });
  for (let n = 0; n < 40; n++) events.exposed(long(n, 50));
  events.purchased({ transaction_id: "o-1", value: 1, items: long(0, 600).items });
  events.viewed(answer());
  await events.flush();
  assert.deepEqual(arrived.map(({ name }) => name), [...Array(40).fill("exposure"), "view_item_list"], "in their order");
  assert.ok(lengths.length >= 8 && lengths.every((bytes) => bytes <= 60_100), lengths.join());
  arrived.length = 0;
  for (let n = 0; n < 120; n++) events.viewed(answer());
  await Promise.all([events.flush(), events.flush()]);
  assert.equal(arrived.length, 120);
  assert.equal(new Set(arrived.map(({ id }) => id)).size, 120, "each once, by however many calls");
  broken = 503;
  for (let n = 0; n < 60; n++) events.viewed(answer());
  lengths.length = 0;
  await events.flush();
  assert.equal(lengths.length, 1, "where one batch does not arrive the rest is not tried");
  events.close();
});

test("what does not arrive is sent again, later and later; what is refused is not; only so much waits", async () => {
  broken = 503;
  const events = createEvents({ consent: yes, endpoint: `${origin}/events`, batchMs: 5 });
  const list = answer();
  for (let n = 0; n < 260; n++) events.selected(list, list.items[0].sku);
  await events.flush();
  await events.flush();
  broken = undefined;
  await until(() => arrived.length === 200, "all that fit");
  await wait(20);
  assert.equal(new Set(arrived.map(({ id }) => id)).size, 200);
  broken = 400;
  events.viewed(list);
  await events.flush();
  broken = undefined;
  await wait(40);
  assert.equal(arrived.length, 200, "a batch that the server refuses is gone");
  events.close();
});

test("the route takes what it knows, and bounds it", async () => {
  const kept = [];
  const { fetch } = createHandler({ bundle, events: (events) => void kept.push(...events) });
  const send = async (body, type = "text/plain") => {
    const response = await fetch(new Request("https://shop.example/events", { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), headers: { "content-type": type } }));
    return [response.status, await response.json()];
  };
  const good = { id: "a", name: "view_item_list", at: "2026-11-26T10:00:00+01:00", item_list_id: "cart", items: [{ item_id: "X", index: 0 }] };
  assert.deepEqual(await send({ version: 1, events: [good] }), [202, { taken: 1, refused: 0 }]);
  assert.equal(kept[0].at, "2026-11-26T09:00:00.000Z");
  const bad = [null, 3, [], {}, { ...good, id: "" }, { ...good, id: "x".repeat(65) }, { ...good, id: "a\nb" }, { ...good, name: "page_view" }, { ...good, at: "yesterday" }, { ...good, items: 3 }, { ...good, items: [{}] }, { ...good, items: Array(201).fill({ item_id: "X" }) }, { ...good, item_list_id: undefined }, { ...good, name: "purchase" }, { ...good, item_list_id: "\u0007" }];
  assert.deepEqual(await send({ version: 1, events: bad }), [202, { taken: 0, refused: bad.length }]);
  kept.length = 0;
  await send({ version: 1, events: [{ ...good, email: "a@b.c", unit: "x".repeat(129), unit_key: "0".repeat(32), experiment: "a b", variant: "", withheld: "yes", segment: { device: 3 }, experiments: { a: "b" }, currency: "euro", value: "12", items: [{ item_id: "X", index: 0.5, price: -1, note: "x" }] }] }, "application/json");
  assert.deepEqual(Object.keys(kept[0]).toSorted(), ["at", "consent", "id", "item_list_id", "items", "name", "received_at", "v"], "what is unknown or out of bounds is left out");
  assert.deepEqual(kept[0].items, [{ item_id: "X" }]);
  for (const [body, status, code] of [["{", 400, "E_BODY"], [{ version: 2, events: [] }, 400, "E_BODY"], [[], 400, "E_BODY"], [{ version: 1, events: Array(201).fill(good) }, 413, "E_TOO_LARGE"], [`"${"x".repeat(70_000)}"`, 413, "E_TOO_LARGE"]]) {
    const [found, { error }] = await send(body);
    assert.deepEqual([found, error.code], [status, code]);
  }
  const failing = createHandler({ bundle, events: () => Promise.reject(new Error("disk full")), onError: () => {} });
  const answered = await failing.fetch(new Request("https://shop.example/events", { method: "POST", body: JSON.stringify({ version: 1, events: [good] }) }));
  assert.deepEqual([answered.status, (await answered.json()).error.code], [503, "E_NOT_READY"]);
  assert.equal((await createHandler({ bundle }).fetch(new Request("https://shop.example/events", { method: "POST", body: "{}" }))).status, 404);
});

/** The answers of one visitor of each arm. */
const { bundle: dealt, unitOf } = dealtShop();
async function arms() {
  const shop = await load(dealt);
  const answers = Array.from({ length: 60 }, (_, n) => [`u${n}`, shop.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }], unit: `u${n}`, now: "2026-11-26T10:00:00Z" })]);
  return Object.fromEntries(answers.map(([unit, answer]) => [answer.variant, { unit, answer }]));
}

test("every arm is exposed alike, once, those who are served while others are held out too; the control tells what would have been shown", async () => {
  const found = await arms();
  assert.deepEqual(Object.keys(found).toSorted(), ["global_holdout", "holdout", "served", "treatment"]);
  for (const [variant, { unit, answer: list }] of Object.entries(found)) {
    const dataLayer = [];
    const events = createEvents({ consent: yes, endpoint: `${origin}/events`, dataLayer, unit: { id: () => unit }, segment: { device: "mobile" }, batchMs: 5 });
    events.exposed(list);
    events.exposed({ ...list });
    events.viewed(list);
    const seen = list.items.length > 0 ? ["view_item_list"] : [];
    await until(() => arrived.length === 1 + seen.length, variant);
    await wait(20);
    const [exposure] = arrived;
    assert.deepEqual(arrived.map(({ name }) => name), ["exposure", ...seen], variant);
    for (const event of arrived) {
      const arm = [list.experiment ?? undefined, variant];
      assert.deepEqual([event.experiment, event.variant, event.unit, event.consent, event.segment, event.recommendation_id], [...arm, unit, "full", { device: "mobile" }, list.recommendation]);
    }
    const items = list.withheld ?? list.items;
    assert.ok(items.length > 0);
    assert.deepEqual([exposure.withheld, exposure.items], [list.withheld ? true : undefined, items.map(({ sku }, index) => ({ item_id: sku, index }))]);
    assert.deepEqual(dataLayer[0], { event: "experience_impression", exp_variant_string: list.experiment === null ? variant : `addons-${variant}` });
    events.close();
    arrived.length = 0;
  }
});

test("an exposure names whom the answer was asked for", async () => {
  const { holdout } = await arms();
  for (const [asked, unit] of [[{ unit: holdout.unit }, holdout.unit], [{ placement: "cart", unit: holdout.unit }, holdout.unit], [{}, "another"], [{ unit: null }, "another"], [undefined, "another"]]) {
    const events = createEvents({ consent: yes, endpoint: `${origin}/events`, unit: { id: () => "another" }, batchMs: 5 });
    events.exposed(holdout.answer, asked);
    await until(() => arrived.length === 1, JSON.stringify(asked));
    assert.deepEqual([arrived[0].unit, arrived[0].variant, arrived[0].withheld], [unit, "holdout", true]);
    events.close();
    arrived.length = 0;
  }
  const events = createEvents({ consent: () => "anonymous", endpoint: `${origin}/events`, batchMs: 5 });
  events.exposed(holdout.answer, { unit: holdout.unit });
  await events.flush();
  assert.deepEqual(arrived, [], "with consent alone");
});

test("anonymous: counted, and nobody's; an order carries its arms where it is somebody's", async () => {
  const { treatment, holdout } = await arms();
  let consent = "anonymous";
  const dataLayer = [];
  const events = createEvents({ consent: () => consent, endpoint: `${origin}/events`, dataLayer, unit: { id: () => treatment.unit }, batchMs: 5 });
  const order = { transaction_id: "o-1", value: 3, items: [], experiments: { addons: "treatment" } };
  events.exposed(treatment.answer);
  events.exposed(holdout.answer);
  events.viewed(treatment.answer);
  events.purchased(order);
  await until(() => arrived.length === 2, "two events");
  for (const event of arrived) assert.deepEqual([event.consent, event.unit, event.experiment, event.variant, event.experiments], ["anonymous", undefined, undefined, undefined, undefined]);
  assert.ok(!JSON.stringify(dataLayer).includes("experience_impression"));
  arrived.length = 0;
  consent = true;
  events.exposed(treatment.answer);
  events.purchased(order);
  await until(() => arrived.length === 2, "two events");
  assert.deepEqual([arrived[0].name, arrived[0].variant, arrived[1].experiments], ["exposure", "treatment", { addons: "treatment" }], "an exposure that was not told before");
  consent = undefined;
  events.viewed(treatment.answer);
  await wait(20);
  assert.equal(arrived.length, 2, "what is neither yes nor anonymous is no");
  events.close();
});

test("under a key a unit is its hash before any sink sees it; keys that are none are refused", async () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, n) => 7 * n);
  const key = Buffer.from(bytes).toString("hex");
  const coded = (text) => new TextEncoder().encode(text);
  const imported = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const event = (unit, more) => ({ id: "a", name: "exposure", at: "2026-11-26T10:00:00Z", item_list_id: "cart", consent: "full", experiment: "addons", variant: "holdout", withheld: true, unit, items: [], ...more });
  for (const eventKey of [key, key.toUpperCase(), ` \t${key}\r\n`, coded(`${key}\n`), Buffer.from(`${key}\n`), bytes, imported, undefined]) {
    const kept = [];
    const handler = createHandler({ bundle, eventKey, events: (events) => void kept.push(...events) });
    const units = ["u", "Ж漢🛒", "u", undefined];
    const sent = [...units.map((unit) => event(unit)), event("u", { consent: "anonymous" }), event("u", { name: "view_item_list", consent: "anonymous" })];
    const response = await handler.fetch(new Request("https://shop.example/events", { method: "POST", body: JSON.stringify({ version: 1, events: sent }) }));
    assert.deepEqual(await response.json(), { taken: 5, refused: 1 }, "an exposure without an arm is none");
    const hashed = (unit) => createHmac("sha256", bytes).update(unit).digest("hex").slice(0, 32);
    const expected = units.map((unit) => (unit === undefined ? [undefined, undefined] : eventKey ? [undefined, hashed(unit)] : [unit, undefined]));
    assert.deepEqual(kept.map((one) => [one.unit, one.unit_key]), [...expected, [undefined, undefined]]);
    assert.ok(kept.every(({ v, received_at }) => v === 1 && !Number.isNaN(Date.parse(received_at))));
    assert.deepEqual([kept[0].experiment, kept[0].variant, kept[0].withheld, kept[4].variant], ["addons", "holdout", true, undefined]);
  }
  const signs = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const words = "a passphrase that is long enough, but no key at all";
  for (const [eventKey, found] of [["", "text"], [" \n", "text"], ["short", "text"], [words, "text"], [coded(words), "text"], [`${key}0`, "text"], [`0x${key}`, "text"], [`\ufeff${key}`, "text"], [`Ж${key}`, "text"], [key.slice(2), "31 bytes"], [coded(key.slice(2)), "31 bytes"], ["00".repeat(1_025), "1025 bytes"], [new Uint8Array(0), "text"], [new Uint8Array(31), "31 bytes"], [new Uint8Array(1_025), "1025 bytes"], [signs, "something"], [{}, "something"], [null, "something"], [7, "something"]]) {
    assert.throws(() => createHandler({ bundle, events() {}, eventKey }), ({ message }) => message.includes(`found ${found}`) && /`eventKey` of 32 to 1024 .*`endcap events key`/.test(message) && !message.includes(words) && !message.includes(key.slice(2)), String(eventKey));
  }
});

/** What a handler with this key logs of such events. */
async function logged(events, eventKey) {
  const kept = [];
  const response = await createHandler({ bundle, ...(eventKey !== undefined && { eventKey }), events: (taken) => void kept.push(...taken) }).fetch(new Request("https://shop.example/events", { method: "POST", body: JSON.stringify({ version: 1, events }) }));
  return { kept, ...(await response.json()) };
}
const bare = { id: "a", name: "view_item_list", at: "2026-11-26T10:00:00Z", item_list_id: "cart", items: [{ item_id: "X", index: 0 }] };

test("the page's server hashes as the command line does: the vectors of both", async () => {
  const vectors = JSON.parse(readFileSync(join(root, "tests/fixtures/event/unit_keys.json"), "utf8"));
  const fits = ({ unit }) => unit.length >= 1 && unit.length <= 128;
  assert.ok(vectors.filter(fits).length > 4);
  for (const { key, unit, unit_key } of vectors) {
    for (const eventKey of [key, `${key}\n`, Buffer.from(key, "hex")]) {
      const { kept } = await logged([{ ...bare, consent: "full", unit }], eventKey);
      assert.deepEqual([kept[0].unit_key, kept[0].unit], [fits({ unit }) ? unit_key : undefined, undefined], unit);
    }
  }
});

test("a key as `endcap events key` writes it gives the hashes that `endcap events convert` gives", async () => {
  const folder = temporary();
  const units = ["visitor-1", "Zoë 🛒", "0f3c5a77e1b24d0c9a8b7c6d5e4f3a2b"];
  cli(folder, "key", "-o", "unit.key");
  const { kept: plain } = await logged(units.map((unit, n) => ({ ...bare, id: `e${n}`, unit })));
  writeFileSync(join(folder, "plain.jsonl"), plain.map((event) => `${JSON.stringify(event)}\n`).join(""));
  cli(folder, "convert", "plain.jsonl", "--key", "unit.key", "-o", "hashed.jsonl");
  const expected = readFileSync(join(folder, "hashed.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line).unit_key);
  assert.equal(new Set(expected).size, units.length);
  for (const eventKey of [readFileSync(join(folder, "unit.key"), "utf8"), readFileSync(join(folder, "unit.key"))]) {
    const { kept } = await logged(units.map((unit) => ({ ...bare, unit })), eventKey);
    assert.deepEqual(kept.map(({ unit_key }) => unit_key), expected);
  }
});

test("what the route takes the report reads: fields beyond its limits are left out, and the event stays", async () => {
  const order = { ...bare, name: "purchase", transaction_id: "o-1", currency: "EUR" };
  const odd = [
    { ...bare, segment: { device: "m".repeat(128), region: "m".repeat(129), half: "\ud800", none: "" } },
    { ...bare, items: [{ item_id: "X", quantity: 1.5, price: 9e9 + 1 }, { item_id: "Y", quantity: 1e6 + 1, index: 1.5 }, { item_id: "Z", quantity: -2, price: 9e9 }, { item_id: "漢".repeat(255) }] },
    { ...order, value: 9e9 + 1 }, { ...order, value: -9e9 - 1 }, { ...order, value: 9e9 }, { ...order, value: -9e9 }, { ...order, value: 0.1 + 0.2, currency: "JPY" }, { ...order, value: 8_999_999_999.9999, currency: "KWD" }, { ...order, value: 1e-300 },
    { ...bare, unit: "u" }, { ...bare, unit: "u", consent: null }, bare, { ...bare, consent: "denied", unit: "u" }, { ...bare, consent: "anonymous", unit: "u", variant: "b" },
    { ...bare, unit: "\udc00", consent: "full" }, { ...bare, recommendation_id: "r\ud83d" },
    { ...bare, at: "1971-01-01T00:00:00Z" }, { ...bare, at: "2100-12-31T23:59:59.999Z" },
  ];
  const out = [{ ...bare, at: "1970-12-31T23:59:59Z" }, { ...bare, at: "2101-01-01T00:00:00Z" }, { ...bare, at: "0001-01-01T00:00:00Z" }, { ...bare, id: "\ud800" }, { ...bare, name: "exposure", variant: "b" }];
  for (const eventKey of [undefined, "ab".repeat(32)]) {
    const { kept, taken, refused } = await logged([...odd, ...out].map((event, n) => ({ ...event, id: `${event.id}${n}` })), eventKey);
    assert.deepEqual([taken, refused], [odd.length, out.length]);
    const folder = temporary();
    writeFileSync(join(folder, "log.jsonl"), kept.map((event) => `${JSON.stringify(event)}\n`).join(""));
    const told = JSON.parse(cli(folder, "check", "log.jsonl", "--json", "--max-bad-rows", "0"));
    assert.deepEqual([told.events, told.refused], [odd.length, 0], JSON.stringify(told));
    assert.deepEqual(kept[0].segment, { device: "m".repeat(128) });
    assert.deepEqual(kept[1].items.slice(0, 3), [{ item_id: "X" }, { item_id: "Y" }, { item_id: "Z", quantity: -2, price: 9e9 }]);
    assert.deepEqual(kept.slice(2, 6).map(({ value }) => value), [undefined, undefined, 9e9, -9e9]);
    const whose = ({ consent, unit, unit_key }) => [consent, (unit ?? unit_key) !== undefined];
    assert.deepEqual(kept.slice(9, 15).map(whose), [["full", true], ["full", true], ["anonymous", false], ["anonymous", false], ["anonymous", false], ["full", false]]);
  }
});

/** The example's folder with the package, as its README wants it. */
function exampleOf(name) {
  const folder = join(temporary(), name);
  cpSync(join(root, "pkg-template/examples", name), folder, { recursive: true });
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  if (!existsSync(join(folder, "package.json"))) writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}
const hashedUnder = (key, unit) => createHmac("sha256", Buffer.from(key, "hex")).update(unit).digest("hex").slice(0, 32);
const oneUnit = { method: "POST", body: JSON.stringify({ version: 1, events: [{ ...bare, unit: "u" }] }) };

const SERVERS = {
  node: [process.execPath, ["server.js"]],
  deno: [join(here, "node_modules/.bin/deno"), ["run", "--no-remote", "--node-modules-dir=manual", "--allow-net=127.0.0.1", "--allow-env", "--allow-read", "--allow-write", "main.js"]],
  bun: [join(here, "node_modules/.bin/bun"), ["server.js"]],
};
for (const [name, [command, args]] of Object.entries(SERVERS)) {
  test(`the example for ${name} hashes units under EVENT_KEY`, async () => {
    const [cwd, port, EVENT_KEY] = [exampleOf(name), await freePort(), "5e".repeat(32)];
    const child = spawn(command, args, { cwd, env: { ...process.env, PORT: String(port), EVENT_KEY: `${EVENT_KEY}\n`, DENO_NO_UPDATE_CHECK: "1" }, stdio: ["ignore", "pipe", "pipe"] });
    after(() => child.kill("SIGKILL"));
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
    for (let tries = 0; ; tries++) {
      const answered = await fetch(`http://127.0.0.1:${port}/events`, oneUnit).catch(() => undefined);
      if (answered?.status === 202) break;
      assert.ok(tries < 200 && child.exitCode === null && answered === undefined, `it never took an event: ${answered?.status} ${said}`);
      await wait(50);
    }
    const [file] = readdirSync(join(cwd, "events"));
    const [event] = readFileSync(join(cwd, "events", file), "utf8").trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual([event.unit, event.unit_key], [undefined, hashedUnder(EVENT_KEY, "u")]);
  });
}

test("the example for Cloudflare hashes units under EVENT_KEY", async () => {
  const { default: worker } = await import(pathToFileURL(join(exampleOf("cloudflare"), "worker.js")));
  const values = [];
  const env = { BUCKET: {}, EVENT_KEY: "5e".repeat(32), EVENTS: { put: async (_, bytes) => void values.push(JSON.parse(new TextDecoder().decode(bytes))) } };
  assert.equal((await worker.fetch(new Request("https://shop.example/events", oneUnit), env, {})).status, 202);
  assert.deepEqual([values[0].unit, values[0].unit_key], [undefined, hashedUnder(env.EVENT_KEY, "u")]);
});

test("sinks: a folder, an address, KV", async () => {
  const event = { id: "a", name: "purchase", at: "2026-11-26T09:00:00.000Z", received_at: "2026-11-26T09:00:01.000Z", items: [], transaction_id: "o" };
  const folder = join(temporary(), "log");
  const sink = fileSink(folder);
  await sink([event, event]);
  await sink([event]);
  const [name] = readdirSync(folder);
  assert.match(name, /^\d{4}-\d\d-\d\d\.jsonl$/);
  assert.deepEqual(readFileSync(join(folder, name), "utf8").trim().split("\n").map((line) => JSON.parse(line)), [event, event, event]);
  const bodies = [];
  const place = await serve({ "/log": async (request, response) => (bodies.push((await readAll(request)).toString(), request.headers.authorization), response.writeHead(bodies.length > 2 ? 500 : 200).end()) });
  const posts = fetchSink(`${place}/log`, { authorization: "Bearer x" });
  await posts([event]);
  assert.deepEqual(bodies, [`${JSON.stringify(event)}\n`, "Bearer x"]);
  await assert.rejects(async () => posts([event]), /HTTP status 500/);
  const values = [];
  await kvSink({ put: async (...given) => void values.push(given) })([event]);
  assert.match(values[0][0], /^events\/\d{4}-\d\d-\d\d\/[0-9a-f-]{36}\.jsonl$/);
  assert.equal(new TextDecoder().decode(values[0][1]), `${JSON.stringify(event)}\n`);
});

test("a unit in a cookie is known to the page and to the edge, as the package's README says", () => {
  const readme = readFileSync(join(root, "pkg-template/README.md"), "utf8");
  const [, page, edge] = /```js\n(const cookies = [^]*?)\n```[^]*?```js\n([^]*?unitOf[^]*?)\n```/.exec(readme);
  const jar = new Map([["other_endcap_unit", "0".repeat(32)]]);
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const document = {
    get cookie() { return cookie(); },
    set cookie(text) {
      const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/.exec(text);
      assert.match(rest, /Path=\//);
      if (/Max-Age=0/.test(rest)) jar.delete(name);
      else jar.set(name, value);
    },
  };
  let consent = false;
  const unit = new Function("document", "createUnit", "consent", `${page}; return unit;`)(document, createUnit, () => consent);
  const unitOf = new Function(`${edge.replace(/^\/\/.*$/gm, "")}; return unitOf;`)();
  const atTheEdge = () => unitOf(new Request("https://shop.example/", { headers: { cookie: cookie() } }));
  assert.deepEqual([unit.id(), atTheEdge()], [undefined, undefined]);
  consent = true;
  assert.match(unit.id(), /^[0-9a-f]{32}$/);
  assert.equal(atTheEdge(), unit.id());
  unit.forget();
  assert.deepEqual([atTheEdge(), [...jar.keys()]], [undefined, ["other_endcap_unit"]]);
  assert.equal(unitOf(new Request("https://shop.example/")), undefined);
});

const PAGE = `<!doctype html><title>shop</title><style>body { margin: 0 } #above { height: 2000px } #block { height: 300px } #high { height: 5000px }</style>
<div id="above"></div><div id="block"></div><div id="high"></div><script type="module">
  import { load } from "/index.js";
  import { createEvents, createUnit } from "/events.js";
  const recommender = await load("/model.endcap");
  const consent = () => true;
  window.events = createEvents({ consent, endpoint: "/events", unit: createUnit({ consent }), dataLayer: (window.dataLayer = []), batchMs: 60_000 });
  window.list = recommender.recommend({ placement: "cart", cart: [{ sku: "KETTLE" }] });
  events.watch(list, document.querySelector("#block"));
  events.watch(recommender.recommend({ placement: "pdp_similar", product: "KETTLE" }), document.querySelector("#high"));
  window.ready = true;
</script>`;

const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
assert.ok(executablePath, "no Chromium found: install one (`apt-get install chromium`), or set CHROMIUM to its path");
const browser = await chromium.launch({ executablePath });
after(() => browser.close());

/** A block and a hook that ask for a unit of their own, beside events that know another. */
const ASKED = `<!doctype html><title>shop</title><endcap-recommendations placement="cart"></endcap-recommendations><div id="root"></div><script type="module">
  import { load } from "/index.js";
  import { connect } from "/element.js";
  import { createEvents } from "/events.js";
  import { mount } from "/hook.js";
  const { own, other } = Object.fromEntries(new URLSearchParams(location.search));
  const cards = async (skus) => skus.map((sku) => ({ sku, title: sku, url: null, image: null, cartId: null, price: null }));
  const recommender = await load("/dealt.endcap", { cards });
  const events = createEvents({ consent: () => true, endpoint: "/events", unit: { id: () => "the shop's" }, batchMs: 20 });
  const cart = [{ sku: "KETTLE" }];
  document.querySelector("endcap-recommendations").unit = own;
  connect({ recommender, context: () => ({ cart, unit: other }), events });
  mount(document.querySelector("#root"), recommender, { placement: "cart", cart, unit: other }, events);
</script>`;
writeFileSync(join(project, "hook.jsx"), `
  import { createElement as h } from "react";
  import { createRoot } from "react-dom/client";
  import { useRecommendations } from "endcap/react";
  const Block = ({ recommender, request, events }) => h("p", null, useRecommendations(recommender, request, { events }).status);
  export const mount = (place, recommender, request, events) => createRoot(place).render(h(Block, { recommender, request, events }));
`);
await build({ entryPoints: [join(project, "hook.jsx")], outfile: join(project, "hook.js"), bundle: true, format: "esm", target: "es2022", logLevel: "warning", nodePaths: [join(here, "node_modules")], define: { "process.env.NODE_ENV": '"production"' } });

test("in Chromium: the element and the hook tell exposures of the unit that they asked with", async () => {
  const shop = await load(dealt);
  const [own, other] = [unitOf(shop, "cart", "treatment"), unitOf(shop, "cart", "holdout")];
  const tab = await browser.newPage();
  await tab.goto(`${origin}/asked?${new URLSearchParams({ own, other })}`);
  const exposures = () => arrived.filter(({ name }) => name === "exposure");
  await until(() => exposures().length >= 2, "two exposures");
  assert.deepEqual(exposures().map(({ variant, unit }) => [variant, unit]).toSorted(), [["holdout", other], ["treatment", own]]);
  await tab.close();
});

test("in Chromium: more than a browser sends at once goes in several batches, and nothing is sent for ever", async () => {
  const tab = await browser.newPage();
  await tab.goto(`${origin}/away`);
  await tab.evaluate(async () => {
    const { createEvents } = await import("/events.js");
    const events = createEvents({ consent: () => true, endpoint: "/events", batchMs: 60_000 });
    for (let n = 0; n < 40; n++) events.exposed({ placement: "cart", recommendation: `r${n}`, model: "m", experiment: "addons", variant: "b", items: Array.from({ length: 50 }, (_, at) => ({ sku: `${"漢".repeat(66)}-${n}-${at}` })) });
    await events.flush();
  });
  assert.equal(new Set(arrived.map(({ recommendation_id }) => recommendation_id)).size, 40);
  await tab.close();
});

test("in Chromium: a block counts when half of it was in view for a second, and the rest is sent as the page goes", async () => {
  const tab = await browser.newPage({ viewport: { width: 800, height: 600 } });
  await tab.goto(origin);
  await tab.waitForFunction(() => window.ready);
  const told = () => tab.evaluate(() => dataLayer.filter(({ event }) => event).map(({ event, ecommerce }) => [event, ecommerce.item_list_id]));
  const scroll = (y) => tab.evaluate((top) => scrollTo(0, top), y);
  await scroll(1400 + 100); // a third of the block
  await tab.waitForTimeout(1_200);
  assert.deepEqual(await told(), [], "less than half");
  await scroll(1400 + 250);
  await tab.waitForTimeout(400);
  await scroll(0);
  await tab.waitForTimeout(1_000);
  assert.deepEqual(await told(), [], "not for a second");
  await scroll(1400 + 250);
  await tab.waitForFunction(() => dataLayer.length > 0, undefined, { timeout: 5_000 });
  await scroll(0);
  await scroll(1400 + 250);
  await tab.waitForTimeout(1_200);
  assert.deepEqual(await told(), [["view_item_list", "cart"]], "once");
  await scroll(3_000);
  await tab.waitForFunction(() => dataLayer.length > 2, undefined, { timeout: 5_000 });
  assert.deepEqual((await told()).at(-1), ["view_item_list", "pdp_similar"], "higher than the window: half of the window");
  await tab.evaluate(() => events.added(list, list.items[0].sku, { quantity: 1 }));
  assert.equal(arrived.length, 0, "a batch waits for more");
  await tab.goto(`${origin}/away`);
  await until(() => arrived.length === 3, "the beacon");
  assert.deepEqual(arrived.map(({ name }) => name), ["view_item_list", "view_item_list", "add_to_cart"]);
  assert.ok(arrived.every(({ unit }) => unit === arrived[0].unit && /^[0-9a-f]{32}$/.test(unit)));
});
