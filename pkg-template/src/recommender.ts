import type { Engine } from "endcap:glue";
import { FALLBACK_REASONS, FALLBACKS, REASONS } from "./codes.js";
import { EndcapError, withCodes } from "./errors.js";
import { fetchBytes } from "./source.js";
import type { Answer, Card, FetchOptions, Info, LoadOptions, RecommendedItem, RecommendRequest, Source } from "./types.js";

/** The engine's "no limit given". */
const OWN_LIMIT = 0xffff_ffff;
/** Numbers before the first item of an answer: status, fallback, its reason, due and one (0: not asked), count. */
const HEAD = 5;
/** Numbers an item: item, score bits, reason, count of because, three of because. */
const STRIDE = 7;
/** What parts the fields of a card. */
const FIELD = "\x1f";
/** Lists cross into the engine joined by line ends, so a SKU with a control character cannot cross. */
const CONTROL = /\p{Cc}/u;
const NO_DAYS = new Float32Array(0);

/** A loaded bundle, ready to answer. Made by `load`. */
export class Recommender {
  #engine: Engine | undefined;
  readonly #model: string;
  readonly #skus = new Map<number, string>();
  readonly #options: LoadOptions;
  #cardsJoined: Promise<void> | undefined;

  /** @internal */
  constructor(engine: Engine, options: LoadOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#model = (engine.info() as Info).model;
  }

  /**
   * Ranks one placement for what is known now. Synchronous, with no network and no clock.
   *
   * Unknown SKUs, odd values and entries of the wrong type are passed over; the order of the cart has no meaning.
   *
   * @throws {EndcapError} `E_UNKNOWN_PLACEMENT`, `E_ARGUMENT` (no request or no placement name), `E_FREED`.
   */
  recommend(request: RecommendRequest): Answer {
    const engine = this.#alive();
    const placement = request?.placement;
    if (typeof placement !== "string") {
      throw new EndcapError("E_ARGUMENT", `expected a request whose placement is a name, found ${typeof placement}`);
    }
    const past = purchases(request.history);
    const flat = engine.recommend(
      placement,
      joined(request.cart, skuOf),
      isSku(request.product) ? request.product : "",
      joined(request.recent, itself),
      past.skus,
      past.days,
      joined(request.exclude, itself),
      limitOf(request.limit),
    );
    if (flat[0] !== 0) throw this.#unknownPlacement(engine, placement);
    const answer: Answer = {
      placement,
      items: this.#items(engine, flat),
      fallback: flat[1] === 0 ? null : (FALLBACKS[(flat[1] as number) - 1] ?? null),
      fallback_reason: flat[2] === 0 ? null : (FALLBACK_REASONS[(flat[2] as number) - 1] ?? null),
      model: this.#model,
    };
    if (flat[3] !== 0) answer.due = (flat[3] as number) - 1;
    if (request.id !== undefined) answer.id = request.id;
    return answer;
  }

  /**
   * Joins another slice of the same training run. All or nothing: on an error the recommender is as before.
   *
   * @throws {EndcapError} the codes of `load`, and `E_OTHER_MODEL`, `E_ADDITION`.
   */
  async add(source: Source, options: FetchOptions = {}): Promise<void> {
    this.#alive();
    const bytes = await fetchBytes(source, options);
    const engine = this.#alive();
    withCodes(() => engine.add(bytes));
  }

  /**
   * Gets what is needed to draw items, in the order asked; SKUs that have no card are left out. The texts are read for
   * these items only, so ask for what is shown.
   *
   * @throws {EndcapError} `E_ARGUMENT` where neither the bundle nor the option `cards` brings any; the codes of `add` if their
   * slice does not load.
   */
  async cards(skus: readonly string[]): Promise<Card[]> {
    this.#alive();
    const own = this.#options.cards;
    if (typeof own === "function") return own(skus.filter(isSku));
    if (own !== undefined) await this.#joinCards(own);
    const engine = this.#alive();
    // A cards slice of a shop without a catalog is empty, and that is no mistake of the page.
    if (own === undefined && !engine.has_cards()) {
      throw new EndcapError("E_ARGUMENT", "this bundle has no cards", {
        advice: "Pass `cards` to `load`: the cards slice of the same training run, or a function of your own.",
      });
    }
    return skus.flatMap((sku) => this.#card(engine, sku));
  }

  /** The names of the placements that this bundle answers. */
  placements(): string[] {
    return this.#alive().placements().split("\n").filter(Boolean);
  }

  /** What the bundle says about itself. Not for the hot path: a new object each time. */
  info(): Info {
    return this.#alive().info() as Info;
  }

  /** Gives the bundle's memory back. Every later call but this one throws `E_FREED`. */
  free(): void {
    this.#engine?.free();
    this.#engine = undefined;
    this.#skus.clear();
  }

  #alive(): Engine {
    if (this.#engine === undefined) throw new EndcapError("E_FREED", "this recommender was freed");
    return this.#engine;
  }

  #items(engine: Engine, flat: Uint32Array): RecommendedItem[] {
    const scores = new Float32Array(flat.buffer, flat.byteOffset, flat.length);
    const count = flat[HEAD - 1] as number;
    const items: RecommendedItem[] = new Array(count);
    for (let k = 0, at = HEAD; k < count; k++, at += STRIDE) {
      const because: string[] = new Array(flat[at + 3] as number);
      for (let b = 0; b < because.length; b++) because[b] = this.#sku(engine, flat[at + 4 + b] as number);
      items[k] = {
        sku: this.#sku(engine, flat[at] as number),
        score: scores[at + 1] as number,
        reason: REASONS[flat[at + 2] as number] ?? "popular",
        because,
      };
    }
    return items;
  }

  #sku(engine: Engine, item: number): string {
    let sku = this.#skus.get(item);
    if (sku === undefined) {
      sku = engine.sku(item) ?? "";
      this.#skus.set(item, sku);
    }
    return sku;
  }

  #unknownPlacement(engine: Engine, placement: string): EndcapError {
    const known = engine.placements().split("\n").join(", ");
    return new EndcapError("E_UNKNOWN_PLACEMENT", `expected one of ${known}; found "${placement}"`);
  }

  // One fetch, however many calls wait for it; a failed one may be tried again. The signal of `load` is not for it: one
  // that limits the loading has long gone off.
  #joinCards(source: Source): Promise<void> {
    this.#cardsJoined ??= this.add(source, { timeoutMs: this.#options.timeoutMs }).catch((error: unknown) => {
      this.#cardsJoined = undefined;
      throw error;
    });
    return this.#cardsJoined;
  }

  #card(engine: Engine, sku: string): Card[] {
    const item = isSku(sku) ? engine.item(sku) : undefined;
    const fields = item === undefined ? undefined : engine.card(item)?.split(FIELD);
    if (fields === undefined) return [];
    const [title = "", url, image, cartId, minor, currency = ""] = fields;
    const price = minor ? { minor: Number(minor), currency } : null;
    return [{ sku, title, url: url || null, image: image || null, cartId: cartId || null, price }];
  }
}

function isSku(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !CONTROL.test(value);
}

function skuOf(line: unknown): unknown {
  return (line as { sku?: unknown } | null | undefined)?.sku;
}

function itself(value: unknown): unknown {
  return value;
}

function joined(list: unknown, sku: (entry: unknown) => unknown): string {
  if (!Array.isArray(list)) return "";
  let text = "";
  for (const entry of list) {
    const found = sku(entry);
    if (isSku(found)) text = text === "" ? found : `${text}\n${found}`;
  }
  return text;
}

function purchases(history: unknown): { skus: string; days: Float32Array } {
  if (!Array.isArray(history) || history.length === 0) return { skus: "", days: NO_DAYS };
  const kept = history.filter((entry) => isSku(skuOf(entry)) && Number.isFinite(ageOf(entry)));
  return { skus: kept.map(skuOf).join("\n"), days: Float32Array.from(kept, ageOf) };
}

function ageOf(entry: { daysAgo?: unknown; days_ago?: unknown }): number {
  const days = entry.daysAgo ?? entry.days_ago;
  return typeof days === "number" ? days : NaN;
}

function limitOf(limit: unknown): number {
  if (typeof limit !== "number" || Number.isNaN(limit) || limit >= OWN_LIMIT) return OWN_LIMIT;
  return Math.max(0, Math.floor(limit));
}
