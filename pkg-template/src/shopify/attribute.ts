// The cart attribute that joins an order to its experiments: which unit placed it, and what that unit was shown.
//
//     1;0f3c5a…;cart_addons=b;pdp=control
//
// The version, the unit, then `experiment=variant` in the order of the names; names are percent-encoded, so `;` and `=` part
// and nothing else. The same members always give the same text. A reader that knows another version leaves it alone.

import { attempt } from "./attempt.js";
import { CartError } from "./errors.js";

/** Its key among the cart attributes of Shopify, and in the order meta of WooCommerce. */
export const ATTRIBUTE = "_endcap";

const VERSION = "1";
/** Of the whole; orders are exported and printed, and nobody should have to scroll past this. */
const LONGEST = 1_000;
const LONGEST_NAME = 128;
const MOST_EXPERIMENTS = 32;

/** What an order says of experiments. */
export interface Assignment {
  /** The unit: what `createUnit` gives, or the shop's own; 1 to 128 characters once encoded. */
  unit: string;
  /** The variant of each experiment that the unit is in; at most 32. */
  variants: Readonly<Record<string, string>>;
}

/** The text of an assignment, at most 1,000 characters. Throws `E_ARGUMENT` where it does not fit. */
export function formatAttribute({ unit, variants }: Assignment): string {
  const members = Object.entries(variants).map(([experiment, variant]) => `${encoded(experiment)}=${encoded(variant)}`);
  const text = [VERSION, encoded(unit), ...members.sort()].join(";");
  if (members.length > MOST_EXPERIMENTS || text.length > LONGEST) {
    throw new CartError("E_ARGUMENT", `expected at most ${MOST_EXPERIMENTS} experiments in ${LONGEST} characters, found ${members.length} in ${text.length}`);
  }
  return text;
}

/** Reads what {@link formatAttribute} wrote; null for anything else. Never throws. */
export function parseAttribute(text: unknown): Assignment | null {
  if (typeof text !== "string" || text.length > LONGEST) return null;
  const [version, unit, ...members] = text.split(";");
  if (version !== VERSION || unit === undefined) return null;
  return attempt(() => {
    const pairs = members.map((member) => member.split("=").map(decodeURIComponent));
    const found = { unit: decodeURIComponent(unit), variants: Object.fromEntries(pairs) as Record<string, string> };
    // It throws for whatever it would not have written.
    formatAttribute(found);
    return pairs.every(({ length }) => length === 2) && Object.keys(found.variants).length === pairs.length ? found : null;
  }, null);
}

function encoded(name: unknown): string {
  // Half of a surrogate pair is no text.
  const text = typeof name === "string" ? attempt(() => encodeURIComponent(name), "") : "";
  if (text === "" || text.length > LONGEST_NAME) throw new CartError("E_ARGUMENT", `expected a name of 1 to ${LONGEST_NAME} characters, found ${JSON.stringify(name)}`);
  return text;
}

/** Most tries of one page: a theme that drops the attribute each time is not fought with. */
const MOST_WRITES = 10;

/** Says when the cart lacks the attribute. */
export class Join {
  #variants: Readonly<Record<string, string>> = {};
  #wrote: string | undefined;
  #shown = false;
  #left = MOST_WRITES;

  /** The variants of this page's experiments. Throws `E_ARGUMENT` where they cannot be told. */
  set(variants: Readonly<Record<string, string>>): void {
    formatAttribute({ unit: "-", variants });
    this.#variants = { ...variants };
  }

  /**
   * What to write to a cart in which `found` stands; undefined for nothing. Pages know experiments of their own, so what another
   * page wrote for the same unit stays. What the cart never shows is not written twice.
   */
  missing(unit: string, found: string | undefined): string | undefined {
    if (Object.keys(this.#variants).length === 0) return undefined;
    const wanted = this.#wanted(unit, parseAttribute(found));
    if (found === wanted) this.#shown = true;
    if (found === wanted || (wanted === this.#wrote && !this.#shown) || this.#left === 0) return undefined;
    this.#left--;
    return wanted;
  }

  /** It arrived. */
  wrote(text: string): void {
    [this.#wrote, this.#shown] = [text, false];
  }

  #wanted(unit: string, before: Assignment | null): string {
    const own = formatAttribute({ unit, variants: this.#variants });
    // Where they are too long together, what this page knows counts.
    return before?.unit === unit ? attempt(() => formatAttribute({ unit, variants: { ...before.variants, ...this.#variants } }), own) : own;
  }
}
