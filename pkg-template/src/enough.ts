// What every arm is held to alike before anything is told of, drawn or emptied: that there is enough to draw.

import type { Answer, Card } from "./types.js";

/**
 * The cards of the list that an answer shows, or keeps back from this visitor; `undefined` where fewer than `min` are there, or no list.
 * Of whoever is in no arm nothing is kept back: there is nobody to compare them with.
 */
export async function enoughCards(recommender: { cards(skus: readonly string[]): Promise<Card[]> }, answer: Answer, min: number | undefined): Promise<Card[] | undefined> {
  const list = (answer.variant ? answer.withheld : undefined) ?? answer.items;
  const least = Math.max(1, min || 1);
  if (list.length < least) return undefined;
  const cards = await recommender.cards(list.map(({ sku }) => sku));
  return cards.length < least ? undefined : cards;
}
