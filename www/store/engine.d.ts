/**
 * What the store uses of the npm package's `./slim` entry. The page imports the packed file by a
 * relative URL, which a type checker cannot follow, so the part in use is written down here.
 */

/** A price in minor units: 1290 EUR is 12,90 €. */
export interface Price {
  minor: number;
  currency: string;
}

export interface CartLine {
  sku: string;
  quantity: number;
}

export interface Request {
  placement: string;
  cart?: CartLine[];
  product?: string;
  recent?: string[];
  history?: { sku: string; days_ago: number }[];
  limit?: number;
}

export interface Item {
  sku: string;
  score: number;
  reason: string;
  because?: string[];
}

export interface Answer {
  items: Item[];
  fallback: string | null;
}

export interface Card {
  sku: string;
  title: string;
  url: string;
  image: string;
  cartId: string;
  price: Price | null;
}

export interface Recommender {
  recommend(request: Request): Answer;
  add(slice: string): Promise<void>;
  cards(skus: string[]): Promise<Card[]>;
  info(): { model?: string };
}

export interface Engine {
  load(
    bundle: string | Response,
    options: { engine: Promise<Response>; cards: string; timeoutMs: number },
  ): Promise<Recommender>;
}
