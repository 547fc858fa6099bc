/**
 * What this browser remembers for its visitor: the cart, past orders and the products looked at.
 * All of it lies in localStorage and none of it leaves the machine. Where storage is refused
 * (private windows, full disk) it lasts as long as the page.
 */

/**
 * @typedef {import("./catalog.js").Product} Product
 * @typedef {{ product: Product, quantity: number }} Line
 * @typedef {{ placedAt: string, lines: Line[] }} Order
 */

const CART = "endcap-store.cart";
const ORDERS = "endcap-store.orders";
const VIEWED = "endcap-store.viewed";

/** The most of one product a cart holds. */
export const MOST = 99;
/** Orders kept for "buy again". */
const ORDERS_KEPT = 20;
/** Products looked at that are kept. */
const VIEWED_KEPT = 12;

/** @type {Map<string, string>} */
const memory = new Map();

/**
 * @param {string} key
 * @returns {unknown}
 */
function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? memory.get(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {unknown} value
 */
function keep(key, value) {
  const text = JSON.stringify(value);
  memory.set(key, text);
  try {
    localStorage.setItem(key, text);
  } catch {
    // The copy in memory serves this page.
  }
}

/**
 * Storage is writable by anyone at this machine and by older versions of the store: what does not
 * look like a line is dropped.
 * @param {unknown} value
 * @returns {Line[]}
 */
function readLines(value) {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (line) =>
      typeof line?.product?.sku === "string" &&
      typeof line.product.title === "string" &&
      Number.isInteger(line.quantity) &&
      line.quantity >= 1 &&
      line.quantity <= MOST,
  );
}

/** @type {Set<() => void>} */
const watchers = new Set();

/** @param {Line[]} lines */
function keepCart(lines) {
  keep(CART, lines);
  for (const watcher of watchers) watcher();
}

/**
 * Calls `watcher` at every change of the cart: here, in another tab, or while this page lay in the
 * back-forward cache.
 * @param {() => void} watcher
 */
export function watchCart(watcher) {
  watchers.add(watcher);
  addEventListener("storage", (event) => {
    if (event.key === CART || event.key === null) watcher();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) watcher();
  });
}

/** The lines of the cart, oldest first. */
export function cartLines() {
  return readLines(recall(CART));
}

/** Units in the cart. */
export function cartCount() {
  return cartLines().reduce((sum, line) => sum + line.quantity, 0);
}

/**
 * Sum of the lines that have a price, in minor units of the first line's currency; `null` when no
 * line has a price. Lines in another currency are left out: a cart has one.
 * @param {Line[]} lines
 * @returns {import("./engine.js").Price | null}
 */
export function subtotal(lines) {
  const currency = lines.find((line) => line.product.price)?.product.price?.currency;
  if (!currency) return null;
  const minor = lines
    .filter((line) => line.product.price?.currency === currency)
    .reduce((sum, line) => sum + (line.product.price?.minor ?? 0) * line.quantity, 0);
  return { minor, currency };
}

/**
 * Puts more of a product into the cart.
 * @param {Product} product
 * @param {number} [quantity]
 */
export function addToCart(product, quantity = 1) {
  const lines = cartLines();
  const line = lines.find((line) => line.product.sku === product.sku);
  if (line) line.quantity = Math.min(MOST, line.quantity + quantity);
  else lines.push({ product, quantity: Math.min(MOST, quantity) });
  keepCart(lines);
}

/**
 * Sets how many of a product the cart holds; none at 0.
 * @param {string} sku
 * @param {number} quantity
 */
export function setQuantity(sku, quantity) {
  const lines = cartLines();
  const line = lines.find((line) => line.product.sku === sku);
  if (line) line.quantity = Math.min(MOST, quantity);
  keepCart(lines.filter((line) => line.quantity >= 1));
}

/** Turns the cart into an order of now and empties it. Returns the order, `null` for an empty cart. */
export function placeOrder() {
  const lines = cartLines();
  if (lines.length === 0) return null;
  /** @type {Order} */
  const order = { placedAt: new Date().toISOString(), lines };
  keep(ORDERS, [...pastOrders(), order].slice(-ORDERS_KEPT));
  keepCart([]);
  return order;
}

/**
 * Orders placed in this browser, oldest first.
 * @returns {Order[]}
 */
export function pastOrders() {
  const value = recall(ORDERS);
  if (!Array.isArray(value)) return [];
  return value
    .filter((order) => !Number.isNaN(Date.parse(order?.placedAt)))
    .map((order) => ({ placedAt: order.placedAt, lines: readLines(order.lines) }));
}

/** Past orders as the recommender takes them: one entry a line, oldest first, age in whole days. */
export function purchaseHistory() {
  const now = Date.now();
  return pastOrders().flatMap((order) => {
    const days_ago = Math.max(0, Math.floor((now - Date.parse(order.placedAt)) / 86_400_000));
    return order.lines.map((line) => ({ sku: line.product.sku, days_ago }));
  });
}

/**
 * SKUs of the products looked at, oldest first.
 * @returns {string[]}
 */
export function viewedSkus() {
  const value = recall(VIEWED);
  return Array.isArray(value) ? value.filter((sku) => typeof sku === "string") : [];
}

/** @param {string} sku */
export function rememberViewed(sku) {
  keep(VIEWED, [...viewedSkus().filter((seen) => seen !== sku), sku].slice(-VIEWED_KEPT));
}
