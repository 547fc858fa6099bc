// `endcap/events`: what shoppers saw, chose and bought of what was recommended, in the words of GA4.

import type { Answer, RecommendedItem } from "endcap";
import { Queue } from "./events/queue.js";
import { onceSeen } from "./events/seen.js";
import { randomName, type Unit } from "./events/unit.js";

export { createUnit, type Unit, type UnitOptions, type UnitStorage } from "./events/unit.js";

/** The names that are used of GA4's. */
export type EventName = "view_item_list" | "select_item" | "add_to_cart" | "purchase";

/** One product of an event. */
export interface EventItem {
  /** SKU. */
  item_id: string;
  /** Its place in the list, from 0. */
  index?: number;
  /** Pieces. */
  quantity?: number;
  /** Price of one piece. */
  price?: number;
}

/** An event as it is sent. */
export interface RecommendationEvent {
  /** Random, so that what arrives twice counts once. */
  id: string;
  name: EventName;
  /** When it happened: ISO 8601 with milliseconds, in UTC. */
  at: string;
  /** The placement; none for a purchase. */
  item_list_id?: string;
  /** Which answer it belongs to: the request's `id`, or a random one. */
  recommendation_id?: string;
  /** Hash of the model that answered. */
  model?: string;
  /** The unit of experiments, where the visitor allows it. */
  unit?: string;
  items: EventItem[];
  /** Of a purchase: the order. */
  transaction_id?: string;
  /** What it was worth, in `currency`. */
  value?: number;
  /** ISO 4217. */
  currency?: string;
}

/** Where events go, and whether they may. */
export interface EventOptions {
  /** Whether the visitor allows it, asked at every event. What happens while it says no is not kept. */
  consent: () => boolean;
  /** Where to POST batches: `/events` of `endcap/edge`, or an address of your own. Default: nowhere. */
  endpoint?: string | undefined;
  /** Where to push GA4 events: Tag Manager's `dataLayer`, or an array of your own. Default: nowhere. */
  dataLayer?: unknown[] | undefined;
  /** The unit of experiments, of {@link createUnit}. Default: none. */
  unit?: Unit | undefined;
  /** ISO 4217 code of prices and values. Default: none is said. */
  currency?: string | undefined;
  /** Milliseconds that a batch waits for more. Default: 2000. */
  batchMs?: number | undefined;
}

/** An order, as it was placed. */
export interface Purchase {
  transaction_id: string;
  value: number;
  currency?: string | undefined;
  items: readonly { sku: string; quantity?: number | undefined; price?: number | undefined }[];
}

/** Tells what happens to recommendations. Nothing here throws for want of a network, and nothing waits for one. */
export interface Events {
  /** Watches a block: `view_item_list`, once, when half of it was in view for a second. Gives a function that ends the watch. */
  watch(answer: Answer, element: Element): () => void;
  /** `view_item_list`, for blocks that you watch yourself. */
  viewed(answer: Answer): void;
  /** `select_item`: a product of the list was opened. */
  selected(answer: Answer, sku: string): void;
  /** `add_to_cart`: a product of the list was put into the cart. */
  added(answer: Answer, sku: string, line?: { quantity?: number | undefined; price?: number | undefined }): void;
  /** `purchase`: an order was placed, of whatever products. */
  purchased(order: Purchase): void;
  /** Sends what waits now. */
  flush(): Promise<void>;
  /** Sends what waits, and ends all watches. */
  close(): void;
}

/** Makes what tells events. An answer with nothing in it is no event. */
export function createEvents(options: EventOptions): Events {
  const { consent, endpoint, dataLayer, unit, currency, batchMs = 2_000 } = options;
  if (typeof consent !== "function") throw new TypeError("createEvents: expected `consent`, a function that says whether the visitor allows it");
  if (!(typeof batchMs === "number" && batchMs > 0)) throw new TypeError(`createEvents: expected \`batchMs\` above 0, found ${String(batchMs)}`);
  const queue = endpoint === undefined ? undefined : new Queue<RecommendationEvent>(endpoint, batchMs);
  const named = new WeakMap<Answer, string>();
  const watches = new Set<() => void>();

  const nameOf = (answer: Answer) => {
    const name = answer.id ?? named.get(answer) ?? randomName();
    named.set(answer, name);
    return name;
  };
  const tell = (name: EventName, items: EventItem[], rest: Partial<RecommendationEvent>, answer?: Answer) => {
    if (!consent()) {
      queue?.clear();
      return;
    }
    const list = answer && { item_list_id: answer.placement, recommendation_id: nameOf(answer), model: answer.model };
    const who = unit?.id();
    queue?.push({ id: randomName(), name, at: new Date().toISOString(), ...list, ...(who !== undefined && { unit: who }), ...rest, items });
    if (dataLayer === undefined) return;
    const { transaction_id, value, currency: paid = currency } = rest;
    const ecommerce = {
      ...(list && { item_list_id: list.item_list_id }),
      ...(transaction_id !== undefined && { transaction_id }),
      ...(paid !== undefined && { currency: paid }),
      ...(value !== undefined && { value }),
      items: items.map((item) => ({ ...item, ...(list && { item_list_id: list.item_list_id, rec_id: list.recommendation_id }) })),
    };
    // What an earlier event said of products must not mix with this one: Google asks for it to be cleared.
    dataLayer.push({ ecommerce: null }, { event: name, ecommerce });
  };
  const placed = (answer: Answer, sku: string, rest: Omit<EventItem, "item_id" | "index"> = {}): EventItem[] => {
    const index = answer.items.findIndex((item: RecommendedItem) => item.sku === sku);
    return index < 0 ? [] : [{ item_id: sku, index, ...rest }];
  };
  const viewed = (answer: Answer) => {
    if (answer.items.length > 0) tell("view_item_list", answer.items.map(({ sku }, index) => ({ item_id: sku, index })), {}, answer);
  };

  return {
    watch(answer, element) {
      const end = onceSeen(element, () => {
        watches.delete(end);
        viewed(answer);
      });
      watches.add(end);
      return () => {
        watches.delete(end);
        end();
      };
    },
    viewed,
    selected(answer, sku) {
      const items = placed(answer, sku);
      if (items.length > 0) tell("select_item", items, {}, answer);
    },
    added(answer, sku, line = {}) {
      const items = placed(answer, sku, numbers(line));
      const value = items[0]?.price === undefined ? {} : { value: items[0].price * (items[0].quantity ?? 1), ...(currency !== undefined && { currency }) };
      if (items.length > 0) tell("add_to_cart", items, value, answer);
    },
    purchased({ transaction_id, value, currency: paid = currency, items }) {
      tell("purchase", items.map(({ sku, ...line }) => ({ item_id: sku, ...numbers(line) })), { transaction_id, value, ...(paid !== undefined && { currency: paid }) });
    },
    flush: async () => queue?.flush(),
    close() {
      for (const end of watches) end();
      watches.clear();
      queue?.close();
    },
  };
}

function numbers({ quantity, price }: { quantity?: number | undefined; price?: number | undefined }): { quantity?: number; price?: number } {
  return { ...(quantity !== undefined && { quantity }), ...(price !== undefined && { price }) };
}
