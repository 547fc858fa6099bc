/** The cart, its add-ons, and the order once it is placed. */

import { Block, learnTitle } from "./block.js";
import { button, byId, element } from "./elements.js";
import { announce, startHeader } from "./header.js";
import { startMeter } from "./meter.js";
import { picture, priceText, productPage } from "./product-card.js";
import { Drawer } from "./studio.js";
import { joinWhenIdle, recommender, wholeRecommender } from "./recommender.js";
import { MOST, cartLines, placeOrder, purchaseHistory, setQuantity, subtotal, viewedSkus, watchCart } from "./remembered.js";

/** @typedef {import("./remembered.js").Line} Line */

/**
 * @param {string} sku
 * @param {string} title
 * @param {number} quantity
 */
function change(sku, title, quantity) {
  const wanted = Math.min(MOST, Math.max(0, quantity));
  setQuantity(sku, wanted);
  announce(wanted === 0 ? `${title} removed.` : `${title}: ${wanted}. Subtotal ${priceText(subtotal(cartLines()))}.`);
}

/** A line of the cart as it stands on the page. */
class LineRow {
  /** @type {HTMLLIElement} */
  row;
  #count;
  #sum;

  /** @param {Line} line */
  constructor({ product }) {
    const { sku, title } = product;
    this.#count = element("input", { type: "number", min: 0, max: MOST, inputmode: "numeric", "aria-label": `Quantity of ${title}` });
    this.#count.addEventListener("change", () => change(sku, title, Math.trunc(this.#count.valueAsNumber) || 0));
    this.#sum = element("span", { class: "price" });
    const step = (/** @type {number} */ by) => change(sku, title, Math.max(1, this.#count.valueAsNumber + by));
    this.row = element(
      "li",
      { class: "line", "data-sku": sku },
      picture(product, { eager: true }),
      element(
        "div",
        { class: "line-words" },
        element("h3", {}, element("a", { href: productPage(sku) }, title)),
        element("p", { class: "small" }, `${priceText(product.price)} each`),
      ),
      element(
        "div",
        { class: "stepper" },
        button("−", { "aria-label": `One ${title} fewer` }, () => step(-1)),
        this.#count,
        button("+", { "aria-label": `One ${title} more` }, () => step(1)),
      ),
      this.#sum,
      button("Remove", { class: "quiet", "aria-label": `Remove ${title}` }, () => change(sku, title, 0)),
    );
  }

  /** @param {Line} line */
  update({ product, quantity }) {
    this.#count.value = String(quantity);
    this.#sum.textContent = priceText(product.price && { ...product.price, minor: product.price.minor * quantity });
  }
}

/** @type {Map<string, LineRow>} */
const rows = new Map();

/** Shows the lines; a line that stays keeps its element and with it the focus. */
function showLines() {
  const lines = cartLines();
  const list = byId("lines");
  const focused = [...list.children].findIndex((row) => row.contains(document.activeElement));
  const wanted = lines.map((line) => {
    const row = rows.get(line.product.sku) ?? new LineRow(line);
    rows.set(line.product.sku, row);
    row.update(line);
    return row.row;
  });
  for (const [sku, { row }] of rows) if (!wanted.includes(row)) rows.delete(sku);
  for (const row of [...list.children]) if (!wanted.includes(/** @type {HTMLLIElement} */ (row))) row.remove();
  wanted.forEach((row, place) => list.children[place] === row || list.insertBefore(row, list.children[place] ?? null));
  byId("subtotal").textContent = priceText(subtotal(lines));
  byId("full").hidden = lines.length === 0;
  byId("empty").hidden = lines.length > 0;
  if (focused >= 0 && !list.contains(document.activeElement)) focusNear(list, focused);
}

/**
 * After a removal the focus goes to the line that took its place, or to the heading.
 * @param {HTMLElement} list
 * @param {number} place
 */
function focusNear(list, place) {
  const row = list.children[Math.min(place, list.children.length - 1)];
  const target = /** @type {HTMLElement | null | undefined} */ (row?.querySelector("button.quiet"));
  (target ?? byId("title")).focus();
}

/** @type {Drawer | undefined} */
let drawer;

/** What the cart asks at this moment. */
function question() {
  return {
    placement: "cart",
    cart: cartLines().map(({ product, quantity }) => ({ sku: product.sku, quantity, price: product.price ? product.price.minor / 100 : undefined })),
    recent: viewedSkus(),
    now: drawer?.now,
  };
}

/** @param {Block} addons */
async function recommendAddons(addons) {
  const lines = cartLines();
  for (const line of lines) learnTitle(line.product);
  if (lines.length === 0) return addons.leave();
  addons.reserve();
  addons.fill(await recommender(), question());
}

/** @param {Line[]} lines */
async function showPlaced(lines) {
  byId("cart").hidden = true;
  byId("placed").hidden = false;
  byId("placed-lines").replaceChildren(
    ...lines.map(({ product, quantity }) => element("li", {}, `${quantity} × ${product.title}`)),
  );
  byId("placed-title").focus();
  announce("Thank you. Your order is placed.");
  for (const { product } of lines) learnTitle(product);
  const again = new Block(byId("again"), 4);
  again.reserve();
  const engine = (await recommender()) && (await wholeRecommender());
  again.fill(engine, { placement: "post_purchase", history: purchaseHistory() });
}

async function start() {
  startHeader();
  const addons = new Block(byId("addons"), 4);
  let placed = false;
  const refresh = () => {
    if (placed) return;
    showLines();
    return recommendAddons(addons);
  };
  watchCart(() => void refresh());
  startMeter();
  byId("order").addEventListener("click", () => {
    placed = true;
    const order = placeOrder();
    if (order) void showPlaced(order.lines);
  });
  await refresh();
  await addons.drawn;
  if (!placed && (await recommender())) drawer = new Drawer(question, () => void refresh());
  await joinWhenIdle();
}

void start();
