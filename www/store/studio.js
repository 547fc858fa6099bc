/**
 * The merchandiser's drawer on the cart page: what a shop changes in the course of a day (stock, a price, a campaign, a
 * block that is switched off) takes effect in the running page, and each list says why it is as it is. The whole engine is
 * fetched when the drawer is first opened; the shop does not need it.
 */

import { titleOf } from "./block.js";
import { button, element } from "./elements.js";
import { announce } from "./header.js";
import { studio } from "./recommender.js";

/** @typedef {import("./engine.js").Studio} Studio */
/** @typedef {import("./engine.js").RecommendRequest} Request */

const PLACEMENT = "cart";
const DAY_MS = 86_400_000;
/** The overlay by which a report switches off what did not earn its place. */
const REVERT = "models/revert.overlay";
/** So much dearer a price becomes: further than a shop would believe unasked, and out of reach of most carts. */
const DEARER = 4;

/** What the merchandiser has set. Each change is made of all of it, so that taking one back is a change like any other. */
class Day {
  /** The add-ons that are spoken of: those that stood in the list when the drawer was opened. */
  skus = /** @type {string[]} */ ([]);
  soldOut = false;
  dearer = false;
  campaign = false;
  tomorrow = false;
  enabled = true;

  /** The moment by which windows are judged. */
  get now() {
    return Date.now() + (this.tomorrow ? DAY_MS : 0);
  }
}

export class Drawer {
  #request;
  #refresh;
  #day = new Day();
  #body = element("div", { class: "meter-body" });
  #log = element("p", { class: "drawer-log", role: "status" });
  #why = element("pre", { class: "drawer-why", tabindex: 0, "aria-label": "Why this list" });
  /** @type {Studio | null} */
  #studio = null;
  /** @type {Map<string, number>} Prices as they are, by SKU. */
  #prices = new Map();

  /**
   * @param {() => Request} request what the page asks at this moment
   * @param {() => unknown} refresh asks and draws anew
   */
  constructor(request, refresh) {
    this.#request = request;
    this.#refresh = refresh;
    const drawer = element("details", { class: "meter drawer" }, element("summary", {}, "Merchandiser"), this.#body);
    drawer.addEventListener("toggle", () => drawer.open && void this.#open());
    document.body.append(drawer);
  }

  /** The moment that the page's questions are asked at. */
  get now() {
    return this.#day.now;
  }

  async #open() {
    if (this.#studio) return;
    this.#body.replaceChildren(element("p", {}, "Fetching the whole engine …"));
    this.#studio = await studio();
    if (!this.#studio) return this.#body.replaceChildren(element("p", {}, "The whole engine is not here. The console says why."));
    const { items } = this.#studio.recommend(this.#request());
    this.#day.skus = items.map((item) => item.sku);
    await this.#learnPrices(this.#day.skus);
    this.#draw();
    this.#tell("Nothing changed yet.");
  }

  /** @param {string[]} skus */
  async #learnPrices(skus) {
    const cards = (await this.#studio?.cards(skus).catch(() => [])) ?? [];
    for (const { sku, price } of cards) if (price) this.#prices.set(sku, price.minor / 100);
  }

  #draw() {
    const { skus } = this.#day;
    const [first = "", second = first] = skus;
    const last = skus.at(-1) ?? "";
    const flag = (/** @type {"soldOut" | "dearer" | "campaign" | "tomorrow" | "enabled"} */ name, /** @type {string} */ label) => {
      const box = element("input", { type: "checkbox", id: `day-${name}`, checked: this.#day[name] });
      box.addEventListener("change", () => {
        this.#day[name] = box.checked;
        this.#apply(label, box.checked);
      });
      return element("label", { class: "drawer-row", for: `day-${name}` }, box, element("span", {}, label));
    };
    this.#body.replaceChildren(
      element("p", {}, "Patched into the running page. Nothing is loaded again."),
      flag("soldOut", `${titleOf(first)} is sold out`),
      flag("dearer", `${titleOf(second)} costs ${DEARER} times as much`),
      flag("campaign", `Campaign from tomorrow: ${titleOf(last)} first`),
      flag("tomorrow", "It is tomorrow"),
      flag("enabled", "The block is on"),
      ...(document.documentElement.dataset.revert === "there" ? [button("Apply the report's verdict: REVERT", { class: "quiet", id: "day-revert" }, () => this.#revert())] : []),
      this.#log,
      element("h3", {}, "Why this list"),
      button("Explain again", { class: "quiet" }, () => this.#explain()),
      this.#why,
    );
  }

  /** The change that makes the page what the day says. */
  #change() {
    const { skus, soldOut, dearer, campaign, enabled } = this.#day;
    const [first = "", second = first] = skus;
    /** @type {Record<string, import("./engine.js").ItemChange>} */
    const items = { [first]: { availability: soldOut ? "out" : "in_stock" } };
    const price = this.#prices.get(second);
    if (price !== undefined) items[second] = { ...items[second], price: Math.round(price * (dearer ? DEARER : 1) * 100) / 100 };
    const today = new Date().setHours(24, 0, 0, 0);
    /** @type {import("./engine.js").Rule[]} */
    const rules = [
      // What a price says is tested live: nobody adds on what costs more than a treat.
      { name: "nothing dear beside the till", placements: [PLACEMENT], match: { price: { min: this.#dear() } }, when: { cart_lines: { min: 1 } }, action: { exclude: true } },
      { name: "campaign", placements: [PLACEMENT], match: { sku: skus.at(-1) ?? "" }, action: { pin: 1 }, from: today, until: today + 7 * DAY_MS },
    ];
    return { items, placements: { [PLACEMENT]: { enabled } }, rules: rules.slice(dearer ? 0 : 1, campaign ? 2 : 1) };
  }

  /** A price that the second add-on is below today and above once it is dearer. */
  #dear() {
    const price = this.#prices.get(this.#day.skus[1] ?? "") ?? 0;
    return Math.max(...this.#prices.values(), price) + 0.01 < price * DEARER ? Math.max(...this.#prices.values()) + 0.01 : price * 2;
  }

  /**
   * @param {string} label
   * @param {boolean} on
   */
  #apply(label, on) {
    const engine = this.#studio;
    if (!engine) return;
    try {
      const start = performance.now();
      engine.patch(this.#change());
      const { items, silent } = engine.recommend({ ...this.#request(), limit: 4 });
      const took = performance.now() - start;
      this.#tell(`${label}: ${on ? "yes" : "no"}. Patched and answered in ${took.toFixed(1)} ms; ${silent ?? `${items.length} products`}.`);
    } catch (error) {
      this.#tell(String(error));
    }
    this.#refresh();
    this.#explain();
  }

  /** What a shop's servers would send: the overlay of the report, as it is. */
  async #revert() {
    const engine = this.#studio;
    if (!engine) return;
    try {
      const bytes = await fetch(REVERT).then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(`${REVERT}: ${answer.status}`))));
      const { changed } = engine.patch(bytes);
      const { silent, items } = engine.recommend({ ...this.#request(), limit: 4 });
      this.#day.enabled = silent !== "disabled";
      this.#draw();
      this.#tell(`The overlay of the report ${changed ? "took effect" : "was in force already"}; ${silent ?? `${items.length} products`}.`);
    } catch (error) {
      this.#tell(String(error));
    }
    this.#refresh();
    this.#explain();
  }

  #explain() {
    if (this.#studio) this.#why.textContent = String(this.#studio.explain(this.#request(), { limit: 5, about: this.#day.skus }));
  }

  /** @param {string} words */
  #tell(words) {
    this.#log.textContent = words;
    announce(words);
    if (this.#why.textContent === "") this.#explain();
  }
}
