// A made-up shop as files of orders, catalog and visits: the same bytes for the same settings, on every machine.
//
// Baskets come from topics. A topic is a cluster of some 25 products that belong together; a basket draws one to three
// topics by a heavy-tailed weight, and its lines from them, some again at large from the whole shop by popularity. Within a
// topic, products have Zipf popularity, so that the whole shop's popularity has the long tail of a real one.
//
//   node tests/bench/generate.mjs FOLDER [--items 10000] [--baskets 107000] [--lines 9] [--visits 60000]

import { createWriteStream, mkdirSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";

/** What is made where nothing else is said: the shop of 10,000 items. */
export const DEFAULTS = { items: 10_000, baskets: 107_000, lines: 9, visits: 60_000 };

const PER_TOPIC = 25;
const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAYS = 365;

/** A small generator of pseudo-random numbers (mulberry32): 32 bits of state, the same stream everywhere. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 4294967296;
  };
}

/** A drawer of indices with the given weights: binary search in their running sums. */
function drawer(weights, dice) {
  const sums = new Float64Array(weights.length);
  let total = 0;
  weights.forEach((weight, at) => (sums[at] = total += weight));
  return () => {
    const wanted = dice() * total;
    let first = 0;
    let last = sums.length - 1;
    while (first < last) {
      const middle = (first + last) >> 1;
      if (sums[middle] > wanted) last = middle;
      else first = middle + 1;
    }
    return first;
  };
}

/** SKUs as shops write them: letters of the topic and a number that tells nothing of the popularity. */
function sku(topic, item) {
  const letters = String.fromCharCode(65 + (topic % 26), 65 + (Math.floor(topic / 26) % 26));
  return `${letters}-${String((item * 7919) % 1_000_003).padStart(6, "0")}`;
}

class Shop {
  constructor({ items, lines, seed = 1 }) {
    this.dice = random(seed);
    this.items = items;
    this.topics = Math.ceil(items / PER_TOPIC);
    this.topicOf = Array.from({ length: items }, (_, item) => item % this.topics);
    this.skus = this.topicOf.map((topic, item) => sku(topic, item));
    const zipf = (count, power) => Array.from({ length: count }, (_, at) => 1 / (at + 3) ** power);
    this.drawTopic = drawer(zipf(this.topics, 0.8), this.dice);
    this.drawInTopic = drawer(zipf(Math.ceil(items / this.topics), 0.7), this.dice);
    this.drawAtLarge = drawer(zipf(items, 0.9), this.dice);
    this.lines = lines;
  }

  inTopic(topic) {
    const item = topic + this.drawInTopic() * this.topics;
    return item < this.items ? item : topic;
  }

  /** Sizes fall off exponentially above one, as orders' do. */
  size(mean) {
    return Math.min(80, 1 + Math.floor(-Math.log(1 - this.dice()) * (mean - 0.5)));
  }

  /** Distinct items: six of seven from a few neighbouring topics, the others at large. */
  basket(mean) {
    const size = this.size(mean);
    const first = this.drawTopic();
    const topics = [first, first, (first + 1) % this.topics, this.drawTopic()];
    const found = new Set();
    for (let tries = 0; found.size < size && tries < size * 4; tries++) {
      const atLarge = this.dice() < 1 / 7;
      found.add(atLarge ? this.drawAtLarge() : this.inTopic(topics[Math.floor(this.dice() * topics.length)]));
    }
    return [...found];
  }
}

/** A file that is written in pieces of some 64 KB, waiting where the disk is slower. */
export async function file(path, rows) {
  const out = createWriteStream(path);
  let piece = "";
  for (const row of rows) {
    piece += row;
    if (piece.length < 65_536) continue;
    if (!out.write(piece)) await once(out, "drain");
    piece = "";
  }
  out.end(piece);
  await once(out, "finish");
}

const cents = (item) => 199 + ((item * 7919) % 9000);
const price = (item) => (cents(item) / 100).toFixed(2);
const timestamp = (share) => new Date(FIRST_DAY + Math.floor(share * DAYS * 86_400) * 1000).toISOString().slice(0, 19);

function* catalog(shop) {
  yield "sku,title,category,price,cost,stock,brand,url,image\n";
  for (let item = 0; item < shop.items; item++) {
    const topic = shop.topicOf[item];
    const sold = (item * 31) % 97 === 0 ? 0 : 3 + ((item * 17) % 200);
    const title = `${["Oak", "Linen", "Steel", "Cedar", "Ceramic", "Wool"][item % 6]} ${["bowl", "lamp", "throw", "tray", "hook", "jar", "brush"][item % 7]} no. ${item}`;
    const category = `Department ${topic % 20} > Shelf ${topic}`;
    const slug = shop.skus[item].toLowerCase();
    yield `${shop.skus[item]},${title},${category},${price(item)},${(cents(item) / 200).toFixed(2)},${sold},Brand ${topic % 60},/p/${slug},/i/${slug}.webp\n`;
  }
}

function* orders(shop, baskets, counts) {
  yield "order_id,customer_id,timestamp,sku,quantity,unit_price\n";
  for (let order = 0; order < baskets; order++) {
    const customer = Math.floor(shop.dice() ** 2 * baskets * 0.4);
    const at = timestamp(order / baskets);
    for (const item of shop.basket(shop.lines)) {
      counts.lines++;
      yield `${100000 + order},c${customer},${at},${shop.skus[item]},${1 + (item % 3 === 0)},${price(item)}\n`;
    }
  }
}

function* events(shop, visits) {
  yield "session_id,timestamp,event,sku\n";
  for (let visit = 0; visit < visits; visit++) {
    const at = timestamp(visit / visits);
    for (const item of shop.basket(6)) yield `s${visit},${at},view,${shop.skus[item]}\n`;
  }
}

/** Orders of two products each that nobody ever buys again. */
export function* strangers(products) {
  yield "order_id,customer_id,timestamp,sku,quantity,unit_price\n";
  for (let product = 0; product < products; product++) {
    const order = product >> 1;
    yield `${order},c${order},${timestamp(product / products)},S-${product},1,9.90\n`;
  }
}

/** Writes catalog.csv, orders.csv and events.csv into `folder`; answers with the number of order lines. */
export async function generate(folder, settings = {}) {
  const { items, baskets, lines, visits } = { ...DEFAULTS, ...settings };
  const shop = new Shop({ items, lines });
  const counts = { lines: 0 };
  mkdirSync(folder, { recursive: true });
  await file(join(folder, "catalog.csv"), catalog(shop));
  await file(join(folder, "orders.csv"), orders(shop, baskets, counts));
  await file(join(folder, "events.csv"), events(shop, visits));
  return counts.lines;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const number = (text) => (text === undefined ? undefined : Number(text));
  const options = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, { type: "string" }]));
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const given = Object.entries(values).map(([name, text]) => [name, number(text)]);
  const lines = await generate(positionals[0] ?? "tests/output/bench/shop", Object.fromEntries(given));
  console.log(`${lines} order lines`);
}
