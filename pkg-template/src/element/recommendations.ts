// The element: a block of recommendations that asks by itself, and steps aside where there is nothing good to show.

import type { Answer, Card, RecommendRequest } from "endcap";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { amount, priceText, safeAddress } from "../card.js";
import { enoughCards } from "../enough.js";
import { styles } from "./styles.js";
import type { Connection, Texts } from "./types.js";

const TEXTS: Texts = { heading: "", add: "Add to cart", adding: "Adding…", added: "{title} is in the cart", failed: "{title} could not be added" };
/** Placeholders where no `limit` is said. */
const USUAL_LIMIT = 4;

let connection: Connection | undefined;
const blocks = new Set<Recommendations>();

/** Gives all blocks of the page what they ask. */
export function connect(next: Connection): void {
  connection = next;
  // Where no block asks, or only blocks of the control, a failed load is no news to the page: nobody awaits it.
  Promise.resolve(next.recommender).catch(() => {});
  refresh();
}

/** Lets all blocks ask again: the cart changed, or an overlay took effect. */
export function refresh(): void {
  for (const block of blocks) void block.refresh();
}

interface Shown {
  answer: Answer;
  cards: Card[];
}

/** What a question came to: something to show, a place that stays empty, or neither, so that the block's own content stays. */
type Found = Shown | "empty" | undefined;

/** What an answer with enough to draw comes to, arm by arm. */
function foundOf(answer: Answer, cards: Card[]): Found {
  if (answer.silent === null) return { answer, cards };
  return answer.silent === "holdout" ? "empty" : undefined;
}

export class Recommendations extends LitElement {
  static override styles = styles;
  static override properties = {
    placement: { type: String },
    product: { type: String },
    limit: { type: Number },
    min: { type: Number },
    heading: { type: String },
    unit: { type: String },
    control: { type: Boolean },
    shown: { state: true },
    left: { state: true },
    empty: { state: true },
    said: { state: true },
    adding: { state: true },
  };

  declare placement: string;
  declare product: string | null;
  declare limit: number | null;
  declare min: number;
  declare heading: string;
  declare unit: string | null;
  declare control: boolean;
  declare private shown: Shown | undefined;
  declare private left: boolean;
  declare private empty: boolean;
  declare private said: string;
  declare private adding: string | undefined;
  #asked = 0;
  #unwatch: (() => void) | undefined;

  constructor() {
    super();
    [this.placement, this.product, this.limit, this.min, this.heading, this.unit, this.control] = ["", null, null, 1, "", null, false];
    [this.shown, this.left, this.empty, this.said, this.adding] = [undefined, false, false, "", undefined];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    blocks.add(this);
    void this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    blocks.delete(this);
    this.#unwatch?.();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (this.hasUpdated && ["placement", "product", "limit", "min", "unit", "control"].some((name) => changed.has(name))) void this.refresh();
  }

  /** Asks again. Whatever fails, the page goes on with the block's own content. */
  async refresh(): Promise<void> {
    const turn = ++this.#asked;
    if (connection === undefined || this.placement === "" || !this.isConnected) return;
    this.requestUpdate(); // placeholders, where nothing is shown yet
    const { recommender, context, events } = connection;
    let [found, answer]: [Found, Answer | undefined] = [undefined, undefined];
    try {
      if (!this.control) {
        const asks = await recommender;
        const request = this.#request(context?.() ?? {});
        answer = asks.recommend(request);
        const cards = await enoughCards(asks, answer, this.min);
        if (this.#isOver(turn)) return;
        if (cards !== undefined) {
          // In this moment the arm decides: every arm that has enough to draw is told of alike.
          connection.onAnswer?.(answer);
          events?.exposed?.(answer, request);
          found = foundOf(answer, cards);
        }
      }
    } catch (error) {
      this.dispatchEvent(new CustomEvent("endcap-error", { bubbles: true, composed: true, detail: { error } }));
    }
    if (this.#isOver(turn)) return;
    this.#unwatch?.();
    this.#unwatch = undefined;
    [this.shown, this.left, this.empty] = [found === "empty" ? undefined : found, found === undefined, found === "empty"];
    await this.updateComplete;
    if (found !== undefined && found !== "empty" && this.shown === found) this.#unwatch = events?.watch(found.answer, this);
    this.dispatchEvent(new CustomEvent("endcap-shown", { bubbles: true, composed: true, detail: { answer: found === undefined ? null : answer } }));
  }

  #request(context: Partial<RecommendRequest>): RecommendRequest {
    const own = { product: this.product, limit: this.limit, unit: this.unit };
    return { ...context, placement: this.placement, ...(Object.fromEntries(Object.entries(own).filter(([, value]) => value !== null)) as Partial<RecommendRequest>) };
  }

  /** Whether a later question was quicker, or the block is gone. */
  #isOver(turn: number): boolean {
    return turn !== this.#asked || !this.isConnected;
  }

  protected override render(): TemplateResult {
    const own = this.childElementCount > 0;
    if (this.empty && own) return html`<div class="empty"><slot></slot></div>`;
    if (this.left || (this.shown === undefined && (own || connection === undefined))) return html`<slot></slot>`;
    const heading = this.heading || this.#texts().heading;
    return html`
      <section part="block" class=${this.empty ? "empty" : nothing} aria-labelledby=${heading ? "heading" : nothing} aria-busy=${this.shown === undefined && !this.empty ? "true" : nothing}>
        ${heading ? html`<h2 part="heading" id="heading">${heading}</h2>` : nothing}
        <ul part="list" role="list">
          ${this.shown === undefined ? this.#placeholders() : this.shown.cards.map((card) => this.#card(card))}
        </ul>
        <p class="said" role="status">${this.said}</p>
      </section>
    `;
  }

  #placeholders(): TemplateResult[] {
    return Array.from({ length: Math.max(1, Math.min(this.limit ?? USUAL_LIMIT, 24)) }, () => html`
      <li part="item" aria-hidden="true">
        <span part="link"><span part="picture" class="waiting"></span><span part="title" class="waiting"></span></span>
        <span part="price" class="waiting"></span>
        <span part="button" class="waiting"></span>
      </li>
    `);
  }

  #card(card: Card): TemplateResult {
    const [page, picture] = [card.url, card.image].map((address) => safeAddress(address, document.baseURI));
    const inside = html`
      <span part="picture">${picture === undefined ? nothing : html`<img part="image" src=${picture} alt="" loading="lazy" width="300" height="300" />`}</span>
      <span part="title">${card.title}</span>
    `;
    const busy = this.adding === card.sku;
    const texts = this.#texts();
    return html`
      <li part="item">
        ${page === undefined ? html`<span part="link">${inside}</span>` : html`<a part="link" href=${page} @click=${() => this.#select(card)}>${inside}</a>`}
        <p part="price">${priceText(card, this.#language()) ?? nothing}</p>
        <slot name=${`item-${card.sku}`}></slot>
        ${connection?.addToCart === undefined
          ? nothing
          : html`<button part="button" type="button" aria-label=${`${texts.add}: ${card.title}`} ?disabled=${busy} @click=${() => this.#add(card)}>${busy ? texts.adding : texts.add}</button>`}
      </li>
    `;
  }

  #select(card: Card): void {
    if (this.shown !== undefined) connection?.events?.selected(this.shown.answer, card.sku);
  }

  async #add(card: Card): Promise<void> {
    const { shown } = this;
    const texts = this.#texts();
    if (shown === undefined || connection?.addToCart === undefined || this.adding !== undefined) return;
    [this.adding, this.said] = [card.sku, ""];
    try {
      await connection.addToCart({ sku: card.sku, cart_id: card.cartId, quantity: 1, card, answer: shown.answer });
      this.said = texts.added.replace("{title}", () => card.title);
      connection.events?.added(shown.answer, card.sku, { quantity: 1, ...amount(card) });
    } catch (error) {
      this.said = texts.failed.replace("{title}", () => card.title);
      this.dispatchEvent(new CustomEvent("endcap-error", { bubbles: true, composed: true, detail: { error } }));
    } finally {
      this.adding = undefined;
    }
  }

  #texts(): Texts {
    return { ...TEXTS, ...connection?.texts };
  }

  #language(): string | undefined {
    return this.closest<HTMLElement>("[lang]")?.lang || undefined;
  }
}
