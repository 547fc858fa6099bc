// What webhooks said of items since training: the last word on each, in the order in which things happened.

import type { StockState } from "endcap/studio";

/** Most items that are kept; of more the ones longest unchanged go. */
const MOST_ITEMS = 100_000;
/** Most deliveries that are remembered. Shops try again for two days at most, and rarely one in a thousand. */
const MOST_SEEN = 2_000;

/** What is said of an item. */
export interface ItemState {
  availability?: StockState | undefined;
  /** Price of one piece, in the shop's currency. */
  price?: number | undefined;
}

interface Kept {
  at: number;
  state: ItemState;
  /** Pieces by place and when they were counted, where the shop tells them so. */
  levels?: Record<string, { at: number; pieces: number }> | undefined;
  /** Whether it is sold on when none is left. */
  sold_on?: boolean | undefined;
}

export class Changes {
  readonly #items: Map<string, Kept>;
  #seen: string[];

  private constructor(items: Map<string, Kept>, seen: string[]) {
    this.#items = items;
    this.#seen = seen;
  }

  /** What a store holds; nothing where it holds nothing, or something else. */
  static read(bytes: Uint8Array | undefined): Changes {
    if (bytes === undefined) return new Changes(new Map(), []);
    try {
      const { items, seen } = JSON.parse(new TextDecoder().decode(bytes)) as { items: [string, Kept][]; seen: string[] };
      return new Changes(new Map(items), seen);
    } catch {
      return new Changes(new Map(), []);
    }
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode(JSON.stringify({ items: [...this.#items], seen: this.#seen }));
  }

  /** Whether a delivery was taken before. */
  saw(delivery: string): boolean {
    return this.#seen.includes(delivery);
  }

  /** Remembers a delivery. */
  note(delivery: string): void {
    this.#seen = [...this.#seen.slice(1 - MOST_SEEN), delivery];
  }

  /** Takes what was said of an item at a moment; what is older than the last word is passed over. */
  say(sku: string, at: number, state: ItemState, soldOn?: boolean): void {
    const before = this.#items.get(sku);
    if (before !== undefined && before.at > at) return;
    this.#keep(sku, { at, state: { ...before?.state, ...state }, levels: before?.levels, sold_on: soldOn ?? before?.sold_on });
  }

  /** Takes how many pieces of an item one place has; what all places have together decides. */
  level(sku: string, at: number, place: string, pieces: number): void {
    const before = this.#items.get(sku);
    if ((before?.levels?.[place]?.at ?? 0) > at) return;
    const levels = { ...before?.levels, [place]: { at, pieces } };
    const sum = Object.values(levels).reduce((all, one) => all + Math.max(0, one.pieces), 0);
    const availability = sum > 0 ? "in_stock" : before?.sold_on ? "backorder" : "out";
    this.#keep(sku, { at: Math.max(at, before?.at ?? 0), state: { ...before?.state, availability }, levels, sold_on: before?.sold_on });
  }

  #keep(sku: string, kept: Kept): void {
    this.#items.delete(sku);
    this.#items.set(sku, kept);
    if (this.#items.size > MOST_ITEMS) for (const [oldest] of this.#items) return void this.#items.delete(oldest);
  }

  /** What was said after `moment` (milliseconds; null: ever), as `patch` takes it; null where nothing was. */
  since(moment: number | null): Record<string, ItemState> | null {
    const later = [...this.#items].filter(([, { at }]) => moment === null || at > moment);
    return later.length === 0 ? null : Object.fromEntries(later.map(([sku, { state }]) => [sku, state]));
  }

  /** Forgets what was said up to `moment`: an overlay that was made then knows it. Pieces by place stay. */
  forget(moment: number): void {
    for (const [sku, { at, levels }] of this.#items) if (at <= moment && levels === undefined) this.#items.delete(sku);
  }
}
