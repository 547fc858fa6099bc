// How answers come out of the engine: arrays of numbers, in which a float is its bits.

import { FALLBACK_REASONS, FALLBACKS, REASONS, REJECTIONS, RELATIONS, SILENCES, STRATEGIES } from "./codes.js";
import type { Answer, Explanation, RecommendedItem, RuleName, Shown } from "./types.js";

/** Numbers before the first item of an answer: status, fallback, its reason, due and one (0: not asked), silence, count. */
const HEAD = 6;
/** Numbers an item: item, score bits, reason, whether it is relaxed, count of because, three of because. */
const STRIDE = 8;
/** What parts the fields of a line. */
export const FIELD = "\x1f";

/** What a number of the engine is called. */
export interface Names {
  sku(item: number): string;
  rule(number: number): string | null;
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

  items = (): RecommendedItem[] => this.list(() => this.item());

  sku = (): string => this.#names.sku(this.next());

  rule = (): RuleName => {
    const number = this.next();
    return { number: number + 1, name: this.#names.rule(number) };
  };
}

/** What a list of names holds at a number from 1; null for 0. */
function named<T>(list: readonly T[], number: number): T | null {
  return number === 0 ? null : (list[number - 1] ?? null);
}

/** Reads an answer. */
export function answerOf(placement: string, words: Uint32Array, names: Names, model: string): Answer {
  const answer: Answer = {
    placement,
    items: new Flat(words, names, HEAD - 1).items(),
    fallback: named(FALLBACKS, words[1] as number),
    fallback_reason: named(FALLBACK_REASONS, words[2] as number),
    silent: named(SILENCES, words[4] as number),
    model,
  };
  if (words[3] !== 0) answer.due = (words[3] as number) - 1;
  return answer;
}

/** Reads an explanation. */
export function explanationOf(placement: string, words: Uint32Array, names: Names, model: string): Explanation {
  const flat = new Flat(words, names, 1);
  const [strategy, fallback, why, silent] = [flat.next(), flat.next(), flat.next(), flat.next()];
  const loss = flat.float();
  const [known, low, high] = [flat.next(), flat.next(), flat.next()];
  const more = flat.next();
  const found: Explanation = {
    placement,
    strategy: STRATEGIES[strategy] ?? "popular",
    subtotal: known === 0 ? null : (high | 0) * 2 ** 32 + low,
    max_relevance_loss: loss,
    rules: flat.list(flat.rule),
    shown: flat.list(() => shownOf(flat)),
    rejected: flat.list(() => {
      const [sku, raw] = [flat.sku(), flat.float()];
      const [reason, step] = [named(REJECTIONS, flat.next()) ?? "outranked", flat.next()];
      const rule = flat.next();
      return { sku, raw, why: reason, step, ...(rule !== 0 && { rule: { number: rule, name: names.rule(rule - 1) } }) };
    }),
    more,
    fallback: named(FALLBACKS, fallback),
    fallback_reason: named(FALLBACK_REASONS, why),
    silent: named(SILENCES, silent),
    model,
  };
  Object.defineProperty(found, "toString", { value: () => textOf(found) });
  return found;
}

function shownOf(flat: Flat): Shown {
  const item = flat.item();
  const [raw, relevance, bury, phi, value, likeness] = [flat.float(), flat.float(), flat.float(), flat.float(), flat.float(), flat.float()];
  const popularity = flat.float();
  const votes = flat.list(() => ({ sku: flat.sku(), relation: RELATIONS[flat.next()] ?? "cart", weight: flat.float(), vote: flat.float() }));
  return { ...item, parts: { raw, relevance, bury, phi, value, likeness }, popularity, votes, rules: flat.list(flat.rule) };
}

const short = (number: number) => String(Number(number.toPrecision(3)));
const label = ({ number, name }: RuleName) => (name === null ? `rule ${number}` : `"${name}"`);

/** An explanation as a person reads it. */
function textOf({ placement, strategy, subtotal, max_relevance_loss, rules, shown, rejected, more, fallback, fallback_reason, silent }: Explanation): string {
  if (silent !== null) return `${placement}: nothing, ${silent}`;
  const lines = [
    `${placement}: ${strategy}, ${shown.length} shown, subtotal ${subtotal ?? "unknown"}, relevance given up at most ${short(max_relevance_loss)}`,
    ...(rules.length > 0 ? [`rules that hold: ${rules.map(label).join(", ")}`] : []),
    ...(fallback === null ? [] : [`filled by ${fallback}: ${fallback_reason}`]),
  ];
  shown.forEach(({ sku, score, reason, parts, popularity, votes, rules: own, relaxed }, at) => {
    const extra = [parts.bury === 1 ? "" : ` × ${short(parts.bury)} buried`, parts.phi === 0 ? "" : `, worth ${short(parts.phi)}`, parts.likeness === 0 ? "" : `, like others ${short(parts.likeness)}`];
    lines.push(`${at + 1}. ${sku}  ${reason}, score ${short(score)}: raw ${short(parts.raw)}${extra.join("")}${relaxed ? ", wider prices" : ""}`);
    for (const vote of votes) lines.push(`     ${vote.sku} says ${short(vote.vote)} (${vote.relation} ${short(vote.weight)})`);
    if (popularity > 0) lines.push(`     popularity says ${short(popularity)}`);
    if (own.length > 0) lines.push(`     ${own.map(label).join(", ")}`);
  });
  for (const { sku, raw, why, rule } of rejected) lines.push(`-  ${sku}  ${why}${rule ? ` ${label(rule)}` : ""}, raw ${short(raw)}`);
  if (more > 0) lines.push(`   and ${more} more`);
  return lines.join("\n");
}
