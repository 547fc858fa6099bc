// A block as HTML: no script and no style in it, so that no policy of the page forbids it. The names are those of
// `<endcap-recommendations>`: its parts are classes here, with `endcap-` before them.

import type { Answer, Card } from "endcap/studio";
import { priceText, safeAddress } from "../card.js";

/** What a block is drawn for. */
export interface RenderContext {
  /** The page's language, where it is known. */
  language: string | undefined;
  /** Over the list, of the block's own option. */
  heading: string | undefined;
}

/**
 * The block that is drawn where a shop draws none of its own:
 *
 *     <section class="endcap-block" data-endcap-placement data-endcap-recommendation data-endcap-model data-endcap-experiment data-endcap-variant>
 *       <h2 class="endcap-heading">…</h2>
 *       <ul class="endcap-list" role="list">
 *         <li class="endcap-item" data-endcap-sku data-endcap-index>
 *           <a class="endcap-link"><span class="endcap-picture"><img class="endcap-image"></span><span class="endcap-title">…</span></a>
 *           <span class="endcap-price">…</span>
 *
 * All that comes from the catalog is escaped; links and pictures lead to http, https or relative addresses only.
 */
export function renderBlock(answer: Answer, cards: readonly Card[], { language, heading }: RenderContext): string {
  const id = `endcap-${answer.id ?? answer.placement}`;
  const named = heading ? ` aria-labelledby="${escaped(id)}"` : "";
  const title = heading ? `<h2 class="endcap-heading" id="${escaped(id)}">${escaped(heading)}</h2>` : "";
  const data = told(answer);
  const items = cards.map((card) => item(card, answer.items.findIndex(({ sku }) => sku === card.sku), language));
  return `<section class="endcap-block"${named}${dataset(data)}>${title}<ul class="endcap-list" role="list">${items.join("")}</ul></section>`;
}

/** The list that an experiment keeps back from this visitor; `undefined` where none is. */
export function keptBack(answer: Answer): Answer["withheld"] {
  return answer.variant ? answer.withheld : undefined;
}

/**
 * Nothing that is to be seen, and the arm with the SKUs, so that the page can tell of the exposure alike in every arm: in the place of a
 * list that is not there (`withheld`), or beside one that the shop drew itself (`shown`).
 */
export function renderMark(answer: Answer, what: "withheld" | "shown", cards: readonly Card[]): string {
  const skus = JSON.stringify(cards.map(({ sku }) => sku));
  return `<section class="endcap-block" hidden${dataset({ ...told(answer), [what]: skus })}></section>`;
}

/** Whether this markup says which answer and which arm it is of, as that of `renderBlock` does. */
export function isMarked(html: string, answer: Answer): boolean {
  return html.includes(dataset(told(answer)));
}

function told(answer: Answer): Record<string, string> {
  const { placement, recommendation, model, experiment, variant } = answer;
  return { placement, recommendation, model, ...(experiment && { experiment }), ...(variant && { variant }) };
}

function item(card: Card, index: number, language: string | undefined): string {
  // Which server the page is of does not matter here, only what kind of address it is.
  const [page, picture] = [card.url, card.image].map((address) => safeAddress(address, "https://shop.invalid"));
  const image = picture === undefined ? "" : `<img class="endcap-image" src="${escaped(picture)}" alt="" loading="lazy" width="300" height="300">`;
  const inside = `<span class="endcap-picture">${image}</span><span class="endcap-title">${escaped(card.title)}</span>`;
  const link = page === undefined ? `<span class="endcap-link">${inside}</span>` : `<a class="endcap-link" href="${escaped(page)}">${inside}</a>`;
  const price = priceText(card, language);
  return `<li class="endcap-item"${dataset({ sku: card.sku, index: String(index) })}>${link}${price === undefined ? "" : `<span class="endcap-price">${escaped(price)}</span>`}</li>`;
}

function dataset(values: Record<string, string>): string {
  return Object.entries(values).map(([name, value]) => ` data-endcap-${name}="${escaped(value)}"`).join("");
}

const REFERENCES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => REFERENCES[letter] as string);
}
