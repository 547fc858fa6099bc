// The live cart of WooCommerce's Store API, for the blocks of the page.

import { connect, refresh } from "./dist/element.js";
import { createEvents, createUnit } from "./dist/events.js";
import { load } from "./dist/index.js";
import { formatAttribute } from "./dist/shopify.js";

const settings = JSON.parse(document.querySelector("#endcap-settings").textContent);
// The WP Consent API. Where it is not there nobody has said anything, neither yes nor no.
const consent = () => window.wp_has_consent?.("statistics") === true;
const refused = () => window.wp_has_consent?.("statistics") === false;
const UNIT = "endcap_unit";
const unit = createUnit({ consent, name: UNIT });
let cart = [];
let nonce = "";
let dealt = {}; // the arms of the blocks
let own = {}; // those of the shop's own experiments
let wrote; // what this page told the session last
let told = false; // whether the session may hold a word of the visitor

/** Asks the Store API: with a body it is a change, which needs the nonce of the answer before. */
async function ask(path, body) {
  const change = body && { method: "POST", headers: { "content-type": "application/json", Nonce: nonce }, body: JSON.stringify(body) };
  const response = await fetch(settings.api + path, { cache: "no-store", ...change });
  nonce = response.headers.get("Nonce") ?? nonce;
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.code}: ${answer.message}`);
  return answer;
}

/** Takes a cart as the Store API tells it: prices are texts in minor units. */
function take({ items }) {
  const before = JSON.stringify(cart);
  cart = items.filter(({ sku }) => sku).map(({ sku, quantity, prices }) => ({ sku, quantity, price: Number(prices.price) / 10 ** prices.currency_minor_unit }));
  if (JSON.stringify(cart) !== before) refresh();
}

/** Reads the cart, once for all who ask at the same time, and after what is under way. */
const read = () => (planned ??= (running = running.then(() => ((planned = undefined), readNow()))));
let planned;
let running = Promise.resolve();

/** Reads the cart, and tells it the experiments of this page. What fails leaves the page as it is. */
async function readNow() {
  try {
    if (refused()) forget();
    take(await ask("cart"));
    const attribute = wanted();
    if (attribute === undefined || attribute === wrote) return;
    told = true;
    await ask("cart/extensions", { namespace: "endcap", data: { attribute } });
    [wrote, told] = [attribute, attribute !== ""];
  } catch (error) {
    console.warn("endcap:", error);
  }
}

/** What the session shall hold; an empty text takes it away, undefined leaves it as it is. */
function wanted() {
  if (refused()) return told ? "" : undefined;
  const variants = { ...dealt, ...own };
  const id = consent() && cart.length > 0 && Object.keys(variants).length > 0 ? unit.id() : undefined;
  return id && formatAttribute({ unit: id, variants });
}

/** The visitor refuses: the unit goes, and the arms that it was dealt. A unit is stored with consent only, so an earlier page may have told of it. */
function forget() {
  try {
    told ||= localStorage.getItem(UNIT) !== null;
  } catch {
    // Where the browser forbids it nothing was stored.
  }
  unit.forget();
  dealt = {};
}

async function addToCart({ cart_id, quantity }) {
  take(await ask("cart/add-item", { id: Number(cart_id), quantity }));
  // The Mini-Cart and the cart block ask again, and so does the cart of classic themes.
  document.body.dispatchEvent(new CustomEvent("wc-blocks_added_to_cart", { bubbles: true, detail: { preserveCartData: false } }));
  window.jQuery?.(document.body).trigger("wc_fragment_refresh");
}

/** What the cart block holds, as a text; it changes there before any event is told. */
const inBlocks = () => JSON.stringify(window.wp?.data?.select("wc/store/cart")?.getCartData?.().items?.map(({ key, quantity }) => [key, quantity]) ?? null);

let held = inBlocks();
window.wp?.data?.subscribe(() => {
  const now = inBlocks();
  if (now !== held) [held] = [now, void read()];
});
for (const name of ["wc-blocks_added_to_cart", "wc-blocks_removed_from_cart"]) document.body.addEventListener(name, () => void read());
window.jQuery?.(document.body).on("added_to_cart removed_from_cart updated_cart_totals", () => void read());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void read());
window.addEventListener("pageshow", ({ persisted }) => persisted && void read());
document.addEventListener("wp_listen_for_consent_change", () => (refresh(), void read()));

const bundle = load(settings.bundle, { cards: settings.cards });
const first = read();
connect({
  recommender: Promise.all([bundle, first]).then(([recommender]) => recommender), // so that blocks do not draw twice
  context: () => ({ cart, unit: unit.id() }),
  // The arms of the blocks, for the order's meta; consent is asked where they are written.
  onAnswer: ({ experiment, variant }) => variant && deal(experiment ?? variant, variant),
  addToCart,
  events: createEvents({ consent, unit, dataLayer: window.dataLayer, ...(settings.events && { endpoint: settings.events }) }),
});

function deal(name, variant) {
  if (dealt[name] === variant) return;
  dealt = { ...dealt, [name]: variant };
  void read();
}

window.endcap = {
  /** The variants of the shop's own experiments, for the order's meta `_endcap`. */
  setVariants(given) {
    own = { ...own, ...given };
    return read();
  },
};
