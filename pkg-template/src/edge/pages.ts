// The shop's pages on their way through: what is put into them, for whom, and when they are left alone. Everything that may fail
// is done before the first byte goes out; where it does, the shopper gets the origin's own answer, and a count says why.

import type { Answer, Card, RecommendRequest, StudioRecommender } from "endcap/studio";
import { enoughCards } from "../enough.js";
import { Refused } from "./http.js";
import { isMarked, keptBack, renderBlock, type RenderContext, renderMark } from "./markup.js";
import { changedHeaders, isPage, type Origin, originOf, unconditional, unfit, unkept } from "./origin.js";
import { type Insertion, type Place, rewriterHere, splice, type Spliced } from "./splice.js";
import { LATE, within } from "./within.js";

/**
 * What became of an answer of the origin to a GET. In `inserted` and `undrawn` at least one block found its place; in all others the
 * answer went out as it came, but that nobody keeps a page that depends on who asks.
 *
 * - `nothing`: no block is for this page, or none has enough to show. What an experiment keeps back is inserted as an empty block
 *   that names its arm, so that the page can tell of the exposure.
 * - `undrawn`: as `inserted`, but that a block's `render` threw, and `onError` knows. Its element keeps the shop's own content, and
 *   where the visitor is in an arm a hidden block tells of the exposure all the same: a `render` can fail only where something is
 *   shown, and without that the arms would no longer be alike.
 * - `no_place`: no selector matched.
 * - `late`: it was not ready within `timeoutMs`. `no_model`: there is no model yet. `failed`: something threw, and `onError` knows.
 * - `unreadable`: the rewriter gave up before any place was found; `onError` knows.
 * - `status`: not 200. `not_html`: something else than a page. `no_transform`: the origin forbids changes. `encoded`: in an
 *   encoding that this runtime does not undo. `too_large`: longer than `mostBytes`. `no_rewriter`: this runtime has no HTMLRewriter.
 * - `origin`: the origin gave no answer.
 */
export const PAGE_OUTCOMES = ["inserted", "undrawn", "nothing", "no_place", "late", "no_model", "failed", "unreadable", "status", "not_html", "no_transform", "encoded", "too_large", "no_rewriter", "origin"] as const;

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
   * Whether it depends on who asks: cookies, cart, experiments, place. A page that such a block is for goes out with
   * `cache-control: private, no-store`, whatever the origin said and whatever comes of the block. `false`: it depends on the address
   * only, and the page is kept as the origin allows.
   * Default: true.
   */
  personal?: boolean | undefined;
  /** Which pages it is for, by their addresses. Pages that it is not for are not personal because of it. Default: all. */
  on?: ((url: URL) => boolean) | undefined;
  /** In the place of what the element holds, into it, or beside it. Default: `replace`. */
  at?: Place | undefined;
  /**
   * Fewest products worth showing, with a card each, 1 or more; with fewer the element stays as it is. What an experiment keeps back
   * counts as if it were shown. Default: 1.
   */
  min?: number | undefined;
  /** Over the list that is drawn by default. Default: nothing. */
  heading?: string | undefined;
  /**
   * Draws it. What it gives goes into the page as it is: escape what comes from the catalog. For a visitor in an arm a hidden, empty
   * block goes before it that names the arm, as where a list is kept back, unless it holds what `renderBlock` says of the arm. Where it
   * throws, this block alone is left out: see `undrawn`. Default: a list, see `renderBlock`.
   */
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

interface Wanted {
  block: PageBlock;
  request: RecommendRequest;
}

/** What was begun for a page: what the shop asks, and what is to be shown, or why nothing is. The second never rejects. */
interface Begun {
  wanted: Promise<Wanted[]>;
  made: Promise<Made[] | PageOutcome>;
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
    let begun = early ? this.#begin(request, url, after) : undefined;
    const response = await this.#asked(early ? unconditional(request) : request);
    const personal = () => this.#isPersonal(url, () => begun?.wanted ?? this.#wanted(request, url));
    const left = async (why: PageOutcome) => this.#untouched(isPage(response) && (await personal()) ? unkept(response) : response, why);
    try {
      const why = unfit(response, this.#mostBytes);
      if (why !== undefined || Rewriter === undefined) return await left(why ?? "no_rewriter");
      begun ??= this.#begin(request, url, after);
      const made = await within(this.#timeoutMs, begun.made);
      if (made === LATE) return await left("late");
      if (!Array.isArray(made)) return await left(made);
      return this.#changed(Rewriter, response, url, made, await personal()) ?? (await left("failed"));
    } catch (error) {
      this.#onError(error, "pages");
      return left("failed");
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

  #begin(request: Request, url: URL, after: After): Begun {
    const wanted = this.#wanted(request, url);
    const made = this.#make(url, wanted, after).catch((error: unknown): PageOutcome => {
      this.#onError(error, "pages");
      return "failed";
    });
    // What it rejects with is told of there.
    wanted.catch(() => {});
    // It goes on where the page does not wait for it: the next one finds the model.
    after(made);
    return { wanted, made };
  }

  /** The blocks for this address. */
  #here(url: URL): PageBlock[] {
    return this.#options.blocks.filter(({ on }) => on?.(new URL(url)) ?? true);
  }

  /** What the shop asks for this page. */
  async #wanted(request: Request, url: URL): Promise<Wanted[]> {
    const here = this.#here(url);
    const asked = await Promise.all(here.map(({ request: ask, personal }) => ask(personal === false ? new Request(url) : request, new URL(url))));
    return here.flatMap((block, at) => (asked[at] ? [{ block, request: { ...asked[at], id: asked[at].id ?? crypto.randomUUID() } }] : []));
  }

  async #make(url: URL, asking: Promise<Wanted[]>, after: After): Promise<Made[] | PageOutcome> {
    if (this.#here(url).length === 0) return "nothing";
    const isFailing = Date.now() - this.#failedAt < AGAIN_MS;
    // Begun now, so that it is there when the shop has said what it asks.
    const model = isFailing ? undefined : this.#recommender(after).catch(() => void (this.#failedAt = Date.now()));
    const wanted = await asking;
    if (wanted.length === 0) return "nothing";
    if ((await model) === undefined) return "no_model";
    // Asked anew: while the shop thought, another model may have taken the place of that one.
    const recommender = await this.#recommender(after);
    const answers = recommender.page(wanted.map(({ request }) => request));
    // What is kept back is told of where the list would have been drawn, and nowhere else.
    const drawn = await Promise.all(answers.map((answer, at) => enoughCards(recommender, answer, wanted[at]?.block.min)));
    const made = wanted.flatMap(({ block }, at) => (drawn[at] ? [{ block, answer: answers[at] as Answer, cards: drawn[at] }] : []));
    return made.length === 0 ? "nothing" : made;
  }

  /**
   * Whether the page is kept by nobody: a block for its address is personal, or a unit is named for it, or that is not known by now.
   * By the address and not by what is shown: that a visitor has nothing to be shown depends on the visitor too.
   */
  async #isPersonal(url: URL, wanted: () => Promise<Wanted[]>): Promise<boolean> {
    try {
      if (this.#here(url).some(({ personal }) => personal !== false)) return true;
      const known = await within(0, wanted());
      return known === LATE || known.some(({ request: { unit } }) => unit !== undefined && unit !== null);
    } catch {
      return true;
    }
  }

  /** The page with its blocks; `undefined` where none of them could be drawn, and nobody is in an arm. */
  #changed(Rewriter: NonNullable<ReturnType<typeof rewriterHere>>, response: Response, url: URL, made: readonly Made[], personal: boolean): Response | undefined {
    const language = this.#options.language?.(new URL(url)) ?? response.headers.get("content-language")?.split(",")[0]?.trim();
    const drawn = made.map((one) => (keptBack(one.answer) ? "" : this.#drawn(one, language)));
    const insertions = made.flatMap((one, at) => insertionOf(one, drawn[at]));
    if (insertions.length === 0) return undefined;
    const as = drawn.includes(undefined) ? "undrawn" : "inserted";
    const utf8 = /;\s*charset\s*=\s*"?utf-8\b/i.test(response.headers.get("content-type") ?? "");
    const headers = changedHeaders(response, personal);
    const body = splice(Rewriter, response.body as ReadableStream<Uint8Array>, insertions, utf8, (spliced) => this.#spliced(spliced, as));
    return new Response(body, { status: response.status, statusText: response.statusText, headers });
  }

  /** The markup of what is shown; `undefined` where `render` threw. */
  #drawn({ block, answer, cards }: Made, language: string | undefined): string | undefined {
    try {
      const html: unknown = (block.render ?? renderBlock)(answer, cards, { language, heading: block.heading });
      if (typeof html !== "string") throw new TypeError(`expected \`render\` to give a text, found ${typeof html}`);
      return answer.variant && !isMarked(html, answer) ? renderMark(answer, "shown", cards) + html : html;
    } catch (error) {
      this.#onError(error, "pages");
      return undefined;
    }
  }

  #spliced({ placed, error }: Spliced, as: PageOutcome): void {
    if (error !== undefined) this.#onError(error, "pages");
    this.#count(placed > 0 ? as : error === undefined ? "no_place" : "unreadable");
  }

  #untouched(response: Response, why: PageOutcome): Response {
    this.#count(why);
    return response;
  }

  #count(what: PageOutcome): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }
}

/** What goes into the page for a block, and where. `drawn`: its markup; `undefined` where it could not be drawn. */
function insertionOf({ block: { selector, at = "replace" }, answer, cards }: Made, drawn: string | undefined): Insertion[] {
  const isKept = keptBack(answer) !== undefined;
  if (drawn !== undefined && !isKept) return [{ selector, at, html: drawn }];
  // Of a list that is not drawn, whatever the reason, those are told who are in an arm.
  if (!answer.variant) return [];
  // The shop's own content stays where the visitor is to see it.
  const stays = !isKept || answer.silent === "incumbent";
  return [{ selector, at: stays && at === "replace" ? "append" : at, html: renderMark(answer, "withheld", cards) }];
}
