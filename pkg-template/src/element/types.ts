import type { Answer, Card, Recommender, RecommendRequest } from "endcap";
import type { Events } from "../events.js";

/** What a shopper wants in the cart. */
export interface AddToCart {
  /** Your key of the product. */
  sku: string;
  /** What the shop's cart takes, where the catalog says. */
  cart_id: string | null;
  quantity: number;
  card: Card;
  answer: Answer;
}

/** What a block says. `{title}` stands for the product's. */
export interface Texts {
  /** Over the list, where the attribute `heading` is not given. Default: nothing. */
  heading: string;
  /** On the button. */
  add: string;
  /** On the button while the cart is asked. */
  adding: string;
  /** To screen readers, when it is in the cart, and when it could not be put there. */
  added: string;
  failed: string;
}

/** What blocks ask, and whom they tell. */
export interface Connection {
  /** What `load` gives. */
  recommender: Recommender | Promise<Recommender>;
  /** What is known when a block asks: cart, views, history. Default: nothing. */
  context?: (() => Partial<RecommendRequest>) | undefined;
  /** Puts a product into the shop's cart; rejects where it could not. Default: none, and blocks have no buttons. */
  addToCart?: ((line: AddToCart) => unknown) | undefined;
  /** Told which answers are used, and what is seen, opened and put into the cart: of `createEvents`. Default: nobody. */
  events?: Events | undefined;
  /** Told of every answer with enough to draw, in the moment in which it is used. Default: nobody. */
  onAnswer?: ((answer: Answer) => void) | undefined;
  /** In other words, or another language. Default: English. */
  texts?: Partial<Texts> | undefined;
}

/**
 * `<endcap-recommendations placement="cart" limit="4" heading="Goes with it">…the shop's own content…</endcap-recommendations>`
 *
 * Shows the recommendations of a placement, and its own content where there are none, where the recommender fails, where the
 * placement is switched off, and for visitors who see what the shop itself shows there (`incumbent`). For whoever is held out
 * (`holdout`) its place stays empty: what stood there keeps its room, and is not to be seen. Parts: `block`, `heading`, `list`, `item`, `link`, `picture`, `image`, `title`, `price`, `button`.
 * Custom properties: `--endcap-columns`, `--endcap-gap`, `--endcap-radius`, `--endcap-accent`, `--endcap-on-accent`,
 * `--endcap-surface`. A slot `item-SKU` stands in each card. Events: `endcap-shown` (`detail.answer`, null for its own content) and
 * `endcap-error` (`detail.error`).
 */
export interface RecommendationsElement extends HTMLElement {
  /** A placement of the bundle. */
  placement: string;
  /** SKU of the product that the page shows. Default: what the context says. */
  product: string | null;
  /** Most products. Default: the placement's own. */
  limit: number | null;
  /** Fewest products worth showing, with a card each, by every arm alike: what is kept back counts as if it were shown. Default: 1. */
  min: number;
  /** Over the list. */
  heading: string;
  /** The name under which the visitor is counted in experiments. Default: what the context says. */
  unit: string | null;
  /** Whether its own content stays, and nobody is asked: the visitor is in the control of an experiment of the shop's own. */
  control: boolean;
  /** Asks again. */
  refresh(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    "endcap-recommendations": RecommendationsElement;
  }
}
