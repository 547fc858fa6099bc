import type { Answer, CartLine, Recommender } from "endcap";
import type { Connection, Texts } from "../element/types.js";
import type { Events } from "../events.js";
import type { CartError } from "./errors.js";

/** How a page is connected to its shop. All may be left out. */
export interface ShopifyOptions {
  /**
   * The module `endcap/element`: its blocks are given the recommender, the cart and a button, wait for the cart once, and ask
   * again when it changes. Default: none, and the page calls `context`, `addToCart` and `onChange` itself.
   */
  element?: { connect(connection: Connection): void; refresh(): void } | undefined;
  /** What `load` gives. Needed with `element`. Prices in another currency than the bundle's are left out of the cart. Default: none. */
  recommender?: Recommender | Promise<Recommender> | undefined;
  /** For the blocks of `element`: told which answers are used, and what is seen, opened and put into the cart; of `createEvents`. Default: nobody. */
  events?: Events | undefined;
  /** For the blocks of `element`: in other words, or another language. Default: English. */
  texts?: Partial<Texts> | undefined;
  /** Whether the visitor allows it, asked each time. While it says anything but `true`, nothing is stored and no attribute is written. Default: no. */
  consent?: (() => boolean | "anonymous") | undefined;
  /**
   * Who is counted, in experiments and with the order: of `createUnit`, or `{ id: () => … }` of the shop's own. Without one nobody is in
   * an arm, and no attribute is written. Default: none.
   */
  unit?: { id(): string | undefined } | undefined;
  /** SKU of the product that the page shows, from Liquid, for themes that do not tell. Default: what `shopify:product:view` tells. */
  product?: string | undefined;
  /**
   * The bundle's key of a variant, where that is not its SKU: given a line of `/cart.js` or a variant of `/products/HANDLE.js`;
   * undefined leaves it out. Default: `({ sku }) => sku`.
   */
  sku?: ((variant: { id?: number; sku?: string | null; [key: string]: unknown }) => string | null | undefined) | undefined;
  /** Whether the theme's own requests to the Ajax cart are noticed, for themes without events. Nothing is patched for it. Default: true. */
  observe?: boolean | undefined;
  /** Milliseconds until an answer of the shop counts as lost; more than 0, `Infinity` for no limit. Default: 10000. */
  timeoutMs?: number | undefined;
  /** Told of what failed where no caller waits. Default: a warning on the console. */
  onError?: ((error: CartError) => void) | undefined;
}

/** What is known of the shopper at this moment: a request without its placement. */
export interface ShopifyContext {
  /** What lies in the cart. */
  cart: CartLine[];
  /** SKU of the product that the page shows, where it is known. */
  product?: string;
  /** SKUs that were viewed in this session, oldest first; at most 20. */
  recent: string[];
  /** The unit of experiments, with consent. */
  unit?: string;
}

/** The connection to the shop. Nothing here throws; `addToCart` alone rejects. */
export interface ShopifyConnection {
  /** Resolves when the cart was read once, or could not be. Never rejects. */
  ready: Promise<void>;
  /** What is known now. The object is yours. */
  context(): ShopifyContext;
  /**
   * Puts a product into the cart by its variant id, a card's `cartId`. Rejects with a {@link CartError}: `E_REFUSED` where the shop
   * declines, `E_FETCH` or `E_TIMEOUT` where it could not be asked, `E_ARGUMENT` where there is no such id. `quantity` is 1 by
   * default.
   */
  addToCart(line: { cart_id: string | null; quantity?: number | undefined }): Promise<void>;
  /** Calls `work` whenever `context()` says something else. Gives a function that ends it. */
  onChange(work: () => void): () => void;
  /**
   * Takes the experiment and the variant of an answer that is used, for the attribute: what the blocks of `element` are answered is
   * taken by itself. Whoever is held out of everything is written as `global_holdout=global_holdout`, and whoever
   * is in no arm while others are held out as `served=served`.
   */
  exposed(answer: Pick<Answer, "experiment" | "variant">): void;
  /**
   * The variants of experiments of the shop's own, by experiment: with consent and a unit they are written to the cart attribute
   * `_endcap`, as soon as something lies in the cart. Those of other pages stay.
   */
  setVariants(variants: Readonly<Record<string, string>>): void;
  /** Reads the cart again, and asks for consent again. Never rejects. */
  refresh(): Promise<void>;
  /**
   * Takes the attribute out of the cart and forgets what was viewed, and which arms the blocks were in: the visitor took consent
   * back. The unit is the page's to forget. Never rejects.
   */
  forget(): Promise<void>;
  /** Listens no more. */
  close(): void;
}
