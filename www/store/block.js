/**
 * A block of recommendations in a page: room is kept for it from the first frame, so that nothing
 * moves when it fills, and it leaves without a jump when there is nothing to show.
 */

import { calm, element } from "./elements.js";
import { ghostCard, productCard } from "./product-card.js";
import { ask } from "./recommender.js";

/**
 * @typedef {import("./catalog.js").Product} Product
 * @typedef {import("./engine.js").Card} Card
 * @typedef {import("./engine.js").Item} Item
 * @typedef {import("./engine.js").Recommender} Recommender
 * @typedef {import("./engine.js").RecommendRequest} Request
 */

/** Titles of what was seen on this page, for "goes with …". */
const titles = new Map();

/**
 * Makes a product's title known to the reasons.
 * @param {{ sku: string, title: string }} product
 */
export function learnTitle({ sku, title }) {
  titles.set(sku, title);
}

/**
 * The title of a SKU where the page knows it, else the SKU.
 * @param {string} sku
 * @returns {string}
 */
export function titleOf(sku) {
  return titles.get(sku) ?? sku;
}

/** What a block is called whose items are all there for being popular. */
const FAVOURITES = "Favourites of the house";

/**
 * One short line on why an item is shown. Nothing where the page's own product is the reason: the
 * block's heading has said so.
 * @param {Item} item
 * @param {string} [product] SKU of the page's product
 */
export function reasonText(item, product) {
  const [because] = item.because;
  if (item.reason === "bought_before") return "You bought it before";
  if (item.reason === "due") return "You may need it again";
  if (item.reason === "pinned" && because === undefined) return "Picked for you";
  if (item.reason === "popular" || because === undefined) return "A favourite of the house";
  if (because === product) return "";
  return item.reason === "similar" ? `Much like ${titleOf(because)}` : `Goes with ${titleOf(because)}`;
}

/**
 * @param {Card} card
 * @returns {Product}
 */
function asProduct({ sku, title, image, cartId, price }) {
  return { sku, title: title || sku, image: image ?? undefined, cartId: cartId ?? undefined, price };
}

/**
 * Runs `change` and lets the cards that stay glide to their new places.
 * @param {HTMLElement} list
 * @param {() => void} change
 */
function glide(list, change) {
  const cards = () => /** @type {HTMLElement[]} */ ([...list.children]);
  const before = new Map(cards().map((card) => [card, card.getBoundingClientRect()]));
  change();
  if (calm()) return;
  for (const card of cards()) {
    const was = before.get(card);
    const is = card.getBoundingClientRect();
    const frames = was
      ? [{ transform: `translate(${was.left - is.left}px, ${was.top - is.top}px)` }, { transform: "none" }]
      : [{ opacity: 0 }, { opacity: 1 }];
    card.animate(frames, { duration: 240, easing: "cubic-bezier(.2,.7,.2,1)" });
  }
}

/** A placement of the page. */
export class Block {
  #section;
  #heading;
  #title;
  #list;
  #limit;
  #asked = 0;
  /** Resolves once the last answer stands on the page. */
  drawn = Promise.resolve();

  /**
   * @param {HTMLElement} section hidden until room is kept; holds a heading
   * @param {number} limit cards in it at most
   */
  constructor(section, limit) {
    this.#section = section;
    this.#limit = limit;
    this.#heading = section.querySelector("h2");
    this.#title = this.#heading?.textContent ?? "";
    this.#list = element("ul", { class: "shelf", role: "list" });
    section.append(this.#list);
  }

  /** Keeps the room of a full block. */
  reserve() {
    if (this.#section.dataset.state === "filled") return;
    this.#list.replaceChildren(...Array.from({ length: this.#limit }, ghostCard));
    this.#section.dataset.state = "reserved";
    this.#section.hidden = false;
  }

  /**
   * Asks and shows the answer; with no recommender or nothing to show, the block leaves. Cards
   * that a later question has overtaken are dropped.
   * @param {Recommender | null} engine
   * @param {Request} request
   * @returns {string[]} SKUs of the answer, for the page's other blocks to leave out
   */
  fill(engine, request) {
    const turn = ++this.#asked;
    const items = engine ? ask(engine, { ...request, limit: this.#limit }).items : [];
    if (engine && items.length > 0) this.drawn = this.#draw(engine, items, request, turn);
    else this.leave();
    return items.map((item) => item.sku);
  }

  /**
   * @param {Recommender} engine
   * @param {Item[]} items
   * @param {Request} request
   * @param {number} turn
   */
  async #draw(engine, items, request, turn) {
    const cards = await engine.cards(items.map((item) => item.sku)).catch(() => null);
    if (turn !== this.#asked) return;
    if (cards === null || items.length === 0) return this.leave();
    const known = new Map(cards.map((card) => [card.sku, asProduct(card)]));
    for (const card of cards) learnTitle(card);
    this.#name(items);
    // A shop that was trained without a catalog has no cards: its products go by their SKUs.
    const product = (/** @type {string} */ sku) => known.get(sku) ?? { sku, title: sku, price: null };
    this.#show(items, (item) => product(item.sku), request.product ?? undefined);
  }

  /**
   * The heading must be true: what stands in for want of evidence is not called a match.
   * @param {Item[]} items
   */
  #name(items) {
    const favourites = items.every((item) => item.reason === "popular");
    if (this.#heading) this.#heading.textContent = favourites ? FAVOURITES : this.#title;
  }

  /**
   * @param {Item[]} items
   * @param {(item: Item) => Product} productOf
   * @param {string} [product] SKU of the page's product
   */
  #show(items, productOf, product) {
    const old = new Map(
      [.../** @type {NodeListOf<HTMLElement>} */ (this.#list.querySelectorAll("[data-sku]"))].map((card) => [card.dataset.sku, card]),
    );
    const focus = this.#focusedPlace();
    glide(this.#list, () => {
      this.#list.replaceChildren(...items.map((item) => this.#card(old.get(item.sku) ?? productCard(productOf(item)), reasonText(item, product))));
    });
    this.#section.dataset.state = "filled";
    this.#section.hidden = false;
    this.#restoreFocus(focus);
  }

  /**
   * @param {HTMLElement} card
   * @param {string} why
   */
  #card(card, why) {
    const note = card.querySelector(".card-note");
    if (note) note.textContent = why;
    return card;
  }

  /** The place in the list that holds the focus; -1 when it is elsewhere. */
  #focusedPlace() {
    return [...this.#list.children].findIndex((card) => card.contains(document.activeElement));
  }

  /**
   * Someone adds with the keyboard, the card goes away, another takes its place: the focus goes
   * to that one's button, so that adding can go on.
   * @param {number} place
   */
  #restoreFocus(place) {
    if (place < 0 || this.#list.contains(document.activeElement)) return;
    const card = this.#list.children[Math.min(place, this.#list.children.length - 1)];
    const next = /** @type {HTMLElement | null | undefined} */ (card?.querySelector("button:not(:disabled)"));
    next?.focus({ preventScroll: true });
  }

  /**
   * Takes the block away. Seen and with something below it, it only turns blank and gives its room
   * back once it is off the screen.
   */
  leave() {
    this.#asked += 1;
    const { top, bottom } = this.#section.getBoundingClientRect();
    const seen = !this.#section.hidden && bottom > 0 && top < innerHeight;
    const last = !this.#section.nextElementSibling;
    if (!seen || last) return this.#gone();
    this.#section.dataset.state = "blank";
    const watch = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      if (this.#section.dataset.state === "blank") this.#gone();
    });
    watch.observe(this.#section);
  }

  #gone() {
    this.#section.hidden = true;
    this.#section.dataset.state = "gone";
    this.#list.replaceChildren();
  }
}
