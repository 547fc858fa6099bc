// The routes, and what every request goes through before and after them.

import { EndcapError, type RecommendRequest, type Source, type StudioRecommender } from "endcap/studio";
import { type EventKey, type EventSink, keyOf, received } from "./events.js";
import { type Delivery, type Hooks, shopify, wooCommerce } from "./hooks.js";
import { bears, bodyOf, failed, isOurs, json, jsonOf, printable, Refused, tagOf } from "./http.js";
import { type FreshSource, Model, type ModelState } from "./model.js";
import { type PageOptions, type PageOutcome, Pages } from "./pages.js";
import { fetchSource } from "./sources.js";
import type { Store } from "./store.js";

/** Longest body of a request for recommendations, in bytes. */
const MOST_ASKED = 64 * 1024;
/** Largest overlay, in bytes: what Cloudflare KV takes. */
const MOST_OVERLAY = 25 * 1024 * 1024;
/** Most blocks of one page. */
const MOST_BLOCKS = 32;
/** Most entries of one list of a request. */
const MOST_ENTRIES = 1_000;

const ROUTES = {
  "/recommendations": ["GET", "POST"],
  "/overlay": ["PATCH"],
  "/hooks/shopify/products": ["POST"],
  "/hooks/woocommerce": ["POST"],
  "/events": ["POST"],
  "/health": ["GET"],
} as const;
type Route = keyof typeof ROUTES;

/** What the platform hands over beside the request; Cloudflare's `ExecutionContext` is one. */
export interface Context {
  /** Keeps the isolate alive until the promise is settled. */
  waitUntil?(work: Promise<unknown>): void;
}

/** How a handler answers. */
export interface HandlerOptions {
  /**
   * The bundle: bytes, an address, or what gets it anew: `r2Source`, `kvSource`, `assetsSource`, `fetchSource`, `fileSource`, or
   * a function of your own. Where a source says that it did not change, it is not loaded again.
   */
  bundle: Source | FreshSource;
  /**
   * The address of an overlay, for deployments without a `store`. Default: none.
   */
  overlay?: string | URL | FreshSource | undefined;
  /** Where overlays that arrive are kept, and where every isolate finds them. Default: none; `PATCH /overlay` answers 501. */
  store?: Store | undefined;
  /** Who may change things. */
  auth?: { /** Bearer tokens for `PATCH /overlay`, at least 16 characters each. Default: none may. */ overlay?: string | readonly string[] | undefined } | undefined;
  /** Webhooks of shop systems that change stock and prices. Default: none; their routes answer 404. */
  hooks?: Hooks | undefined;
  /**
   * Where the events of pages go: `fetchSink`, `kvSink`, `fileSink`, or a function of your own. What it rejects is answered
   * 503, and the page sends it again. Default: none; `POST /events` answers 404.
   */
  events?: EventSink | undefined;
  /**
   * The secret under which the events' `unit` becomes a `unit_key` before the sink sees it: what `endcap events key` writes, as text
   * or as bytes, or 32 to 1,024 random bytes, or a key of WebCrypto (HMAC with SHA-256). It stays on the server, is the same for the life of an experiment, and is
   * destroyed after it. Default: none, and `unit` stays: then whoever reads the log can tell who did what, and the log is personal
   * data.
   */
  eventKey?: EventKey | undefined;
  /**
   * What is put into the shop's own pages: every request that is for none of the routes goes to the shop's server, and its pages
   * come back with blocks in them. Default: none; such requests are answered 404.
   */
  pages?: PageOptions | undefined;
  /** Origins whose pages may ask: a list, or `"*"`. Default: the handler's own origin only. */
  cors?: "*" | readonly string[] | undefined;
  /**
   * Whether a request may pass: the platform's own rate limiter, asked before anything else is done. Default: all may.
   *
   *     limit: ({ request, route }) => env.LIMITER.limit({ key: request.headers.get("cf-connecting-ip") + route }).then(({ success }) => success)
   */
  limit?: ((asked: { request: Request; route: string }) => boolean | Promise<boolean>) | undefined;
  /** Path before the routes, such as `/api`. Default: none. */
  basePath?: string | undefined;
  /** Milliseconds until a fetch of bundle or overlay counts as failed. More than 0. Default: 10000. */
  timeoutMs?: number | undefined;
  /** Milliseconds after which the bundle is fetched again, beside the answers; bytes and responses never are. Default: 300000. */
  bundleMs?: number | undefined;
  /** Milliseconds after which every isolate looks for a newer overlay, beside the answers. Default: 5000. */
  overlayMs?: number | undefined;
  /** Seconds for which browsers and caches may keep the answer to a GET. 0: they ask every time. Default: 60. */
  maxAge?: number | undefined;
  /** Told of everything that fails on the server, and where. Default: `console.error`. */
  onError?: ((error: unknown, where: string) => void) | undefined;
}

/** What answers requests: give `fetch` to the platform. */
export interface Handler {
  /** Answers a request. Never rejects. */
  fetch(request: Request, context?: Context): Promise<Response>;
  /** What is in force, and what failed, for a health check of your own. */
  state(): ModelState & {
    /** Answers of the routes, by their status. */
    counts: Record<string, number>;
    /** What became of the shop's pages; only with `pages`. */
    pages?: Partial<Record<PageOutcome, number>>;
  };
}

/**
 * Makes a fetch handler for Cloudflare Workers, Deno, Bun, Node and other runtimes with the web's `Request` and `Response`.
 *
 * | Route | Asks | Answers |
 * |---|---|---|
 * | `GET /recommendations?placement=&sku=&sku=&product=&limit=` | one placement, what it needs as parameters | what `recommend` says, with an `ETag`; caches may keep what names no cart. 400 for a `unit` |
 * | `POST /recommendations` | a request as `recommend` takes it, or `{ "page": [request, …] }` | what `recommend` says, or `{ "page": [answer, …] }`; never kept |
 * | `PATCH /overlay` | the bytes of an overlay that holds all that changed since training; a bearer token | `{ changed, revision, items, unknown, unknown_experiments }`; 409 for an older revision |
 * | `POST /events` | a batch of `endcap/events` | 202 and `{ taken, refused }` |
 * | `POST /hooks/shopify/products`, `POST /hooks/woocommerce` | a webhook, signed | `{ items, unknown, again }`; once, however often it comes |
 * | `GET /health` | | 200 and what is in force; 503 before a model is |
 *
 * With `pages` every other request goes to the shop's own server. `E_ORIGIN` (502) says that it gave no answer; whatever it
 * answers, an error too, is the shop's own and goes on as it is.
 *
 * A GET names no history, no segment and no unit, and whoever asks is no part of its key: what depends on the visitor is asked by POST.
 * Addresses end up in logs, and an experiment may ask for a segment. No variant of an experiment is ever in an answer that is kept.
 *
 * Errors are `{ "error": { code, message, advice } }` with a fitting status. Nothing of the server's inside is told.
 */
export function createHandler(options: HandlerOptions): Handler {
  const settings = checked(options);
  const model = new Model(settings.model);
  const { hooks } = settings;
  const counts: Record<string, number> = {};
  const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1);
  const following = (context: Context | undefined) => (work: Promise<unknown>) => {
    const done = work.catch((error: unknown) => settings.onError(error, "refresh"));
    context?.waitUntil?.(done);
  };
  const pages = options.pages && new Pages(options.pages, (after) => model.current(after), settings.onError);
  const inPages = () => (pages === undefined ? {} : { pages: pages.counts() });

  async function answer(request: Request, url: URL, route: Route | undefined, context: Context | undefined): Promise<Response> {
    if (route === undefined) throw new Refused("E_ROUTE", `there is no ${printable(url.pathname)} here`);
    const methods: readonly string[] = ROUTES[route];
    const allow = methods.join(", ");
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (!methods.includes(method)) throw new Refused("E_METHOD", `expected ${allow}, found ${printable(request.method)}`, { allow });
    if (!(await settings.limit({ request, route }))) throw new Refused("E_RATE", "too many requests", { "retry-after": "1" });
    const recommender = () => ready(model, following(context));
    switch (route) {
      case "/recommendations":
        return method === "GET" ? byAddress(url, request, await recommender(), settings.maxAge) : byBody(request, recommender);
      case "/overlay":
        return overlay(request, recommender);
      case "/hooks/shopify/products":
        return hooked(hooks.shopify, recommender, (hook) => shopify(request, hook));
      case "/hooks/woocommerce":
        return hooked(hooks.woocommerce, recommender, (hook) => wooCommerce(request, hook));
      case "/events":
        return logged(request);
      case "/health": {
        await recommender();
        return json({ ...model.state(), ...inPages() });
      }
    }
  }

  async function overlay(request: Request, recommender: () => Promise<StudioRecommender>): Promise<Response> {
    if (settings.store === undefined) throw new Refused("E_NO_STORE", "there is no store to keep an overlay in");
    // The token first: who has none learns nothing of what would be taken.
    if (!(await bears(request, settings.tokens))) throw new Refused("E_TOKEN", "expected a bearer token that may change the overlay", { "www-authenticate": "Bearer" });
    const type = request.headers.get("content-type");
    if (type !== null && !/^application\/octet-stream\s*(;|$)/i.test(type)) throw new Refused("E_TYPE", `expected application/octet-stream, found ${printable(type)}`);
    const bytes = await bodyOf(request, MOST_OVERLAY);
    await recommender();
    return json(await model.publish(settings.store, bytes));
  }

  async function logged(request: Request): Promise<Response> {
    const sink = settings.events;
    if (sink === undefined) throw new Refused("E_ROUTE", "events are not taken here");
    const { events, refused } = await received(request, await settings.eventKey);
    try {
      if (events.length > 0) await sink(events);
    } catch (error) {
      settings.onError(error, "events");
      throw new Refused("E_NOT_READY", "the events could not be kept", { "retry-after": "5" });
    }
    return json({ taken: events.length, refused }, 202);
  }

  async function hooked<T>(hook: T | undefined, recommender: () => Promise<unknown>, read: (hook: T) => Promise<Delivery | undefined>): Promise<Response> {
    if (hook === undefined) throw new Refused("E_ROUTE", "this webhook is not set up here");
    if (settings.store === undefined) throw new Refused("E_NO_STORE", "there is no store to keep changes in");
    const delivery = await read(hook);
    if (delivery === undefined) return json({ items: 0, unknown: 0, again: false });
    await recommender();
    return json(await model.take(settings.store, delivery));
  }

  return {
    async fetch(request, context) {
      let response: Response;
      const url = new URL(request.url);
      const route = settings.routeOf(url.pathname);
      if (pages !== undefined && route === undefined) return pages.answer(request, url, following(context)).catch(failed);
      try {
        response = await answer(request, url, route, context);
      } catch (error) {
        if (isOurs(error)) settings.onError(error, "request");
        response = failed(error);
      }
      count(`${response.status}`);
      if (request.method === "HEAD") response = new Response(null, response);
      return settings.shared(request, response);
    },
    state: () => ({ ...model.state(), counts: { ...counts }, ...inPages() }),
  };
}

async function ready(model: Model, after: (work: Promise<unknown>) => void): Promise<StudioRecommender> {
  try {
    return await model.current(after);
  } catch {
    // Told by the model itself, in the server's words.
    throw new Refused("E_NOT_READY", "there is no model yet", { "retry-after": "5" });
  }
}

/** One placement, asked by an address that says all there is to know. */
async function byAddress(url: URL, request: Request, recommender: StudioRecommender, maxAge: number): Promise<Response> {
  const asked = url.searchParams;
  // Without the segment an experiment would deal otherwise than by POST, and addresses end up in logs.
  if (asked.has("unit")) throw new EndcapError("E_ARGUMENT", "expected no `unit` in the address, found one", { advice: "POST the request: its body may name a unit." });
  const limit = asked.get("limit");
  const [cart, exclude] = [bounded(asked.getAll("sku"), "sku"), bounded(asked.getAll("exclude"), "exclude")];
  const found = recommender.recommend({
    placement: asked.get("placement") ?? "",
    cart: cart.map((sku) => ({ sku })),
    product: asked.get("product"),
    exclude,
    limit: limit === null ? undefined : Number(limit),
  });
  const body = new TextEncoder().encode(JSON.stringify(found));
  // The name of an answer is another each second: what is the same but for it is the same to a cache.
  const tag = `W/${await tagOf(new TextEncoder().encode(JSON.stringify({ ...found, recommendation: "" })))}`;
  // A cart is one shopper's: no cache that others share keeps an answer to it.
  const kept = maxAge > 0 ? `public, max-age=${maxAge}, stale-while-revalidate=${maxAge}` : "no-cache";
  const headers = { etag: tag, "cache-control": cart.length + exclude.length > 0 ? "private, no-cache" : kept };
  const known = request.headers.get("if-none-match")?.split(",").map((one) => one.trim().replace(/^W\//, ""));
  if (known?.includes(tag.slice(2))) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "content-type": "application/json; charset=utf-8", "x-content-type-options": "nosniff" } });
}

/** One placement or a page, asked by a body that nobody keeps. */
async function byBody(request: Request, recommender: () => Promise<StudioRecommender>): Promise<Response> {
  const asked = await jsonOf(request, MOST_ASKED);
  if (typeof asked !== "object" || asked === null || Array.isArray(asked)) throw new Refused("E_BODY", "expected an object, found something else");
  const page = (asked as { page?: unknown }).page;
  if (page === undefined) return json((await recommender()).recommend(boundedRequest(asked)));
  if (!Array.isArray(page)) throw new Refused("E_BODY", "expected `page` to be a list of requests, found something else");
  if (page.length > MOST_BLOCKS) throw new Refused("E_TOO_LARGE", `expected at most ${MOST_BLOCKS} blocks, found ${page.length}`);
  return json({ page: (await recommender()).page(page.map(boundedRequest)) });
}

/** A request of which the engine passes over what it cannot read, but which must not be endless. */
function boundedRequest(asked: unknown): RecommendRequest {
  const lists = asked as Record<string, unknown> | null;
  for (const name of ["cart", "recent", "history", "exclude"]) {
    const list = lists?.[name];
    if (Array.isArray(list)) bounded(list, name);
  }
  return asked as RecommendRequest;
}

function bounded<T>(list: T[], name: string): T[] {
  if (list.length > MOST_ENTRIES) throw new Refused("E_TOO_LARGE", `expected at most ${MOST_ENTRIES} entries of \`${name}\`, found ${list.length}`);
  return list;
}

/** The options with their defaults; what is wrong with them is thrown when the handler is made, not when it is asked. */
function checked(options: HandlerOptions) {
  const positive = (name: "timeoutMs" | "bundleMs" | "overlayMs" | "maxAge", standard: number, least = 1) => {
    const given = options[name] ?? standard;
    if (!(typeof given === "number" && given >= least)) throw new TypeError(`createHandler: expected \`${name}\` of at least ${least}, found ${String(given)}`);
    return given;
  };
  const { bundle, overlay, store, cors } = options;
  if (bundle === undefined || bundle === null) throw new TypeError("createHandler: expected a `bundle`: bytes, an address, or a function that gets it");
  if (overlay !== undefined && store !== undefined) throw new TypeError("createHandler: expected an `overlay` address or a `store`, found both");
  const tokens = [options.auth?.overlay ?? []].flat();
  if (tokens.some((token) => typeof token !== "string" || token.length < 16)) throw new TypeError("createHandler: expected tokens of at least 16 characters in `auth.overlay`");
  const base = (options.basePath ?? "").replace(/\/+$/, "");
  if (base !== "" && !base.startsWith("/")) throw new TypeError(`createHandler: expected a \`basePath\` that begins with /, found ${base}`);
  const isAsked = typeof bundle === "function" || typeof bundle === "string" || bundle instanceof URL || bundle instanceof Request;
  const tell = options.onError ?? ((error: unknown, where: string) => console.error(`endcap: ${where}:`, error));
  const onError = (error: unknown, where: string) => {
    try {
      tell(error, where);
    } catch {
      // Who listens to failures must not make one of an answer.
    }
  };
  const source = (given: Source | FreshSource): FreshSource => (typeof given === "function" ? given : typeof given === "string" || given instanceof URL ? fetchSource(given) : () => given);
  for (const [system, hook] of Object.entries(options.hooks ?? {})) {
    if ([hook?.secret ?? []].flat().some((secret) => typeof secret !== "string" || secret.length < 8)) throw new TypeError(`createHandler: expected secrets of at least 8 characters in \`hooks.${system}\``);
  }
  return {
    store,
    hooks: options.hooks ?? {},
    events: options.events,
    eventKey: options.eventKey === undefined ? undefined : keyOf(options.eventKey),
    tokens,
    onError,
    limit: options.limit ?? (() => true),
    maxAge: positive("maxAge", 60, 0),
    routeOf: (path: string) => (path.startsWith(`${base}/`) && Object.hasOwn(ROUTES, path.slice(base.length)) ? (path.slice(base.length) as Route) : undefined),
    shared: (request: Request, response: Response) => shared(request, response, cors),
    model: {
      bundle: source(bundle),
      overlay: overlay === undefined ? undefined : source(overlay),
      store,
      bundleMs: isAsked ? positive("bundleMs", 300_000) : Infinity,
      overlayMs: positive("overlayMs", 5_000),
      timeoutMs: positive("timeoutMs", 10_000),
      onError,
    },
  };
}

/** Says which pages may read the answer. */
function shared(request: Request, response: Response, cors: HandlerOptions["cors"]): Response {
  if (cors === undefined) return response;
  const origin = request.headers.get("origin");
  const allowed = cors === "*" ? "*" : origin !== null && cors.includes(origin) ? origin : undefined;
  if (cors !== "*") response.headers.append("vary", "origin");
  if (allowed === undefined) return response;
  response.headers.set("access-control-allow-origin", allowed);
  if (request.method === "OPTIONS") {
    response.headers.set("access-control-allow-methods", response.headers.get("allow") ?? "GET, POST");
    response.headers.set("access-control-allow-headers", "authorization, content-type");
    response.headers.set("access-control-max-age", "86400");
  }
  return response;
}
