/** The header all pages share: the number of items in the cart, and the voice of the page. */

import { byId } from "./elements.js";
import { cartCount, watchCart } from "./remembered.js";

function showCount() {
  const count = cartCount();
  const badge = byId("cart-count");
  badge.textContent = String(count);
  badge.classList.toggle("is-empty", count === 0);
  byId("cart-link").setAttribute("aria-label", `Cart, ${count} ${count === 1 ? "item" : "items"}`);
}

/**
 * Says something to those who listen to the page; nothing is seen.
 * @param {string} text
 */
export function announce(text) {
  const voice = byId("voice");
  // An unchanged text is not read again: a no-break space at the end makes it another.
  voice.textContent = voice.textContent === text ? `${text}\u00a0` : text;
}

/** Keeps the header in step with the cart. */
export function startHeader() {
  showCount();
  watchCart(showCount);
}
