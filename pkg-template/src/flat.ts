// How answers come out of the engine: arrays of numbers, in which a float is its bits.

import { FALLBACK_REASONS, FALLBACKS, REASONS, SILENCES } from "./codes.js";
import type { Answer, Dealt, RecommendedItem, RuleName } from "./types.js";

/** Numbers before arm and name of an answer: status, fallback, its reason, due and one (0: not asked), silence. */
const HEAD = 5;
/** The number of the first silence that withholds a list. */
const WITHHELD = 3;
/** Numbers an item: item, score bits, reason, whether it is relaxed, count of because, three of because. */
const STRIDE = 8;
/** What parts the fields of a line. */
export const FIELD = "\x1f";

/** What a number of the engine is called. */
export interface Names {
  sku(item: number): string;
  rule(number: number): string | null;
  /** Experiment and arm of the last answer. */
  arm(): string;
}

/** Reads numbers one after the other. */
export class Flat {
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;
  readonly #names: Names;
  at: number;

  constructor(words: Uint32Array, names: Names, at = 0) {
    this.#words = words;
    this.#floats = new Float32Array(words.buffer, words.byteOffset, words.length);
    this.#names = names;
    this.at = at;
  }

  next(): number {
    return this.#words[this.at++] as number;
  }

  float(): number {
    return this.#floats[this.at++] as number;
  }

  /** As many as the next number says. */
  list<T>(one: () => T): T[] {
    const list: T[] = new Array(this.next());
    for (let k = 0; k < list.length; k++) list[k] = one();
    return list;
  }

  item(): RecommendedItem {
    const at = this.at;
    this.at += STRIDE;
    const word = (place: number) => this.#words[at + place] as number;
    const because: string[] = new Array(word(4));
    for (let b = 0; b < because.length; b++) because[b] = this.#names.sku(word(5 + b));
    const item: RecommendedItem = {
      sku: this.#names.sku(word(0)),
      score: this.#floats[at + 1] as number,
      reason: REASONS[word(2)] ?? "popular",
      because,
    };
    if (word(3) !== 0) item.relaxed = true;
    return item;
  }

  /** Arm and name of an answer. */
  dealt(): Dealt {
    const [experiment, variant] = this.next() ? this.#names.arm().split(FIELD) : [];
    return { experiment: experiment || null, variant: variant || null, recommendation: [0, 0, 0, 0].map(() => this.next().toString(16).padStart(8, "0")).join("") };
  }

  items = (): RecommendedItem[] => this.list(() => this.item());

  sku = (): string => this.#names.sku(this.next());

  rule = (): RuleName => {
    const number = this.next();
    return { number: number + 1, name: this.#names.rule(number) };
  };
}

/** What a list of names holds at a number from 1; null for 0. */
export function named<T>(list: readonly T[], number: number): T | null {
  return number === 0 ? null : (list[number - 1] ?? null);
}

/** Reads an answer. */
export function answerOf(placement: string, words: Uint32Array, names: Names, model: string): Answer {
  const flat = new Flat(words, names, HEAD);
  const dealt = flat.dealt();
  const items = flat.items();
  const held = (words[4] as number) >= WITHHELD;
  const answer: Answer = {
    placement,
    items: held ? [] : items,
    fallback: named(FALLBACKS, words[1] as number),
    fallback_reason: named(FALLBACK_REASONS, words[2] as number),
    silent: named(SILENCES, words[4] as number),
    ...dealt,
    model,
  };
  if (held) answer.withheld = items;
  if (words[3] !== 0) answer.due = (words[3] as number) - 1;
  return answer;
}
