// Explanations out of the engine's numbers, and as a text.

import { FALLBACK_REASONS, FALLBACKS, REJECTIONS, RELATIONS, SILENCES, STRATEGIES } from "./codes.js";
import { FIELD, Flat, named, type Names } from "./flat.js";
import type { Explanation, RuleName, Shown } from "./types.js";

/** Reads an explanation. */
export function explanationOf(placement: string, words: Uint32Array, names: Names, model: string): Explanation {
  const flat = new Flat(words, names, 1);
  const [strategy, fallback, why, silent] = [flat.next(), flat.next(), flat.next(), flat.next()];
  const loss = flat.float();
  const [known, low, high] = [flat.next(), flat.next(), flat.next()];
  const more = flat.next();
  const [experiment, variant] = names.arm().split(FIELD);
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
    experiment: experiment || null,
    variant: variant || null,
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

/** The variant of a unit in no arm where others are held out of everything. */
const SERVED = "served";

const short = (number: number) => String(Number(number.toPrecision(3)));
const label = ({ number, name }: RuleName) => (name === null ? `rule ${number}` : `"${name}"`);

/** Where the visitor is, in words. */
function armOf(experiment: string | null, variant: string | null): string {
  if (variant === null) return "no arm";
  if (experiment !== null) return `arm ${variant} of ${experiment}`;
  return variant === SERVED ? "no arm, while others are held out of everything" : "the holdout of everything";
}

/** An explanation as a person reads it. */
function textOf({ placement, strategy, subtotal, max_relevance_loss, rules, shown, rejected, more, fallback, fallback_reason, silent, experiment, variant }: Explanation): string {
  const held = silent === "holdout" || silent === "incumbent";
  if (silent !== null && !held) return `${placement}: nothing, ${silent}`;
  const lines = [
    `${placement}: ${strategy}, ${shown.length} shown, subtotal ${subtotal ?? "unknown"}, relevance given up at most ${short(max_relevance_loss)}`,
    ...(held || variant !== null ? [`the visitor is in ${armOf(experiment, variant)}${held ? `, and the list is kept back (${silent})` : ""}`] : []),
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
