/** One product, what is bought with it and what is like it. */

import { Block, learnTitle } from "./block.js";
import { findProduct } from "./catalog.js";
import { button, byId, element } from "./elements.js";
import { startHeader } from "./header.js";
import { startMeter } from "./meter.js";
import { picture, priceText, putIntoCart } from "./product-card.js";
import { recommender, wholeRecommender } from "./recommender.js";
import { MOST, cartLines, rememberViewed, viewedSkus } from "./remembered.js";

/** @typedef {import("./catalog.js").Product} Product */

/** What the shop says of each state of stock. */
const STOCK = {
  in_stock: "In stock, leaves tomorrow",
  low: "Only a few left",
  backorder: "On backorder, leaves in two weeks",
  preorder: "Pre-order, not out yet",
  out: "Sold out",
};

/** @param {Product} product */
function crumbs(product) {
  const [department = ""] = (product.category ?? "").split(" > ");
  const steps = [element("li", {}, element("a", { href: "./" }, "All products"))];
  if (department) {
    const href = `./?category=${encodeURIComponent(department)}`;
    steps.push(element("li", {}, element("a", { href }, department)));
  }
  return element("nav", { class: "crumbs", "aria-label": "Breadcrumb" }, element("ol", { role: "list" }, ...steps));
}

/** @param {Product} product */
function buyBox(product) {
  const sold = product.stock === "out";
  const many = element("input", { type: "number", id: "quantity", min: 1, max: MOST, value: 1, inputmode: "numeric" });
  const put = button(sold ? "Sold out" : "Add to cart", { class: "primary", disabled: sold }, () => {
    const quantity = Math.min(MOST, Math.max(1, Math.trunc(many.valueAsNumber) || 1));
    many.value = String(quantity);
    putIntoCart(product, quantity);
    put.textContent = "Added";
    setTimeout(() => (put.textContent = "Add to cart"), 1600);
  });
  return element(
    "div",
    { class: "buy" },
    element("label", { for: "quantity" }, "Quantity"),
    many,
    put,
    element("a", { class: "quiet", href: "cart.html" }, "Go to the cart"),
  );
}

/** @param {Product} product */
function show(product) {
  document.title = `${product.title} · ${document.title}`;
  const stock = product.stock ?? "in_stock";
  byId("product").replaceChildren(
    crumbs(product),
    element(
      "div",
      { class: "product" },
      picture(product, { eager: true }),
      element(
        "div",
        { class: "product-words" },
        element("h1", {}, product.title),
        element("p", { class: "product-price" }, priceText(product.price)),
        element("p", { class: `stock stock-${stock}` }, STOCK[stock] ?? STOCK.in_stock),
        buyBox(product),
        element("p", { class: "small" }, `Article ${product.sku}`),
      ),
    ),
  );
}

function showMissing() {
  byId("product").replaceChildren(
    element("h1", {}, "We do not have this one"),
    element("p", {}, element("a", { href: "./" }, "See all products")),
  );
}

/** @param {Product} product */
async function recommend(product) {
  const complements = new Block(byId("complements"), 4);
  const similar = new Block(byId("similar"), 4);
  learnTitle(product);
  for (const line of cartLines()) learnTitle(line.product);
  complements.reserve();
  similar.reserve();
  const request = {
    product: product.sku,
    cart: cartLines().map((line) => ({ sku: line.product.sku, quantity: line.quantity })),
    recent: viewedSkus(),
  };
  rememberViewed(product.sku);
  const engine = (await recommender()) && (await wholeRecommender());
  const exclude = complements.fill(engine, { ...request, placement: "pdp_complements" });
  similar.fill(engine, { ...request, placement: "pdp_similar", exclude });
}

async function start() {
  startHeader();
  const sku = new URLSearchParams(location.search).get("sku") ?? "";
  try {
    const product = await findProduct(sku);
    if (!product) return showMissing();
    show(product);
    startMeter();
    await recommend(product);
  } catch (error) {
    byId("product").replaceChildren(element("p", {}, "The catalog could not be read. Please try again in a moment."));
    console.error(error);
  }
}

void start();
