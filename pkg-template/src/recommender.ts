import type { Engine } from "endcap:glue";
import { EndcapError, withCodes } from "./errors.js";
import { answerOf, FIELD, Flat, type Names } from "./flat.js";
import { infoOf } from "./info.js";
import { isSku, joined, limitOf, linesOf, nowOf, placementOf, purchases, segmentOf, wholeList } from "./request.js";
import { isBytes, madeBy, obtain, quiet } from "./source.js";
import type * as T from "./types.js";
import type { Answer, Card, Info, LoadOptions, RecommendRequest, Source } from "./types.js";

/** A loaded bundle, ready to answer. Made by `load`. */
export class Recommender {
  #engine: Engine | undefined;
  /** @internal */
  protected readonly model: string;
  readonly #skus = new Map<number, string>();
  readonly #options: LoadOptions;
  /** @internal */
  protected readonly names: Names;
  #cardsJoined: Promise<unknown> | undefined;
  #unfollow: (() => void) | undefined;
  #over: AbortController | undefined;

  /** @internal */
  constructor(engine: Engine, options: LoadOptions) {
    this.#engine = engine;
    this.#options = options;
    this.model = infoOf(engine.info()).model;
    this.names = { sku: (item) => this.#sku(engine, item), rule: () => null, arm: () => engine.arm() };
  }

  /**
   * Ranks one placement for what is known now. Synchronous, with no network; the clock is read where the request names no
   * `now`.
   *
   * Unknown SKUs, odd values and entries of the wrong type are passed over; the order of the cart has no meaning.
   *
   * @throws {EndcapError} `E_UNKNOWN_PLACEMENT`, `E_ARGUMENT` (no request or no placement name), `E_FREED`.
   */
  recommend(request: RecommendRequest): Answer {
    return this.#answer(request, 0);
  }

  /**
   * Answers all blocks of a page, in the order of their importance: what one shows the next ones leave out, and once as many
   * are filled as the shop allows (`max_live_placements`), the others are silent. The answers are in the order of the
   * requests.
   *
   * @throws {EndcapError} as {@link recommend}; then there is no answer at all.
   */
  page(requests: readonly RecommendRequest[]): Answer[] {
    this.alive();
    if (!Array.isArray(requests)) throw new EndcapError("E_ARGUMENT", `expected a list of requests, found ${typeof requests}`);
    return requests.map((request, at) => this.#answer(request, at === 0 ? 1 : 2));
  }

  /**
   * Puts the shop's own list, of a category or a search, into a slightly better order. Nothing is added, and nothing moves
   * further than the placement's `max_moves`; what is sold out goes to the end, the first four of these with what can be
   * bought instead; what rules exclude goes altogether.
   *
   * @throws {EndcapError} as {@link recommend}.
   */
  rerank(request: T.RerankRequest): T.Reranked {
    const engine = this.alive();
    const [placement, ...asked] = question(request);
    const list: unknown[] = Array.isArray(request.list) ? request.list : [];
    const words = engine.rerank(placement, ...asked, wholeList(list));
    if (words[0] !== 0) throw this.unknownPlacement(engine, placement);
    const flat = new Flat(words, this.names, 1);
    const sku = (index: number) => String(list[index]);
    return {
      placement,
      model: this.model,
      ...flat.dealt(),
      items: flat.list(() => {
        const place = flat.next();
        return { sku: sku(place >>> 1), sold_out: (place & 1) === 1 };
      }),
      alternatives: flat.list(() => ({ sku: sku(flat.next()), items: flat.items() })),
    };
  }

  /**
   * Lets what changed since training take effect with the next request, all of it or nothing: the bytes of an overlay, as
   * `endcap patch` or the `overlay` of `endcap/studio` makes them. Overlays are ordered by revision: an older one is refused,
   * the one that holds already changes nothing.
   *
   * @throws {EndcapError} `E_NOT_AN_OVERLAY`, `E_NEWER_VERSION`, `E_TRUNCATED`, `E_DAMAGED`, `E_MALFORMED`, `E_OTHER_SHOP`
   * (or none of its SKUs is known), `E_CURRENCY`, `E_OLDER_REVISION`, `E_PUBLIC_BUNDLE`, `E_ARGUMENT`; what held before goes
   * on holding.
   */
  patch(overlay: ArrayBuffer | Uint8Array): T.Patched {
    const engine = this.alive();
    if (!isBytes(overlay)) throw new EndcapError("E_ARGUMENT", "expected the bytes of an overlay; objects are for `endcap/studio`");
    return toldOf(withCodes(() => engine.patch(asBytes(overlay))));
  }

  /**
   * Switches a placement on or off: off, its answers are empty and `silent` says `disabled`.
   *
   * @throws {EndcapError} `E_UNKNOWN_PLACEMENT`, `E_ARGUMENT`.
   */
  setEnabled(placement: string, on: boolean): void {
    const engine = this.alive();
    if (typeof on !== "boolean") throw new EndcapError("E_ARGUMENT", `expected true or false, found ${typeof on}`);
    if (!engine.set_enabled(String(placement), on)) throw this.unknownPlacement(engine, placement);
  }

  /**
   * Joins another slice of the same training run. All or nothing: on an error the recommender is as before. Gives true once
   * the slice has joined, false where `when` left it out. With `when`, a failure is told to those only who wait for the
   * promise: without a handler it is no unhandled rejection. `free` ends what is still on its way, with `E_FREED`.
   *
   * @throws {EndcapError} the codes of `load`, and `E_OTHER_MODEL`, `E_ADDITION`, `E_FREED`.
   */
  add(source: Source, options: T.AddOptions = {}): Promise<boolean> {
    const adding = this.#add(source, options);
    if (options.when) quiet(adding);
    return adding;
  }

  /**
   * Gets what is needed to draw items, in the order asked; SKUs that have no card are left out. The texts are read for
   * these items only, so ask for what is shown.
   *
   * @throws {EndcapError} `E_ARGUMENT` where neither the bundle nor the option `cards` brings any; the codes of `add` if their
   * slice does not load.
   */
  async cards(skus: readonly string[]): Promise<Card[]> {
    this.alive();
    const own = this.#options.cards;
    if (typeof own === "function") return own(skus.filter(isSku));
    if (own !== undefined) await this.#joinCards(own);
    const engine = this.alive();
    // A cards slice of a shop without a catalog is empty, and that is no mistake of the page.
    if (own === undefined && !engine.has_cards()) {
      throw new EndcapError("E_ARGUMENT", "this bundle has no cards", { advice: "Pass `cards` to `load`: their slice, or a function." });
    }
    return skus.flatMap((sku) => this.#card(engine, sku));
  }

  /** Whether the bundle knows a SKU. */
  has(sku: string): boolean {
    return isSku(sku) && this.alive().item(sku) !== undefined;
  }

  /** The names of the placements that this bundle answers. */
  placements(): string[] {
    return this.alive().placements().split("\n").filter(Boolean);
  }

  /** What the bundle says about itself. Not for the hot path: a new object each time. */
  info(): Info {
    return infoOf(this.alive().info());
  }

  /** Gives the bundle's memory back, and looks at no overlay any more. Every later call but this one throws `E_FREED`. */
  free(): void {
    this.#unfollow?.();
    this.#over?.abort();
    this.#engine?.free();
    this.#engine = undefined;
    this.#skus.clear();
  }

  /** @internal What ends the looks at an overlay. */
  follows(unfollow: () => void): void {
    this.#unfollow = unfollow;
  }

  /** @internal */
  protected alive(): Engine {
    if (this.#engine === undefined) throw new EndcapError("E_FREED", "this recommender was freed");
    return this.#engine;
  }

  async #add(source: Source, { when, ...options }: T.AddOptions): Promise<boolean> {
    quiet(source);
    this.alive();
    const join = async (signal = options.signal) => {
      try {
        await obtain(source, { ...options, signal, cache: this.#options.cache, low: when !== undefined }, ({ bytes }) => withCodes(() => this.alive().add(bytes)));
        return true;
      } catch (error) {
        this.alive();
        throw error;
      }
    };
    if (!madeBy("idle", when)) return join();
    // Made here: workers make no controllers outside of a request.
    const over = (this.#over ??= new AbortController()).signal;
    // Where signals cannot be joined, what still comes after `free` is thrown away.
    const signal = options.signal === undefined ? over : (AbortSignal.any?.([over, options.signal]) ?? options.signal);
    return when(() => join(signal), signal);
  }

  #answer(request: RecommendRequest, block: number): Answer {
    const engine = this.alive();
    const [placement, ...asked] = question(request);
    const words = engine.recommend(placement, ...asked, limitOf(request.limit), block);
    if (words[0] !== 0) throw this.unknownPlacement(engine, placement);
    const answer = answerOf(placement, words, this.names, this.model);
    if (request.id !== undefined) answer.id = request.id;
    return answer;
  }

  #sku(engine: Engine, item: number): string {
    let sku = this.#skus.get(item);
    if (sku === undefined) {
      sku = engine.sku(item) ?? "";
      this.#skus.set(item, sku);
    }
    return sku;
  }

  /** @internal */
  protected unknownPlacement(engine: Engine, placement: string): EndcapError {
    const known = engine.placements().split("\n").join(", ");
    return new EndcapError("E_UNKNOWN_PLACEMENT", `expected one of ${known}; found "${placement}"`);
  }

  // One fetch, however many calls wait for it; a failed one may be tried again. The signal of `load` is not for it: one
  // that limits the loading has long gone off.
  #joinCards(source: Source): Promise<unknown> {
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

/** What every question asks, in the order of the engine. */
export function question(request: RecommendRequest) {
  const placement = placementOf(request);
  const cart = linesOf(request.cart);
  const past = purchases(request.history);
  const product = isSku(request.product) ? request.product : "";
  return [
    placement,
    cart.skus,
    cart.amounts,
    product,
    joined(request.recent),
    past.skus,
    past.days,
    joined(request.exclude),
    segmentOf(request.segment),
    typeof request.unit === "string" ? request.unit : "",
    nowOf(request.now),
  ] as const;
}

/** What a patch did, out of the engine's numbers. */
export function toldOf(told: Uint32Array): T.Patched {
  return { changed: told[0] === 1, items: told[1] as number, unknown: told[2] as number, unknown_experiments: told[3] as number };
}

function asBytes(given: ArrayBuffer | Uint8Array): Uint8Array {
  return ArrayBuffer.isView(given) ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength) : new Uint8Array(given);
}
