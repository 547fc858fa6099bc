/**
 * How the catalog is spread over files, for the build that writes them and the page that reads
 * them. A listing of the best sellers is one file; every product lies in one of many small files,
 * chosen by a hash of its SKU, so that a page of a catalog of 15,000 reads some 60 products and
 * never all.
 */

/** Products in the listing: ten screens of 24. */
export const LISTED = 240;

/** Products in a file on average: some 12 KB of JSON. */
const SHELF_SIZE = 64;

/**
 * How many files a catalog of this size is spread over.
 * @param {number} products
 */
export function shelfCount(products) {
  return Math.max(1, Math.ceil(products / SHELF_SIZE));
}

/**
 * The file that holds a product: FNV-1a (32 bits) of the SKU's UTF-8 bytes, modulo `shelves`.
 * @param {string} sku
 * @param {number} shelves
 */
export function shelfOf(sku, shelves) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(sku)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash % shelves;
}
