// Changes on the spot, checked and flattened for the engine.

import { STOCK_STATES } from "./codes.js";
import { EndcapError } from "./errors.js";
import { isSku, momentOf } from "./request.js";
import type { Change, ItemChange, Stock } from "./types.js";

const FIELD = "\x1f";
const KEYS = ["items", "placements", "experiments", "rules", "revision", "made_at"];
/** Shares are whole ten-thousandths. */
const WHOLE = 10_000;
const ITEM_KEYS = ["stock", "availability", "price", "confirmed", "cost", "margin"];

/** A change as the engine takes it. */
export interface FlatChange {
  skus: string;
  facts: Float64Array;
  switches: string;
  experiments: string;
  revision: number;
  madeAt: number;
}

/** Flattens a change; `known` and `tried` are the placements and experiments there are. */
export function flatChange(change: Change, known: readonly string[], tried: readonly string[]): FlatChange {
  table(change, "a change", KEYS);
  const items = Object.entries(change.items ?? {});
  for (const [sku] of items) if (!isSku(sku)) fail("a SKU without control characters", sku);
  const switches = Object.entries(change.placements ?? {}).map(([name, { enabled }]) => {
    if (!known.includes(name)) throw new EndcapError("E_UNKNOWN_PLACEMENT", `expected one of ${known.join(", ")}; found "${name}"`);
    if (typeof enabled !== "boolean") fail(`\`enabled\` of placement "${name}" to be true or false`, enabled);
    return `${name}${FIELD}${enabled ? 1 : 0}`;
  });
  const experiments = Object.entries(change.experiments ?? {}).map(([name, said]) => {
    if (!tried.includes(name)) fail(`one of the experiments ${tried.join(", ") || "(this bundle has none)"}`, name);
    return experiment(name, said);
  });
  const { revision = NaN } = change;
  if (!Number.isNaN(revision) && !(Number.isSafeInteger(revision) && revision >= 0)) fail("`revision` to be a whole number of 0 or more", revision);
  const madeAt = momentOf(change.made_at);
  if (change.made_at !== undefined && Number.isNaN(madeAt)) fail("`made_at` to be a Date, or a time with an offset", change.made_at);
  return {
    skus: items.map(([sku]) => sku).join("\n"),
    facts: Float64Array.from(items.flatMap(([sku, item]) => facts(sku, item))),
    switches: switches.join("\n"),
    experiments: experiments.join("\n"),
    revision,
    madeAt,
  };
}

/** A line of an experiment: its name, whether it runs, and arms with their shares. */
function experiment(name: string, said: NonNullable<Change["experiments"]>[string]): string {
  table(said, `the change of experiment "${name}"`, ["enabled", "allocation"]);
  const { enabled, allocation } = said;
  if (enabled !== undefined && typeof enabled !== "boolean") fail(`\`enabled\` of experiment "${name}" to be true or false`, enabled);
  if (allocation !== undefined) table(allocation, `\`allocation\` of experiment "${name}"`, Object.keys(allocation));
  const arms = Object.entries(allocation ?? {}).flatMap(([arm, share]) => {
    const points = Math.round(share * WHOLE);
    if (!isSku(arm) || typeof share !== "number" || !(points > 0 && Math.abs(share * WHOLE - points) < 1e-6)) fail(`shares above 0 with at most four decimals for the arms of "${name}"`, `${arm}: ${share}`);
    return [arm, points];
  });
  return [name, enabled === undefined ? "" : enabled ? 1 : 0, ...arms].join(FIELD);
}

/** What is said of an item's stock, as an item of a change. */
export function stocked(stock: Stock): ItemChange {
  return typeof stock === "string" ? { availability: stock } : stock;
}

function facts(sku: string, item: ItemChange): number[] {
  table(item, `the change of "${sku}"`, ITEM_KEYS);
  const { availability, confirmed } = item;
  const word = availability === "out_of_stock" ? "out" : availability;
  const state = word === undefined ? NaN : STOCK_STATES.indexOf(word);
  if (state < 0) fail(`\`availability\` of "${sku}" to be one of ${STOCK_STATES.join(", ")}`, availability);
  const number = (key: "stock" | "price" | "cost" | "margin", least: number, most: number) => {
    const value = item[key];
    if (value === undefined) return NaN;
    if (!(typeof value === "number" && value >= least && value <= most)) fail(`\`${key}\` of "${sku}" to be a number from ${least} to ${most}`, value);
    return value;
  };
  return [state, Math.floor(number("stock", -1e9, 1e9)), number("price", 0, 9e9), confirmed === true ? 1 : 0, number("cost", 0, 9e9), number("margin", -1000, 1)];
}

function table(value: unknown, what: string, keys: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(`${what} to be an object`, value);
  for (const key of Object.keys(value)) if (!keys.includes(key)) fail(`${what} to have no keys but ${keys.join(", ")}`, key);
}

function fail(expected: string, found: unknown): never {
  throw new EndcapError("E_ARGUMENT", `expected ${expected}; found ${typeof found === "string" ? `"${found}"` : String(found)}`);
}
