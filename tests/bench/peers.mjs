// What a shop would use in place of the engine, over the same edges.

import { random } from "./generate.mjs";
import { require } from "./support.mjs";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Lower ends of the cart-size classes of the engine's blends. */
const CART_SIZES = [1, 2, 4, 6, 10];

function blendFor(edges, lines) {
  const at = CART_SIZES.findLastIndex((size) => lines >= size);
  const [cart, together, prior] = edges.cart_blend[Math.max(0, at)];
  return { cart, together, prior };
}

/**
 * The engine's answer by Maps, as one writes it in an afternoon: rows by SKU, sums by SKU, the best four, and the lines
 * of the cart that voted most. No variants, no categories, no views.
 */
export function mapsRecommender(edges, limit = 4) {
  const rows = (flat) => new Map(edges.skus.map((sku, item) => [sku, rowMap(edges, flat?.[item] ?? [])]));
  const relations = { cart: rows(edges.relations.cart), together: rows(edges.relations.bought_together) };
  const priors = new Map(edges.skus.map((sku, item) => [sku, edges.priors[item]]));
  const out = new Set(edges.out.map((item) => edges.skus[item]));
  return (cart) => {
    const known = [...new Set(cart.map(({ sku }) => sku))].filter((sku) => priors.has(sku));
    const inCart = new Set(known);
    const blend = blendFor(edges, known.length);
    const voting = ["cart", "together"].filter((kind) => blend[kind] > 0);
    const scores = new Map();
    for (const kind of voting) {
      for (const sku of known) {
        for (const [other, weight] of relations[kind].get(sku)) scores.set(other, (scores.get(other) ?? 0) + blend[kind] * weight);
      }
    }
    const best = [];
    const offer = (sku, score) => {
      if (best.length === limit && score <= best[limit - 1].score) return;
      if (inCart.has(sku) || out.has(sku)) return;
      best.splice(best.findLastIndex((other) => other.score >= score) + 1, 0, { sku, score });
      if (best.length > limit) best.pop();
    };
    for (const [sku, score] of scores) offer(sku, score + blend.prior * priors.get(sku));
    for (const [sku, prior] of priors) {
      const score = blend.prior * prior;
      if (best.length === limit && score <= best[limit - 1].score) break;
      if (!scores.has(sku)) offer(sku, score);
    }
    return best.map(({ sku, score }) => ({ sku, score, because: because(sku, known, voting, blend, relations) }));
  };
}

function rowMap(edges, flat) {
  const row = new Map();
  for (let at = 0; at < flat.length; at += 2) row.set(edges.skus[flat[at]], flat[at + 1]);
  return row;
}

function because(sku, known, voting, blend, relations) {
  return known
    .map((voter) => [voter, voting.reduce((sum, kind) => sum + blend[kind] * (relations[kind].get(voter).get(sku) ?? 0), 0)])
    .filter(([, vote]) => vote > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([voter]) => voter);
}

/** Twenty products a product, the best first, made beforehand: what a shop would put on a CDN. */
export function precomputedLists(edges, length = 20) {
  const { cart, together } = blendFor(edges, 1);
  return edges.skus.map((_, item) => {
    const sums = new Map();
    const add = (flat, factor) => {
      for (let at = 0; at < flat.length; at += 2) sums.set(flat[at], (sums.get(flat[at]) ?? 0) + factor * flat[at + 1]);
    };
    if (cart > 0) add(edges.relations.cart?.[item] ?? [], cart);
    if (together > 0) add(edges.relations.bought_together?.[item] ?? [], together);
    const sorted = [...sums].sort((a, b) => b[1] - a[1]).slice(0, length);
    return sorted.map(([other, weight]) => [edges.skus[other], Number(weight.toPrecision(3))]);
  });
}

/** Merges lists in the page: by summed score, without what is in the cart. `lists` maps a SKU to its list. */
export function mergeLists(lists, cart, limit = 4) {
  const inCart = new Set(cart.map(({ sku }) => sku));
  const sums = new Map();
  for (const sku of inCart) {
    for (const [other, weight] of lists[sku] ?? []) if (!inCart.has(other)) sums.set(other, (sums.get(other) ?? 0) + weight);
  }
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, limit).map(([sku, score]) => ({ sku, score }));
}

/** A vector an item: its co-occurrence row through a random projection, of length one. */
export function itemVectors(edges, dimensions = 32) {
  const dice = random(5);
  const signs = edges.skus.map(() => Float32Array.from({ length: dimensions }, () => (dice() < 0.5 ? -1 : 1)));
  return edges.skus.map((_, item) => {
    const vector = Float32Array.from(signs[item], (sign) => sign * 0.1);
    const flat = edges.relations.bought_together?.[item] ?? [];
    for (let at = 0; at < flat.length; at += 2) for (let d = 0; d < dimensions; d++) vector[d] += flat[at + 1] * signs[flat[at]][d];
    return unit(vector);
  });
}

function unit(vector) {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** The one file of hnswlib-wasm that holds engine and glue; its loader beside it wants a page's IndexedDB. */
export function vectorEngine() {
  const folder = dirname(require.resolve("hnswlib-wasm/dist/hnswlib.js"));
  return join(folder, readdirSync(folder).find((name) => /^hnswlib-[0-9a-f]+\.js$/.test(name)));
}

/**
 * hnswlib-wasm over item vectors: the nearest to the mean of the cart's. It is built for pages only, and asks whether it
 * stands in one by looking for `window`; here it is given one while it loads.
 */
export async function vectorRecommender(edges, limit = 4) {
  const library = await inAPage(async () => (await import(pathToFileURL(vectorEngine()).href)).default());
  const vectors = itemVectors(edges);
  const index = new library.HierarchicalNSW("ip", vectors[0].length, "");
  index.initIndex(vectors.length, 16, 100, 7);
  vectors.forEach((vector, item) => index.addPoint(vector, item, false));
  index.setEfSearch(40);
  const itemOf = new Map(edges.skus.map((sku, item) => [sku, item]));
  return (cart) => {
    const items = cart.map(({ sku }) => itemOf.get(sku)).filter((item) => item !== undefined);
    const mean = new Float32Array(vectors[0].length);
    for (const item of items) for (let d = 0; d < mean.length; d++) mean[d] += vectors[item][d] / items.length;
    const { neighbors } = index.searchKnn(mean, limit + items.length, undefined);
    return neighbors.filter((item) => !items.includes(item)).slice(0, limit).map((item) => ({ sku: edges.skus[item] }));
  };
}

async function inAPage(work) {
  Object.assign(globalThis, { window: globalThis, document: { currentScript: { src: "" } } });
  try {
    return await work();
  } finally {
    delete globalThis.window;
    delete globalThis.document;
  }
}
