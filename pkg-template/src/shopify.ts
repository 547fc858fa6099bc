// `endcap/shopify`: the live cart of a Shopify storefront, what goes into it, and the attribute that joins orders to experiments.

import { addLine, ask, variantId, wait } from "./shopify/ajax.js";
import { attempt } from "./shopify/attempt.js";
import { ATTRIBUTE, Join } from "./shopify/attribute.js";
import { readCart, type ShopCart } from "./shopify/cart.js";
import { CartError } from "./shopify/errors.js";
import { watchCart } from "./shopify/signals.js";
import type { ShopifyConnection, ShopifyContext, ShopifyOptions } from "./shopify/types.js";
import { Views } from "./shopify/views.js";

export { type Assignment, formatAttribute, parseAttribute } from "./shopify/attribute.js";
export { CartError, type CartErrorCode } from "./shopify/errors.js";
export type { ShopifyConnection, ShopifyContext, ShopifyOptions } from "./shopify/types.js";

/** Signals of one change come together within this time. */
const TOGETHER_MS = 30;
/** ISO 4217 for "no currency": the shop's files named none. */
const NO_CURRENCY = "XXX";

/** Connects the page to its shop. A shop page never breaks by it: what fails is told to `onError`, and what was known stays. */
export function connectShopify(options: ShopifyOptions = {}): ShopifyConnection {
  const { element, recommender, events, texts, unit, observe = true, timeoutMs = 10_000 } = options;
  if (!(typeof timeoutMs === "number" && timeoutMs > 0)) throw new TypeError(`connectShopify: expected \`timeoutMs\` above 0, found ${String(timeoutMs)}`);
  if (element !== undefined && recommender === undefined) throw new TypeError("connectShopify: expected `recommender` beside `element`");
  const { failed, asked, allowed, skuOf } = callbacks(options);
  const over = new AbortController();
  const join = new Join();
  const listeners = new Set<() => void>();
  let cart: ShopCart = { lines: [], currency: undefined, attribute: undefined };
  let currency: string | undefined;
  const views = new Views({ product: options.product, timeoutMs, allowed, skuOf, changed: () => announce(), failed });

  const who = () => (allowed() ? asked(() => unit?.id()) : undefined);
  // What answers said, and what the page says beside them.
  let [dealt, own]: [Record<string, string>, Readonly<Record<string, string>>] = [{}, {}];
  const joined = (next: [typeof dealt, typeof own]) => {
    try {
      // What is no table is told, and not taken for an empty one.
      join.set({ ...next[0], ...Object.fromEntries(Object.entries(next[1])) });
    } catch (error) {
      return failed(error);
    }
    [dealt, own] = next;
    void refresh();
  };

  const context = (): ShopifyContext => {
    const id = who();
    const foreign = currency !== undefined && cart.currency !== undefined && cart.currency !== currency;
    return {
      cart: cart.lines.map(({ price, ...line }) => (foreign || price === undefined ? line : { ...line, price })),
      ...(views.product !== undefined && { product: views.product }),
      recent: [...views.recent],
      ...(id !== undefined && { unit: id }),
    };
  };
  let told = JSON.stringify(context());
  const announce = () => {
    const now = JSON.stringify(context());
    if (now === told || over.signal.aborted) return;
    told = now;
    for (const work of [...listeners]) asked(work);
  };
  // By the Ajax route even where there are actions: those replace all attributes of the cart, and do not say which it has.
  const write = (value: string) => ask("cart/update.js", timeoutMs, { attributes: { [ATTRIBUTE]: value } });
  const joinOrder = async () => {
    const id = cart.lines.length > 0 ? who() : undefined;
    const missing = id === undefined ? undefined : join.missing(id, cart.attribute);
    if (missing === undefined) return;
    await write(missing);
    join.wrote(missing);
  };
  const refresh = oneAtATime(over.signal, async () => {
    try {
      cart = readCart(await ask("cart.js", timeoutMs), skuOf);
      announce();
      await joinOrder();
    } catch (error) {
      if (!over.signal.aborted) failed(error);
    }
  });

  const unwatch = watchCart(() => void refresh(), { observe, timeoutMs });
  views.listen(over.signal);
  // Shopify's banner, and others that speak to its Customer Privacy API.
  document.addEventListener("visitorConsentCollected", () => (views.recall(), announce(), void refresh()), { signal: over.signal });
  const ready = refresh();
  void bundleCurrency(recommender).then((found) => {
    currency = found;
    announce();
  });

  const connection: ShopifyConnection = {
    ready,
    context,
    async addToCart({ cart_id, quantity = 1 }) {
      const variant = variantId(cart_id);
      if (variant === undefined) throw new CartError("E_ARGUMENT", `expected the id of a variant as \`cart_id\`, found ${JSON.stringify(cart_id)}`);
      if (!(Number.isInteger(quantity) && quantity > 0)) throw new CartError("E_ARGUMENT", `expected a \`quantity\` of 1 or more, found ${String(quantity)}`);
      try {
        await addLine(variant, quantity, timeoutMs);
      } finally {
        void refresh();
      }
    },
    onChange(work) {
      listeners.add(work);
      return () => void listeners.delete(work);
    },
    exposed({ experiment, variant }) {
      const name = experiment ?? variant;
      if (!name || !variant || dealt[name] === variant) return;
      joined([{ ...dealt, [name]: variant }, own]);
    },
    setVariants(variants) {
      joined([dealt, variants]);
    },
    refresh,
    async forget() {
      views.forget();
      announce();
      // Arms of the blocks were those of a unit that is gone. What the cart holds is read first: it may not be known yet.
      joined([{}, own]);
      await refresh();
      if (cart.attribute === undefined) return;
      // An empty value takes an attribute away.
      await write("").catch(failed);
      await refresh();
    },
    close() {
      over.abort();
      unwatch();
      listeners.clear();
    },
  };
  if (element !== undefined && recommender !== undefined) {
    // Blocks wait for the cart, so that they do not draw twice.
    const both = Promise.all([recommender, ready]).then(([loaded]) => loaded);
    element.connect({ recommender: both, context, addToCart: (line) => connection.addToCart(line), onAnswer: (answer) => connection.exposed(answer), events, texts });
    connection.onChange(() => element.refresh());
  }
  return connection;
}

/** The functions of the page, made harmless: what one throws is told, and the answer is the cautious one. */
function callbacks({ consent, sku, onError = (error) => console.warn(error.message, error.advice) }: ShopifyOptions) {
  const failed = (error: unknown) => {
    // Where it throws, nobody is left to tell.
    attempt(() => onError(error instanceof CartError ? error : new CartError("E_CALLBACK", "a function of the page threw", { cause: error })));
  };
  const asked = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      failed(error);
      return undefined;
    }
  };
  return {
    failed,
    asked,
    allowed: () => asked(() => consent?.()) === true,
    skuOf: (variant: object) => {
      const found = asked(() => (sku ?? (({ sku }) => sku))(variant as { sku?: string | null }));
      return typeof found === "string" && found !== "" ? found : undefined;
    },
  };
}

/** `work`, once for all calls that come together, and never twice at the same time. */
function oneAtATime(signal: AbortSignal, work: () => Promise<void>): () => Promise<void> {
  let planned: Promise<void> | undefined;
  let running = Promise.resolve();
  const turn = async () => {
    await Promise.all([wait(TOGETHER_MS), running]);
    planned = undefined;
    if (!signal.aborted) await (running = work());
  };
  return () => (planned ??= turn());
}

async function bundleCurrency(recommender: ShopifyOptions["recommender"]): Promise<string | undefined> {
  try {
    const found = (await recommender)?.info().currency;
    return found === NO_CURRENCY ? undefined : found;
  } catch {
    // The blocks tell why it did not load.
    return undefined;
  }
}
