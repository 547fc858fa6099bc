/**
 * Builds the demo store: pages, the npm package's browser files, the slices of the bundle, the
 * catalog and its pictures, as static files for any host. Needs Node 20 and nothing else.
 *
 *   node www/build.mjs --shop DIR --models DIR --pkg DIR --out www/dist
 */

import { copyFile, cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { LISTED, shelfCount, shelfOf } from "./store/shelves.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const SLICES = ["cart.endcap", "rest.endcap", "cards.endcap"];
const STOCK = new Set(["in_stock", "low", "backorder", "preorder", "out"]);

const { values: options } = parseArgs({
  options: {
    shop: { type: "string" },
    models: { type: "string" },
    revert: { type: "string" },
    pkg: { type: "string", default: "pkg" },
    out: { type: "string", default: join(HERE, "dist") },
    name: { type: "string", default: "The Endcap Coffee House" },
    tagline: { type: "string", default: "Good coffee, and the small things around it" },
    promise: {
      type: "string",
      default: "Beans from small farms, and every filter, brush and gasket that keeps the morning going.",
    },
  },
});

/** Files that get a compressed copy beside them, for hosts that serve those (`endcap serve` does). */
const COMPRESSED = /\.(html|css|js|json|svg|wasm|endcap)$/;
/** Below this a compressed copy saves no packet. */
const WORTH_COMPRESSING = 1000;

/**
 * Cards up to this size, compressed, are fetched beside the engine: a round trip on a slow connection costs more than
 * their bytes. Heavier ones are fetched once something is to be shown.
 */
const LIGHT_CARDS = 32_000;

class BuildError extends Error {}

/** @param {string} path */
const exists = (path) => stat(path).then(() => true, () => false);

/** @param {string} path @param {string} remedy */
async function need(path, remedy) {
  if (!(await exists(path))) throw new BuildError(`expected ${path}, found nothing there: ${remedy}`);
  return path;
}

/** An empty folder for the store; one that holds something else is left alone. */
async function emptyOut(out) {
  if (await exists(out)) {
    const files = await readdir(out);
    if (files.length > 0 && !files.includes("cart.html")) {
      throw new BuildError(`expected ${out} to be empty or an earlier build, found ${files[0]} in it: name another --out`);
    }
    await rm(out, { recursive: true });
  }
  await mkdir(out, { recursive: true });
}

/** The products as `endcap inspect --items --json` writes them, best sellers first. */
async function readProducts(models) {
  const path = await need(join(models, "products.json"), "write it by `endcap inspect model.endcap --items --json`");
  const read = JSON.parse(await readFile(path, "utf8"));
  const products = Array.isArray(read) ? read : read.items;
  if (!Array.isArray(products)) throw new BuildError(`expected a list of products in ${path}`);
  products.forEach((product, place) => {
    if (typeof product?.sku !== "string") throw new BuildError(`expected a "sku" in product ${place} of ${path}`);
  });
  return products.sort((a, b) => (a.popularity_rank ?? Infinity) - (b.popularity_rank ?? Infinity));
}

/** Copies the shop's pictures; returns the names of all. */
async function copyPictures(shop, out) {
  const from = shop ? join(shop, "pictures") : "";
  if (!shop || !(await exists(from))) return new Set();
  const names = (await readdir(from)).filter((name) => /^[^?#\\]+\.(svg|png|jpe?g|webp|avif)$/i.test(name));
  await mkdir(join(out, "pictures"), { recursive: true });
  for (const name of names) await copyFile(join(from, name), join(out, "pictures", name));
  return new Set(names);
}

/** A product as the page reads it: no field that it does not show, a picture only if it is there. */
function shelved(product, pictures) {
  const image = posix.basename(product.image ?? "");
  return {
    sku: product.sku,
    title: product.title || product.sku,
    category: product.category || undefined,
    image: pictures.has(image) ? `pictures/${image}` : undefined,
    cartId: product.cart_id || undefined,
    price: product.price ?? null,
    stock: STOCK.has(product.stock) && product.stock !== "in_stock" ? product.stock : undefined,
  };
}

/** Writes the listing and the shelves; returns the number of shelves. */
async function writeCatalog(products, pictures, out) {
  const all = products.map((product) => shelved(product, pictures));
  const shelves = Array.from({ length: shelfCount(all.length) }, () => []);
  for (const product of all) shelves[shelfOf(product.sku, shelves.length)].push(product);
  const folder = join(out, "data");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "listing.json"), JSON.stringify({ total: all.length, products: all.slice(0, LISTED) }));
  for (const [place, shelf] of shelves.entries()) await writeFile(join(folder, `shelf-${place}.json`), JSON.stringify(shelf));
  return shelves.length;
}

/** The file an entry of the package's `exports` names for browsers. */
function entryFile(manifest, entry) {
  const found = manifest.exports?.[entry];
  const file = typeof found === "string" ? found : (found?.browser ?? found?.default ?? found?.import);
  if (typeof file !== "string") throw new BuildError(`expected an entry "${entry}" in the package's exports`);
  return posix.normalize(file);
}

/** Copies a module and what it imports by relative path, under the folder of the entry. */
async function copyModule(pkg, file, root, to, done = new Set()) {
  if (done.has(file)) return;
  done.add(file);
  const inside = posix.relative(root, file);
  if (inside.startsWith("..")) throw new BuildError(`expected ${file} below ${root}: the page serves one folder`);
  const text = await readFile(join(pkg, file), "utf8");
  await mkdir(dirname(join(to, inside)), { recursive: true });
  await writeFile(join(to, inside), text.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
  for (const [, path] of text.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g)) {
    await copyModule(pkg, posix.join(posix.dirname(file), path), root, to, done);
  }
}

/** The engine: its slim entry as `slim.js`, and the module to stream. */
async function copyEngine(pkg, out) {
  const manifest = JSON.parse(await readFile(await need(join(pkg, "package.json"), "build it by `make pack`"), "utf8"));
  const to = join(out, "vendor", "endcap");
  const slim = entryFile(manifest, "./slim");
  await copyModule(pkg, slim, posix.dirname(slim), to);
  if (posix.basename(slim) !== "slim.js") throw new BuildError(`expected the entry "./slim" to be slim.js, found ${slim}`);
  await copyFile(join(pkg, entryFile(manifest, "./wasm")), join(to, "endcap_bg.wasm"));
  // For the merchandiser's drawer; a stand-in for the engine has none.
  if (manifest.exports["./studio"]) {
    const studio = entryFile(manifest, "./studio");
    await copyModule(pkg, studio, posix.dirname(studio), to);
    if (posix.basename(studio) !== "studio.js") throw new BuildError(`expected the entry "./studio" to be studio.js, found ${studio}`);
  }
}

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Puts the shared parts and the shop's words into the pages. */
async function writePages(out, words) {
  const pages = join(HERE, "pages");
  const part = async (name) => (await readFile(join(pages, "parts", `${name}.html`), "utf8")).trim();
  const parts = new Map();
  for (const file of await readdir(join(pages, "parts"))) parts.set(file.replace(".html", ""), await part(file.replace(".html", "")));
  for (const file of (await readdir(pages)).filter((name) => name.endsWith(".html"))) {
    const text = (await readFile(join(pages, file), "utf8"))
      .replace(/\{\{> (\w+)\}\}/g, (_, name) => parts.get(name))
      .replace(/\{\{(\w+)\}\}/g, (_, name) => escaped(String(words[name])));
    await writeFile(join(out, file), text);
  }
}

/** @param {string} models */
async function cardsWeight(models) {
  const bytes = await readFile(join(models, "cards.endcap"));
  return (await promisify(brotliCompress)(bytes)).length <= LIGHT_CARDS ? "light" : "heavy";
}

/** Writes `x.br` and `x.gz` beside each file that gets smaller by them. */
async function compress(out) {
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  for (const name of await readdir(out, { recursive: true })) {
    const path = join(out, name);
    if (!COMPRESSED.test(name)) continue;
    const bytes = await readFile(path);
    if (bytes.length < WORTH_COMPRESSING) continue;
    const [br, gz] = await Promise.all([promisify(brotliCompress)(bytes, best), promisify(gzip)(bytes, { level: 9 })]);
    if (br.length < bytes.length) await writeFile(`${path}.br`, br);
    if (gz.length < bytes.length) await writeFile(`${path}.gz`, gz);
  }
}

async function build() {
  const { shop, models, pkg, out } = options;
  if (!models) throw new BuildError("expected --models DIR with cart.endcap, rest.endcap, cards.endcap and products.json");
  const products = await readProducts(models);
  for (const slice of SLICES) await need(join(models, slice), "cut it by `endcap slice`");
  await emptyOut(out);
  for (const folder of ["store", "styles", "art"]) {
    await cp(join(HERE, folder), join(out, folder), { recursive: true, filter: (path) => !path.endsWith(".d.ts") });
  }
  await mkdir(join(out, "models"));
  for (const slice of SLICES) await copyFile(join(models, slice), join(out, "models", slice));
  if (options.revert) await copyFile(await need(options.revert, "write it by `endcap report --apply`"), join(out, "models", "revert.overlay"));
  await copyEngine(pkg, out);
  const pictures = await copyPictures(shop, out);
  const shelves = await writeCatalog(products, pictures, out);
  await writePages(out, { ...options, shelves, cards: await cardsWeight(models), revert: options.revert ? "there" : "none" });
  await compress(out);
  console.error(`store of ${products.length} products (${pictures.size} pictures) in ${relative(process.cwd(), out) || "."}`);
}

try {
  await build();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`www/build.mjs: ${error.message}`);
  process.exitCode = 1;
}
