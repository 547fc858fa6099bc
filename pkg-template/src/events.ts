// `endcap/events`: what shoppers saw, chose and bought of what was recommended, in the words of GA4, and which arm they were in.

import type { Answer, RecommendedItem, RecommendRequest, Reranked } from "endcap";
import { Queue } from "./events/queue.js";
import { onceSeen } from "./events/seen.js";
import { randomName, type Unit } from "./events/unit.js";

export { createUnit, type Unit, type UnitOptions, type UnitStorage } from "./events/unit.js";

/** The names that are used: GA4's, and `exposure`. */
export type EventName = "exposure" | "view_item_list" | "select_item" | "add_to_cart" | "purchase";

/** What a visitor allows: that it is known whose an event is; that it is counted without a name; nothing. */
export type Consent = boolean | "anonymous";

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
  /** Which answer it belongs to: its `recommendation`. */
  recommendation_id?: string;
  /** Hash of the model that answered. */
  model?: string;
  /** How much the visitor allows: `anonymous` events name no unit, no experiment and no variant. */
  consent: "full" | "anonymous";
  /** The unit of experiments. */
  unit?: string;
  /** The experiment that decided; none beside the variants `global_holdout` and `served`. */
  experiment?: string;
  /** The arm. */
  variant?: string;
  /** There, and true, where the items are what would have been shown. */
  withheld?: true;
  /** What the page says of the visitor. */
  segment?: Readonly<Record<string, string>>;
  items: EventItem[];
  /** Of a purchase: the order. */
  transaction_id?: string;
  /** What it was worth, in `currency`. */
  value?: number;
  /** ISO 4217. */
  currency?: string;
  /** Of a purchase: the variants that the order carries, by experiment. */
  experiments?: Readonly<Record<string, string>>;
}

/** Where events go, and whether they may. */
export interface EventOptions {
  /**
   * What the visitor allows, asked at every event and before anything is sent. What happens while it says no (`false`) is not kept,
   * and what waits is sent only as far as it is allowed by then.
   */
  consent: () => Consent;
  /** Where to POST batches: `/events` of `endcap/edge`, or an address of your own. Default: nowhere. */
  endpoint?: string | undefined;
  /** Where to push GA4 events: Tag Manager's `dataLayer`, or an array of your own. Default: nowhere. */
  dataLayer?: unknown[] | undefined;
  /**
   * The unit of experiments, of {@link createUnit}, or `{ id: () => … }` of the shop's own: the one that requests name. Default: none.
   */
  unit?: Pick<Unit, "id"> | undefined;
  /** What is said of the visitor in every event: what reports tell apart, such as `{ device: "mobile" }`. Default: nothing. */
  segment?: Readonly<Record<string, string>> | undefined;
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
  /** The variants that the order carries, by experiment, where the page knows them. Default: none are said. */
  experiments?: Readonly<Record<string, string>> | undefined;
}

/** Tells what happens to recommendations. Nothing here throws for want of a network, and nothing waits for one. */
export interface Events {
  /**
   * `exposure`: this answer decided just now what its placement holds. Tell it of every answer that is used, in the moment in
   * which it is, whatever it holds: of those with a variant it is sent once, by every arm alike, so that the arms stay
   * comparable. All others are passed over. `asked` is the request, or its unit alone: who was asked for is who was exposed. Default:
   * the `unit` of the options.
   */
  exposed(answer: Answer | Reranked, asked?: Pick<RecommendRequest, "unit">): void;
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
  /**
   * Sends all that waits, batch after batch. Resolves when it arrived or was refused, or one batch did not arrive: that one and the
   * rest are sent later.
   */
  flush(): Promise<void>;
  /** Sends what waits, and ends all watches. */
  close(): void;
}

/** Answers that are known to have been exposed: of more the oldest are forgotten. */
const MOST_EXPOSED = 1_000;
/** Items of an exposure, so that a list of the shop's own fits into a beacon. */
const MOST_ITEMS = 50;

/** Makes what tells events. An answer with nothing in it is no event but an exposure. */
export function createEvents(options: EventOptions): Events {
  const { consent, endpoint, dataLayer, unit, segment, currency, batchMs = 2_000 } = options;
  if (typeof consent !== "function") throw new TypeError("createEvents: expected `consent`, a function that says what the visitor allows");
  if (!(typeof batchMs === "number" && batchMs > 0)) throw new TypeError(`createEvents: expected \`batchMs\` above 0, found ${String(batchMs)}`);
  // Consent may be another by the time that something is sent. Where it throws, nobody said yes.
  const mayGo = () => {
    let allowed: Consent = false;
    try {
      allowed = consent();
    } catch {}
    return (event: RecommendationEvent) => allowed === true || (allowed === "anonymous" && event.consent === allowed);
  };
  const queue = endpoint === undefined ? undefined : new Queue<RecommendationEvent>(endpoint, batchMs, mayGo);
  const exposures = new Set<string>();
  const watches = new Set<() => void>();

  const tell = (name: EventName, items: EventItem[], { experiments, ...rest }: Partial<RecommendationEvent>, answer?: Answer | Reranked) => {
    const allowed = consent();
    if (allowed !== true && allowed !== "anonymous") {
      queue?.clear();
      return;
    }
    const full = allowed === true;
    const list = answer && { item_list_id: answer.placement, recommendation_id: answer.recommendation, model: answer.model };
    const who = full ? unit?.id() : undefined;
    const arm = full && answer ? present({ experiment: answer.experiment, variant: answer.variant }) : {};
    const said = present({ unit: who, segment, experiments: full ? experiments : undefined });
    queue?.push({ id: randomName(), name, at: new Date().toISOString(), ...list, consent: full ? "full" : "anonymous", ...arm, ...said, ...rest, items });
    if (dataLayer === undefined) return;
    if (name === "exposure") {
      // What Google calls an experience: an experiment and its variant in one text.
      dataLayer.push({ event: "experience_impression", exp_variant_string: Object.values(arm).join("-") });
      return;
    }
    const { transaction_id, value, currency: paid = currency } = rest;
    const ecommerce = {
      ...(list && { item_list_id: list.item_list_id }),
      ...present({ transaction_id, currency: paid, value }),
      items: items.map((item) => ({ ...item, ...(list && { item_list_id: list.item_list_id, rec_id: list.recommendation_id }) })),
    };
    // What an earlier event said of products must not mix with this one: Google asks for it to be cleared.
    dataLayer.push({ ecommerce: null }, { event: name, ecommerce });
  };
  const placed = (answer: Answer, sku: string, rest: Omit<EventItem, "item_id" | "index"> = {}): EventItem[] => {
    const index = answer.items.findIndex((item: RecommendedItem) => item.sku === sku);
    return index < 0 ? [] : [{ item_id: sku, index, ...rest }];
  };
  const listed = (items: readonly { sku: string }[]): EventItem[] => items.map(({ sku }, index) => ({ item_id: sku, index }));
  const viewed = (answer: Answer) => {
    if (answer.items.length > 0) tell("view_item_list", listed(answer.items), {}, answer);
  };

  return {
    exposed(answer, asked) {
      // Without a variant nobody is exposed; without a name for whom, nothing could be counted.
      if (!answer.variant || exposures.has(answer.recommendation) || consent() !== true) return;
      exposures.add(answer.recommendation);
      // A set keeps its order: the first is the oldest.
      if (exposures.size > MOST_EXPOSED) exposures.delete(exposures.values().next().value as string);
      const { withheld } = answer as Answer;
      tell("exposure", listed((withheld ?? answer.items).slice(0, MOST_ITEMS)), present({ withheld: withheld && true, unit: asked?.unit || undefined }), answer);
    },
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
      const value = items[0]?.price === undefined ? {} : { value: items[0].price * (items[0].quantity ?? 1), ...present({ currency }) };
      if (items.length > 0) tell("add_to_cart", items, value, answer);
    },
    purchased({ transaction_id, value, currency: paid = currency, items, experiments }) {
      tell("purchase", items.map(({ sku, ...line }) => ({ item_id: sku, ...numbers(line) })), { transaction_id, value, ...present({ currency: paid, experiments }) });
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
  return present({ quantity, price });
}

type Present<T> = { [Key in keyof T]?: NonNullable<T[Key]> };

/** What is there of some fields. */
function present<T extends Record<string, unknown>>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as Present<T>;
}
