/** The list of products, with a filter by category and a search box. */

import { listing } from "./catalog.js";
import { button, byId, element } from "./elements.js";
import { startHeader } from "./header.js";
import { productCard } from "./product-card.js";

/** @typedef {import("./catalog.js").Product} Product */

/** Cards put on the page at a time. */
const SCREEN = 24;
/** Cards at the top whose pictures are asked for at once. */
const FIRST = 8;
/** More categories than this are a menu instead of buttons. */
const MOST_BUTTONS = 16;

/** @param {Product} product */
const departmentOf = (product) => (product.category ?? "").split(" > ")[0]?.trim() ?? "";

/** @param {string} text */
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * @param {Product[]} products
 * @param {{ category: string, words: string }} wish
 */
function matching(products, { category, words }) {
  const terms = folded(words).split(/\s+/).filter(Boolean);
  return products.filter((product) => {
    if (category && departmentOf(product) !== category) return false;
    const text = folded(`${product.title} ${product.category ?? ""} ${product.sku}`);
    return terms.every((term) => text.includes(term));
  });
}

/** @param {Product[]} products */
function departments(products) {
  const names = new Set(products.map(departmentOf));
  names.delete("");
  return [...names].sort((a, b) => a.localeCompare(b));
}

function readWish() {
  const asked = new URLSearchParams(location.search);
  return { category: asked.get("category") ?? "", words: asked.get("q") ?? "" };
}

/** @param {{ category: string, words: string }} wish */
function rememberWish({ category, words }) {
  const asked = new URLSearchParams();
  if (category) asked.set("category", category);
  if (words) asked.set("q", words);
  const query = asked.toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
}

/**
 * @param {string[]} names
 * @param {string} current
 * @param {(name: string) => void} choose
 */
function categoryButtons(names, current, choose) {
  const all = ["", ...names].map((name) =>
    button(name || "Everything", { class: "chip", "aria-pressed": String(name === current) }, () => {
      for (const one of all) one.setAttribute("aria-pressed", "false");
      all[["", ...names].indexOf(name)]?.setAttribute("aria-pressed", "true");
      choose(name);
    }),
  );
  return element("div", { class: "chips", role: "group", "aria-label": "Category" }, ...all);
}

/**
 * @param {string[]} names
 * @param {string} current
 * @param {(name: string) => void} choose
 */
function categoryMenu(names, current, choose) {
  const menu = element(
    "select",
    { "aria-label": "Category" },
    ...["", ...names].map((name) => element("option", { value: name, selected: name === current }, name || "Everything")),
  );
  menu.addEventListener("change", () => choose(menu.value));
  return menu;
}

/** @param {Product[]} products */
function startList(products) {
  const list = byId("products");
  const more = /** @type {HTMLButtonElement} */ (byId("more"));
  const wish = readWish();
  let found = products;
  let shown = 0;

  const grow = () => {
    const next = found.slice(shown, shown + SCREEN);
    const cards = next.map((product, place) =>
      productCard(product, { note: departmentOf(product), eager: shown === 0 && place < FIRST }),
    );
    shown += next.length;
    list.append(...cards);
    more.hidden = shown >= found.length;
    return cards[0];
  };
  const restart = () => {
    found = matching(products, wish);
    shown = 0;
    list.replaceChildren();
    grow();
    byId("found").textContent = found.length === 1 ? "1 product" : `${found.length} products`;
    byId("nothing").hidden = found.length > 0;
  };

  more.addEventListener("click", () => grow()?.querySelector("a")?.focus());
  const search = /** @type {HTMLInputElement} */ (byId("search"));
  search.value = wish.words;
  search.addEventListener("input", () => {
    wish.words = search.value.trim();
    rememberWish(wish);
    restart();
  });
  const names = departments(products);
  const choose = (/** @type {string} */ name) => {
    wish.category = name;
    rememberWish(wish);
    restart();
  };
  byId("categories").hidden = names.length === 0;
  byId("categories").replaceChildren((names.length > MOST_BUTTONS ? categoryMenu : categoryButtons)(names, wish.category, choose));
  restart();
}

async function start() {
  startHeader();
  try {
    const { products, total } = await listing();
    startList(products);
    if (total > products.length) {
      byId("of-all").textContent = `Our ${products.length} best sellers of ${total.toLocaleString(document.documentElement.lang)} products.`;
    }
  } catch (error) {
    byId("found").textContent = "The catalog could not be read. Please try again in a moment.";
    console.error(error);
  }
}

void start();
