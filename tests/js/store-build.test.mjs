/** What `www/build.mjs` writes, and what it says when something is missing. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { LISTED, shelfCount, shelfOf } from "../../www/store/shelves.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const TOY = join(HERE, "fixtures/toy-store");
const ENGINE = join(HERE, "fixtures/toy-engine");
const scratch = mkdtempSync(join(tmpdir(), "endcap-store-"));
after(() => rmSync(scratch, { recursive: true }));

function build({ models = TOY, pkg = ENGINE, out, more = [] }) {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(HERE, "../../www/build.mjs"), "--shop", TOY, "--models", models, "--pkg", pkg, "--out", out, ...more],
    { encoding: "utf8" },
  );
  return { status, stderr };
}

const json = (path) => JSON.parse(readFileSync(path, "utf8"));

/** The toy's models beside a catalog of so many products. */
function modelsOf(count) {
  const folder = mkdtempSync(join(scratch, "models-"));
  cpSync(TOY, folder, { recursive: true });
  const products = Array.from({ length: count }, (_, k) => ({ sku: `Größe ${k}`, title: `Product ${k}`, price: null, popularity_rank: count - k }));
  writeFileSync(join(folder, "products.json"), JSON.stringify(products));
  return { folder, products };
}

test("every product of a large catalog lies on the shelf that the page looks at", () => {
  const { folder, products } = modelsOf(15_000);
  const out = join(scratch, "large");
  assert.equal(build({ models: folder, out }).status, 0);
  const shelves = shelfCount(products.length);
  assert.match(readFileSync(join(out, "product.html"), "utf8"), new RegExp(`data-shelves="${shelves}"`));
  const read = Array.from({ length: shelves }, (_, k) => json(join(out, `data/shelf-${k}.json`)));
  for (const { sku } of products) assert.ok(read[shelfOf(sku, shelves)].some((product) => product.sku === sku), sku);
  const largest = Math.max(...read.map((shelf) => shelf.length));
  assert.ok(largest < 128, `the fullest shelf holds ${largest}`);
  const listing = json(join(out, "data/listing.json"));
  assert.equal(listing.total, 15_000);
  assert.equal(listing.products.length, LISTED);
  assert.equal(listing.products[0].sku, "Größe 14999", "best sellers first");
});

test("the store holds what a page needs and nothing of its making", () => {
  const out = join(scratch, "small");
  assert.equal(build({ out, more: ["--name", `Fish & "Chips"`] }).status, 0);
  for (const file of ["index.html", "vendor/endcap/slim.js", "vendor/endcap/endcap_bg.wasm", "models/cards.endcap", "pictures/BEAN-SIDAMO.svg"]) {
    assert.ok(existsSync(join(out, file)), file);
  }
  assert.deepEqual(readdirSync(join(out, "store")).filter((name) => /\.(ts|map)$/.test(name)), []);
  const page = readFileSync(join(out, "index.html"), "utf8");
  assert.ok(page.includes("<title>Fish &#38; &#34;Chips&#34;</title>"));
  assert.ok(!/\{\{/.test(page), "no placeholder is left");
  assert.ok(!/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/.test(page), "nothing inline");
  const [lost] = json(join(out, "data/listing.json")).products.filter((product) => product.sku === "BEAN-HOUSE");
  assert.equal(lost.image, undefined, "a picture that is not there is not asked for");
});

test("what is missing is named, with how to get it", () => {
  const empty = join(scratch, "empty");
  mkdirSync(empty);
  const cases = [
    [{ models: empty, out: join(scratch, "a") }, /products\.json.*endcap inspect/],
    [{ pkg: empty, out: join(scratch, "b") }, /package\.json.*make pack/],
  ];
  for (const [how, message] of cases) {
    const { status, stderr } = build(how);
    assert.equal(status, 1);
    assert.match(stderr, message);
  }
});

test("a folder that holds something else is left alone", () => {
  const precious = join(scratch, "precious");
  mkdirSync(precious);
  writeFileSync(join(precious, "thesis.txt"), "years");
  const { status, stderr } = build({ out: precious });
  assert.equal(status, 1);
  assert.match(stderr, /thesis\.txt/);
  assert.equal(readFileSync(join(precious, "thesis.txt"), "utf8"), "years");
});
