// Rules as endcap.toml writes them, checked and flattened for the engine.

import { STOCK_STATES } from "./codes.js";
import { EndcapError } from "./errors.js";
import { isSku, momentOf } from "./request.js";

const TEXTS = ["sku", "title", "category", "brand", "tag", "group"];
const ACTIONS = ["exclude", "include_only", "boost", "bury", "pin"];
const WHENS = ["cart_contains_any", "cart_contains_all", "cart_contains_none", "product"];
/** What the engine expects where nothing is given. */
const NONE = NaN;

/** A table of unknown content; the keys that are looked at by name. */
type Table = { [key: string]: unknown } & {
  [key in "name" | "placements" | "match" | "when" | "action" | "from" | "until" | "not" | "cart_subtotal" | "cart_lines" | "segment"]?: unknown;
};
type Bounds = readonly [least: number, most: number, unit: number];

const PRICE: Bounds = [0, 9e9, 0];
const MARGIN: Bounds = [-1, 1, 1000];
const COUNT: Bounds = [0, 1e9, 1];
const AGE: Bounds = [0, 36_500, 1];
const LINES: Bounds = [0, 1000, 1];

/** Rules as the engine reads them: the texts joined by line ends, and the numbers that say what each is for. */
export function flattened(rules: unknown): { texts: string; numbers: Float64Array } {
  const writer: Writer = new Writer();
  if (!Array.isArray(rules)) writer.fail("a list of rules", rules);
  writer.put(rules.length);
  const names = new Set<unknown>();
  rules.forEach((rule, at) => {
    writer.where = `rule ${at + 1}`;
    writer.rule(rule);
    if (names.has(rule.name)) writer.fail("a name of its own", rule.name, "name");
    names.add(rule.name);
  });
  return { texts: writer.texts.join("\n"), numbers: Float64Array.from(writer.numbers) };
}

class Writer {
  where = "setRules";
  readonly texts: string[] = [];
  readonly numbers: number[] = [];

  put(...numbers: number[]): void {
    this.numbers.push(...numbers);
  }

  fail(expected: string, found: unknown, key?: string): never {
    const shown = typeof found === "string" ? `"${found.slice(0, 80)}"` : typeof found === "object" ? JSON.stringify(found)?.slice(0, 80) : String(found);
    throw new EndcapError("E_RULE", `${this.where}${key ? `, ${key}` : ""}: expected ${expected}, found ${found === undefined ? "none" : shown}`);
  }

  /** The table of a key, which has no keys but these. */
  table(value: unknown, key: string, allowed: readonly string[]): Table {
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.fail("a table", value, key);
    for (const name of Object.keys(value)) if (!allowed.includes(name)) this.fail(`one of ${allowed.join(", ")}`, name, key);
    return value as Table;
  }

  rule(given: unknown): void {
    const rule = this.table(given, "", ["name", "placements", "match", "when", "action", "from", "until"]);
    this.text(rule.name, "name");
    this.where += ` ("${rule.name}")`;
    if (rule.placements === undefined) this.put(0);
    else this.list(rule.placements, "placements");
    const conditional = rule.when !== undefined || rule.from !== undefined || rule.until !== undefined;
    const action = this.table(rule.action, "action", ACTIONS);
    const silences = conditional && "exclude" in action && rule.match !== undefined;
    this.match(rule.match, "match", [...TEXTS, "price", "margin", "stock", "age"], silences);
    this.when(rule.when);
    this.action(action);
    const [from, until] = [this.moment(rule.from, "from"), this.moment(rule.until, "until")];
    if (from >= until) this.fail("a time after `from`", rule.until, "until");
    this.put(from, until);
  }

  match(given: unknown, key: string, keys: readonly string[], mayBeEmpty = false): void {
    const table = this.table(given, key, [...keys, "not"]);
    const { not, ...tests } = table;
    if (!mayBeEmpty && Object.keys(table).length === 0) this.fail('a test such as { category: "Gift cards" }', table, key);
    this.tests(tests, key, keys);
    if (not === undefined) return this.put(0);
    const exempt = this.table(not, `${key}.not`, keys);
    if (Object.keys(exempt).length === 0) this.fail("a test", exempt, `${key}.not`);
    this.tests(exempt, `${key}.not`, keys);
  }

  tests(table: Table, under: string, keys: readonly string[]): void {
    const given = Object.entries(table).filter(([, value]) => value !== undefined);
    this.put(given.length);
    for (const [name, value] of given) {
      const key = `${under}.${name}`;
      const number = keys.indexOf(name);
      if (number < TEXTS.length) {
        this.put(number);
        this.list(value, key);
      } else if (name === "stock") this.stock(value, key);
      else if (name === "price") this.put(6, ...this.span(value, key, PRICE));
      else if (name === "margin") this.put(7, ...this.span(value, key, MARGIN));
      else this.put(10, ...this.span(value, key, AGE));
    }
  }

  stock(value: unknown, key: string): void {
    const states: unknown[] = Array.isArray(value) ? value : [value];
    if (typeof states[0] === "object") return this.put(9, ...this.span(value, key, COUNT));
    const numbers = states.map((state) => STOCK_STATES.indexOf(state as (typeof STOCK_STATES)[number]));
    if (numbers.length === 0 || numbers.includes(-1)) this.fail(`some of ${STOCK_STATES.join(", ")}`, value, key);
    this.put(8, numbers.reduce((bits, number) => bits | (1 << number), 0));
  }

  when(given: unknown): void {
    const when = given === undefined ? {} : this.table(given, "when", [...WHENS, "cart_subtotal", "cart_lines", "segment"]);
    if (given !== undefined && Object.keys(when).length === 0) this.fail("a condition such as { cart_lines: { min: 1 } }", when, "when");
    for (const key of WHENS) {
      this.put(when[key] === undefined ? 0 : 1);
      if (when[key] !== undefined) this.match(when[key], `when.${key}`, TEXTS);
    }
    this.put(...this.span(when.cart_subtotal, "when.cart_subtotal", PRICE, true));
    this.put(...this.span(when.cart_lines, "when.cart_lines", LINES, true));
    const segment = when.segment === undefined ? {} : this.table(when.segment, "when.segment", Object.keys(when.segment ?? {}));
    this.put(Object.keys(segment).length);
    for (const [name, values] of Object.entries(segment)) {
      this.text(name, "when.segment");
      this.list(values, `when.segment.${name}`);
    }
  }

  action(action: Table): void {
    const given = ACTIONS.filter((key) => action[key] !== undefined);
    const [key = ""] = given;
    if (given.length !== 1) this.fail(`exactly one of ${ACTIONS.join(", ")}`, action, "action");
    const value = action[key];
    const number = typeof value === "number" ? value : NONE;
    const sound: Record<string, [boolean, string]> = {
      exclude: [value === true, "true"],
      include_only: [value === true, "true"],
      boost: [number > 1 && number <= 2, "a factor above 1, at most 2"],
      bury: [number > 0 && number < 1, "a factor above 0, below 1"],
      pin: [Number.isInteger(number) && number >= 1 && number <= 100, "a slot from 1 to 100"],
    };
    const [fits, expected] = sound[key] as [boolean, string];
    if (!fits) this.fail(expected, value, `action.${key}`);
    this.put(ACTIONS.indexOf(key), number);
  }

  text(value: unknown, key: string): void {
    if (!isSku(value) || value.length > 255) this.fail("a text of 1 to 200 characters without control characters", value, key);
    this.texts.push(value);
  }

  /** A text, or a list of some. */
  list(value: unknown, key: string): void {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0) this.fail("a text, or a list of some", value, key);
    this.put(list.length);
    for (const text of list) this.text(text, key);
  }

  span(value: unknown, key: string, [least, most, unit]: Bounds, mayMiss = false): [number, number] {
    if (value === undefined && mayMiss) return [NONE, NONE];
    const span = this.table(value, key, ["min", "max"]);
    const bound = (name: string) => {
      const number = span[name];
      if (number === undefined) return NONE;
      const scaled = unit > 0 ? Math.round((number as number) * unit) : 0;
      const fits = typeof number === "number" && number >= least && number <= most && Math.abs(number * unit - scaled) < 1e-6;
      if (!fits) this.fail(`a${unit === 1 ? " whole" : ""} number from ${least} to ${most}`, number, `${key}.${name}`);
      return unit > 0 ? scaled : number;
    };
    const [min, max] = [bound("min"), bound("max")];
    if (min > max || (Number.isNaN(min) && Number.isNaN(max))) this.fail("`min`, `max` or both, in this order", span, key);
    return [min, max];
  }

  moment(value: unknown, key: string): number {
    const seconds = momentOf(value);
    if (value !== undefined && Number.isNaN(seconds)) this.fail("a Date, or a time with an offset such as 2026-11-20T00:00:00+01:00", value, key);
    return seconds;
  }
}
