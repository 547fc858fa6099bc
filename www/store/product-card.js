/** How a product looks: its picture, its price, its card. */

import { button, element } from "./elements.js";
import { announce } from "./header.js";
import { addToCart, cartCount } from "./remembered.js";

/**
 * @typedef {import("./catalog.js").Product} Product
 * @typedef {import("./engine.js").Price} Price
 */

/** Tints of the placeholder, as many as the style sheet has. */
const TINTS = 6;

/** ISO 4217 for "no currency": the shop's files named none. */
const NO_CURRENCY = "XXX";

/**
 * A price in the visitor's notation, or a dash where there is none.
 * @param {Price | null | undefined} price
 */
export function priceText(price) {
  if (!price) return "–";
  try {
    const known = price.currency !== NO_CURRENCY;
    const format = new Intl.NumberFormat(
      document.documentElement.lang,
      known ? { style: "currency", currency: price.currency } : { minimumFractionDigits: 2, maximumFractionDigits: 2 },
    );
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(price.minor / 10 ** digits);
  } catch {
    return `${price.minor} ${price.currency}`;
  }
}

/** @param {string} sku */
export function productPage(sku) {
  return `product.html?sku=${encodeURIComponent(sku)}`;
}

/**
 * Whether a picture's address may be shown: the policy of the page lets in its own files only.
 * @param {string | undefined} image
 */
function isOwnPicture(image) {
  return typeof image === "string" && /^pictures\/[^?#\\]+\.(svg|png|jpe?g|webp|avif)$/i.test(image);
}

/** @param {string} title */
function initials(title) {
  const words = title.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0]?.toLocaleUpperCase() ?? "").join("") || "·";
}

/** @param {string} sku */
function tint(sku) {
  let sum = 0;
  for (const letter of sku) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % TINTS;
}

/**
 * The picture of a product, or its initials on a quiet tile. It is decoration: the title stands
 * next to it.
 * @param {Product} product
 * @param {{ eager?: boolean }} [how]
 */
export function picture(product, { eager = false } = {}) {
  const frame = element("div", { class: "picture" });
  const placeholder = () =>
    element("span", { class: `initials tint-${tint(product.sku)}`, "aria-hidden": "true" }, initials(product.title));
  if (!product.image || !isOwnPicture(product.image)) {
    frame.append(placeholder());
    return frame;
  }
  const image = element("img", {
    src: product.image,
    alt: "",
    width: 400,
    height: 400,
    decoding: "async",
    loading: eager ? "eager" : "lazy",
    fetchpriority: eager ? "high" : null,
  });
  image.addEventListener("error", () => frame.replaceChildren(placeholder()), { once: true });
  frame.append(image);
  return frame;
}

/**
 * Puts a product into the cart and says so to those who listen.
 * @param {Product} product
 * @param {number} [quantity]
 */
export function putIntoCart(product, quantity = 1) {
  addToCart(product, quantity);
  const count = cartCount();
  announce(`${product.title} added. ${count} ${count === 1 ? "item" : "items"} in the cart.`);
}

/** @param {Product} product */
function stockBadge(product) {
  const words = { low: "Few left", backorder: "On backorder", preorder: "Pre-order", out: "Sold out" };
  const word = product.stock && product.stock !== "in_stock" ? words[product.stock] : undefined;
  return word ? [element("span", { class: `badge badge-${product.stock}` }, word)] : [];
}

/**
 * A product in a list: picture, title, one quiet line, price and, unless it is sold out, a button.
 * @param {Product} product
 * @param {{ note?: string, eager?: boolean }} [how] `note` stands below the title
 * @returns {HTMLLIElement}
 */
export function productCard(product, { note = "", eager = false } = {}) {
  const put = button("Add", { class: "add", "aria-label": `Add ${product.title} to the cart` }, () => {
    putIntoCart(product);
    confirmAdded(put);
  });
  return element(
    "li",
    { class: "card", "data-sku": product.sku },
    picture(product, { eager }),
    ...stockBadge(product),
    element(
      "div",
      { class: "card-words" },
      element("h3", { class: "card-title" }, element("a", { href: productPage(product.sku) }, product.title)),
      element("p", { class: "card-note" }, note),
    ),
    element("div", { class: "card-foot" }, element("span", { class: "price" }, priceText(product.price)), ...(product.stock === "out" ? [] : [put])),
  );
}

/** @param {HTMLButtonElement} put */
function confirmAdded(put) {
  put.textContent = "Added";
  put.classList.add("is-added");
  setTimeout(() => {
    put.textContent = "Add";
    put.classList.remove("is-added");
  }, 1600);
}

/** A card's outline, of the same height as a card, while one is awaited. */
export function ghostCard() {
  return element(
    "li",
    { class: "card ghost", "aria-hidden": "true" },
    element("div", { class: "picture" }),
    element("div", { class: "card-words" }),
    element("div", { class: "card-foot" }),
  );
}
