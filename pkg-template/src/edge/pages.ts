// The shop's pages on their way through: what is put into them, for whom, and when they are left alone. Everything that may fail
// is done before the first byte goes out; where it does, the shopper gets the origin's own answer, and a count says why.

import type { Answer, Card, RecommendRequest, StudioRecommender } from "endcap/studio";
import { Refused } from "./http.js";
import { keptBack, renderBlock, type RenderContext, renderKeptBack } from "./markup.js";
import { changedHeaders, type Origin, originOf, unconditional, unfit, unkept } from "./origin.js";
import { type Insertion, type Place, rewriterHere, splice, type Spliced } from "./splice.js";
import { LATE, within } from "./within.js";

/**
 * What became of an answer of the origin to a GET. In `inserted` at least one block found its place; in all others the answer
 * went out as it came.
 *
 * - `nothing`: no block is for this page, or none has enough to show. What an experiment keeps back is inserted as an empty block
 *   that names its arm, so that the page can tell of the exposure.
 * - `no_place`: no selector matched.
 * - `late`: it was not ready within `timeoutMs`. `no_model`: there is no model yet. `failed`: something threw, and `onError` knows.
 * - `unreadable`: the rewriter gave up before any place was found; `onError` knows.
 * - `status`: not 200. `not_html`: something else than a page. `no_transform`: the origin forbids changes. `encoded`: in an
 *   encoding that this runtime does not undo. `too_large`: longer than `mostBytes`. `no_rewriter`: this runtime has no HTMLRewriter.
 * - `origin`: the origin gave no answer.
 */
export const PAGE_OUTCOMES = ["inserted", "nothing", "no_place", "late", "no_model", "failed", "unreadable", "status", "not_html", "no_transform", "encoded", "too_large", "no_rewriter", "origin"] as const;

export type PageOutcome = (typeof PAGE_OUTCOMES)[number];

/** A block in the shop's pages. */
export interface PageBlock {
  /** Where it goes: a CSS selector as HTMLRewriter knows them. The first element that matches counts. */
  selector: string;
  /**
   * What is asked for it on this page; `undefined`: it is not there. Beside the request it is given its address. Of a block that is
   * not `personal`, the request has an address and nothing else. Where what is asked names a `unit`, the page is personal whatever
   * is said here, also where nothing is put into it: no variant of an experiment is ever in a page that is kept.
   */
  request: (request: Request, url: URL) => RecommendRequest | undefined | Promise<RecommendRequest | undefined>;
  /**
   * Whether it depends on who asks: cookies, cart, experiments, place. A page with such a block goes out with `cache-control: private, no-store`,
   * whatever the origin said. `false`: it depends on the address only, and the page is kept as the origin allows.
   * Default: true.
   */
  personal?: boolean | undefined;
  /** Which pages it is for, by their addresses. Pages that it is not for are not personal because of it. Default: all. */
  on?: ((url: URL) => boolean) | undefined;
  /** In the place of what the element holds, into it, or beside it. Default: `replace`. */
  at?: Place | undefined;
  /** Fewest products worth showing, 1 or more; with fewer the element stays as it is. Default: 1. */
  min?: number | undefined;
  /** Over the list that is drawn by default. Default: nothing. */
  heading?: string | undefined;
  /** Draws it. What it gives goes into the page as it is: escape what comes from the catalog. Default: a list, see `renderBlock`. */
  render?: ((answer: Answer, cards: Card[], context: RenderContext) => string) | undefined;
}

/** What is put into the shop's pages. */
export interface PageOptions {
  /** What is put in, the most important first: what one shows the next ones leave out. 1 to 32. */
  blocks: readonly PageBlock[];
  /**
   * Where the pages come from: the address of the shop's server, or a function that asks it. Default, on Cloudflare only: what
   * `fetch` makes of the request.
   */
  origin?: Origin | undefined;
  /** Milliseconds that a page of the origin waits for its blocks, 0 or more. They are made while the origin makes the page. Default: 100. */
  timeoutMs?: number | undefined;
  /** Longest page, in bytes, as far as the origin says how long it is; more than 0. Default: 10485760. */
  mostBytes?: number | undefined;
  /** The language of a page, for the notation of prices. Default: the header `content-language`; without it, the runtime's own. */
  language?: ((url: URL) => string | undefined) | undefined;
}

const MOST_BLOCKS = 32;
/** Milliseconds without a new try after a model could not be loaded: every page asks. */
const AGAIN_MS = 1_000;

type After = (work: Promise<unknown>) => void;
type Recommending = (after: After) => Promise<StudioRecommender>;

interface Made {
  block: PageBlock;
  answer: Answer;
  cards: Card[];
}

/** What is to be shown on a page, or why nothing is, and whether a unit was named for it. */
interface Outcome {
  made: Made[] | PageOutcome;
  unit: boolean;
}

export class Pages {
  readonly #options: PageOptions;
  readonly #origin: (request: Request) => Promise<Response>;
  readonly #timeoutMs: number;
  readonly #mostBytes: number;
  readonly #recommender: Recommending;
  readonly #onError: (error: unknown, where: string) => void;
  readonly #counts: Partial<Record<PageOutcome, number>> = {};
  #failedAt = -Infinity;

  /** `recommender` gives the model in force. */
  constructor(options: PageOptions, recommender: Recommending, onError: (error: unknown, where: string) => void) {
    const { blocks, origin, timeoutMs = 100, mostBytes = 10 * 1024 * 1024 } = options;
    if (!Array.isArray(blocks) || blocks.length < 1 || blocks.length > MOST_BLOCKS) throw new TypeError(`createHandler: expected 1 to ${MOST_BLOCKS} entries of \`pages.blocks\``);
    for (const { selector, request } of blocks as readonly PageBlock[]) {
      if (typeof selector !== "string" || typeof request !== "function") throw new TypeError("createHandler: expected a `selector` and a function `request` in each of `pages.blocks`");
    }
    if (!(timeoutMs >= 0)) throw new TypeError(`createHandler: expected \`pages.timeoutMs\` of at least 0, found ${String(timeoutMs)}`);
    if (!(mostBytes > 0)) throw new TypeError(`createHandler: expected \`pages.mostBytes\` above 0, found ${String(mostBytes)}`);
    [this.#options, this.#origin, this.#timeoutMs, this.#mostBytes] = [options, originOf(origin), timeoutMs, mostBytes];
    [this.#recommender, this.#onError] = [recommender, onError];
  }

  /** How often what became of a page. */
  counts(): Partial<Record<PageOutcome, number>> {
    return { ...this.#counts };
  }

  /**
   * The origin's answer, with blocks in it where they belong.
   *
   * @throws {Refused} `E_ORIGIN`.
   */
  async answer(request: Request, url: URL, after: After): Promise<Response> {
    if (request.method !== "GET") return this.#asked(request);
    const Rewriter = rewriterHere();
    // Browsers ask for pages in these words, and for nothing else.
    const early = Rewriter !== undefined && /\btext\/html\b/i.test(request.headers.get("accept") ?? "");
    let blocks = early ? this.#blocks(request, url, after) : undefined;
    const response = await this.#asked(early ? unconditional(request) : request);
    try {
      const why = unfit(response, this.#mostBytes) ?? (Rewriter === undefined ? "no_rewriter" : undefined);
      if (why !== undefined || Rewriter === undefined) return this.#untouched(response, why ?? "no_rewriter");
      const made = await within(this.#timeoutMs, (blocks ??= this.#blocks(request, url, after)));
      if (made === LATE) return this.#untouched(response, "late");
      if (Array.isArray(made.made)) return this.#changed(Rewriter, response, url, made.made, made.unit);
      return this.#untouched(made.unit ? unkept(response) : response, made.made);
    } catch (error) {
      this.#onError(error, "pages");
      return this.#untouched(response, "failed");
    }
  }

  async #asked(request: Request): Promise<Response> {
    try {
      const response = await this.#origin(request);
      if (typeof response?.status !== "number") throw new TypeError("expected the origin to give a Response");
      return response;
    } catch (error) {
      this.#onError(error, "origin");
      this.#count("origin");
      throw new Refused("E_ORIGIN", "the shop's own server gave no answer");
    }
  }

  /** What is to be shown on a page, or why nothing is. Never rejects. */
  #blocks(request: Request, url: URL, after: After): Promise<Outcome> {
    const work = this.#make(request, url, after).catch((error: unknown): Outcome => {
      this.#onError(error, "pages");
      return { made: "failed", unit: false };
    });
    // It goes on where the page does not wait for it: the next one finds the model.
    after(work);
    return work;
  }

  async #make(request: Request, url: URL, after: After): Promise<Outcome> {
    const left = (made: PageOutcome, unit = false): Outcome => ({ made, unit });
    const here = this.#options.blocks.filter(({ on }) => on?.(new URL(url)) ?? true);
    if (here.length === 0) return left("nothing");
    if (Date.now() - this.#failedAt < AGAIN_MS) return left("no_model");
    // Begun now, so that it is there when the shop has said what it asks.
    const model = this.#recommender(after).catch(() => void (this.#failedAt = Date.now()));
    const asked = await Promise.all(here.map(({ request: ask, personal }) => ask(personal === false ? new Request(url) : request, new URL(url))));
    const wanted = here.flatMap((block, at) => (asked[at] ? [{ block, request: { ...asked[at], id: asked[at].id ?? crypto.randomUUID() } }] : []));
    const unit = wanted.some(({ request: { unit } }) => unit !== undefined && unit !== null);
    if (wanted.length === 0) return left("nothing");
    if ((await model) === undefined) return left("no_model", unit);
    // Asked anew: while the shop thought, another model may have taken the place of that one.
    const recommender = await this.#recommender(after);
    const answers = recommender.page(wanted.map(({ request }) => request));
    const cards = await Promise.all(answers.map(({ items }) => (items.length === 0 ? [] : recommender.cards(items.map(({ sku }) => sku)))));
    const made = wanted.map(({ block }, at) => ({ block, answer: answers[at] as Answer, cards: cards[at] as Card[] }));
    // What is kept back is told of where the list would have been drawn.
    const shown = made.filter(({ block, answer, cards: drawn }) => (keptBack(answer)?.length ?? drawn.length) >= Math.max(1, block.min ?? 1));
    return shown.length === 0 ? left("nothing", unit) : { made: shown, unit };
  }

  #changed(Rewriter: NonNullable<ReturnType<typeof rewriterHere>>, response: Response, url: URL, made: readonly Made[], unit: boolean): Response {
    const language = this.#options.language?.(new URL(url)) ?? response.headers.get("content-language")?.split(",")[0]?.trim();
    const insertions = made.map(({ block, answer, cards }): Insertion => {
      const held = keptBack(answer) !== undefined;
      const html = held ? renderKeptBack(answer) : (block.render ?? renderBlock)(answer, cards, { language, heading: block.heading });
      if (typeof html !== "string") throw new TypeError(`expected \`render\` to give a text, found ${typeof html}`);
      const at = block.at ?? "replace";
      // The shop's own content stays where the visitor is to see it.
      return { selector: block.selector, at: answer.silent === "incumbent" && at === "replace" ? "append" : at, html };
    });
    // By the address alone: that a visitor has nothing to be shown depends on the visitor too.
    const personal = unit || this.#options.blocks.some(({ personal: whose, on }) => whose !== false && (on?.(new URL(url)) ?? true));
    const utf8 = /;\s*charset\s*=\s*"?utf-8\b/i.test(response.headers.get("content-type") ?? "");
    const headers = changedHeaders(response, personal);
    const body = splice(Rewriter, response.body as ReadableStream<Uint8Array>, insertions, utf8, (spliced) => this.#spliced(spliced));
    return new Response(body, { status: response.status, statusText: response.statusText, headers });
  }

  #spliced({ placed, error }: Spliced): void {
    if (error !== undefined) this.#onError(error, "pages");
    this.#count(placed > 0 ? "inserted" : error === undefined ? "no_place" : "unreadable");
  }

  #untouched(response: Response, why: PageOutcome): Response {
    this.#count(why);
    return response;
  }

  #count(what: PageOutcome): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }
}
