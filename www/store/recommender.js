/**
 * The recommender in this page: when it is fetched, what it was asked, and what happens when it
 * cannot come.
 *
 * Two promises to the shop. It never delays the page: not a byte of it is asked for before the
 * largest paint. And it fails open: with no bundle, a bad one, WebAssembly forbidden or a network
 * too slow, `recommender()` answers `null`, the blocks stay away, and the console says once why.
 */

/**
 * @typedef {import("./engine.js").Recommender} Recommender
 * @typedef {import("./engine.js").RecommendRequest} Request
 * @typedef {import("./engine.js").Answer} Answer
 * @typedef {{ placement: string, request: Request, answer: Answer, engine: Recommender }} Call
 */

const ENGINE = "vendor/endcap/slim.js";
const WASM = "vendor/endcap/endcap_bg.wasm";
const STUDIO = "vendor/endcap/studio.js";
const CART = "models/cart.endcap";
const REST = "models/rest.endcap";
const CARDS = "models/cards.endcap";

/** Folders whose files are counted as loaded for recommendations. */
export const LOADED_FROM = ["vendor/endcap/", "models/"];

/** After this long the page goes on without: nobody waits for an add-on. */
const TIMEOUT_MS = 15_000;

/** A picture that has not arrived by then is no longer waited for. */
const PAINT_PATIENCE_MS = 6_000;

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const nextFrame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));

const idle = () =>
  new Promise((done) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(done, { timeout: 500 });
    else setTimeout(done, 50);
  });

const loaded = () =>
  new Promise((done) => {
    if (document.readyState === "complete") done(null);
    else addEventListener("load", () => done(null), { once: true });
  });

/** Every picture on the screen has arrived or failed. */
function picturesSeen() {
  const open = [...document.images].filter((image) => {
    const { top, bottom } = image.getBoundingClientRect();
    return !image.complete && bottom > 0 && top < innerHeight;
  });
  return Promise.all(
    open.map(
      (image) =>
        new Promise((done) => {
          image.addEventListener("load", done, { once: true });
          image.addEventListener("error", done, { once: true });
        }),
    ),
  );
}

/**
 * Resolves once the page has painted what it has to say and has nothing better to do. To be called
 * after the page's own content stands in the document.
 */
export async function afterLargestPaint() {
  await loaded();
  await Promise.race([picturesSeen(), pause(PAINT_PATIENCE_MS)]);
  // One frame to draw, one to be sure that it was drawn; a hidden tab draws none.
  await Promise.race([nextFrame().then(nextFrame), pause(1_000)]);
  await idle();
}

/** The build says whether the cards are few enough to come along unasked; else they wait for a reader. */
const cardsAreLight = () => document.documentElement.dataset.cards === "light";

/** @param {string} path */
function fetchQuietly(path) {
  const answer = fetch(path, { priority: "low" });
  answer.catch(() => {}); // Whoever awaits it hears of it; nobody else shall.
  return answer;
}

/** @param {unknown} error */
function sayWhyNot(error) {
  const { code = "E_PAGE", message = String(error) } = /** @type {{ code?: string, message?: string }} */ (error ?? {});
  // The package's messages open with their code; a browser's own do not.
  console.info(`endcap: no recommendations on this page. ${message.startsWith(code) ? message : `${code}: ${message}`}`);
}

/** @returns {Promise<Recommender | null>} */
async function load() {
  await afterLargestPaint();
  try {
    // Module, bundle and JavaScript are asked for side by side; whether they are sound is the loader's to judge.
    const wasm = fetchQuietly(WASM);
    const bundle = fetchQuietly(CART);
    const cards = cardsAreLight() ? fetchQuietly(CARDS) : CARDS;
    const url = new URL(ENGINE, document.baseURI).href;
    const engine = /** @type {import("./engine.js").Engine} */ (await import(url));
    return await engine.load(bundle, { engine: wasm, cards, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    sayWhyNot(error);
    return null;
  }
}

/** @type {Promise<Recommender | null> | undefined} */
let one;

/** The page's recommender, or `null` when there is none. Loaded at the first call. */
export function recommender() {
  one ??= load();
  return one;
}

/** @type {Promise<Recommender | null> | undefined} */
let joined;

/** The recommender with the relations of the product page; `null` when they did not come. */
export function wholeRecommender() {
  joined ??= recommender().then(async (engine) => {
    if (!engine) return null;
    try {
      await engine.add(REST);
      return engine;
    } catch (error) {
      sayWhyNot(error);
      return null;
    }
  });
  return joined;
}

/** @type {Promise<import("./engine.js").Studio | null> | undefined} */
let whole;

/**
 * The whole engine, which explains and takes changes as objects; from then on it is the page's recommender. `null` where it
 * does not come; then the page keeps the one it has.
 */
export function studio() {
  whole ??= (async () => {
    try {
      const url = new URL(STUDIO, document.baseURI).href;
      const module = /** @type {import("./engine.js").StudioModule} */ (await import(url));
      const engine = await module.load(CART, { cards: CARDS, timeoutMs: TIMEOUT_MS });
      await engine.add(REST);
      one = joined = Promise.resolve(engine);
      return engine;
    } catch (error) {
      sayWhyNot(error);
      return null;
    }
  })();
  return whole;
}

/** Joins the rest of the model when the page has nothing else to do, for the pages to come. */
export async function joinWhenIdle() {
  await idle();
  await wholeRecommender();
}

/** @type {((call: Call) => void)[]} */
const listeners = [];

/**
 * Calls `listener` with every question and its answer.
 * @param {(call: Call) => void} listener
 */
export function watchCalls(listener) {
  listeners.push(listener);
}

/**
 * Asks once. The call is synchronous and takes microseconds, so that it may stand in the middle of
 * a click.
 * @param {Recommender} engine
 * @param {Request} request
 * @returns {Answer}
 */
export function ask(engine, request) {
  const answer = engine.recommend(request);
  for (const listener of listeners) listener({ placement: request.placement, request, answer, engine });
  return answer;
}
