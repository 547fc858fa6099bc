/**
 * The shop's own catalog: what the listing and the product pages show. It has nothing to do with
 * the recommender, which brings the cards of what it shows itself.
 */

import { shelfOf } from "./shelves.js";

/**
 * @typedef {import("./engine.js").Price} Price
 * @typedef {"in_stock" | "low" | "backorder" | "preorder" | "out"} Stock
 * @typedef {object} Product
 * @property {string} sku
 * @property {string} title
 * @property {string} [category] levels joined by " > "
 * @property {string} [image] a path below the page, or none
 * @property {string} [cartId] what a real shop's cart would take
 * @property {Price | null} price
 * @property {Stock} [stock]
 *
 * @typedef {object} Listing
 * @property {number} total products in the catalog
 * @property {Product[]} products the best sellers, best first
 */

/** @type {Map<string, Promise<any>>} */
const read = new Map();

/** @param {string} path */
function json(path) {
  const known = read.get(path);
  if (known) return known;
  const fresh = fetch(path).then((answer) => {
    if (!answer.ok) throw new Error(`expected ${path}, the server answered ${answer.status}`);
    return answer.json();
  });
  read.set(path, fresh);
  return fresh;
}

/**
 * The best sellers of the shop.
 * @returns {Promise<Listing>}
 */
export function listing() {
  return json("data/listing.json");
}

/**
 * One product, or `undefined` when the shop has none of that SKU.
 * @param {string} sku
 * @returns {Promise<Product | undefined>}
 */
export async function findProduct(sku) {
  const shelves = Number(document.documentElement.dataset.shelves ?? "1");
  /** @type {Product[]} */
  const shelf = await json(`data/shelf-${shelfOf(sku, shelves)}.json`);
  return shelf.find((product) => product.sku === sku);
}
