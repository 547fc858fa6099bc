// Shopify's Ajax routes, and its actions where there are some. What is read here was written by others: it is trusted in nothing.

import { attempt } from "./attempt.js";
import { CartError } from "./errors.js";

const LONGEST_MESSAGE = 200;

/** What this package uses of `window.Shopify`. */
declare const Shopify: { routes?: { root?: unknown }; actions?: { updateCart?: unknown } } | null | undefined;

/** Asks one of the shop's routes, in the shopper's language and market. With a `body` it is a POST. */
export async function ask(path: string, timeoutMs: number, body?: unknown): Promise<unknown> {
  const where = `${root()}${path}`;
  const posts = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), keepalive: true };
  const headers = { accept: "application/json", ...(body !== undefined && { "content-type": "application/json" }) };
  let response: Response;
  let answer: unknown;
  try {
    // An answer out of the browser's cache is an older cart.
    response = await fetch(where, { ...posts, headers, cache: "no-store", ...(timeoutMs < Infinity && { signal: AbortSignal.timeout(timeoutMs) }) });
    answer = await response.json().catch((error: unknown) => {
      if (!(error instanceof SyntaxError)) throw error;
    });
  } catch (cause) {
    if ((cause as { name?: unknown } | null)?.name === "TimeoutError") throw new CartError("E_TIMEOUT", `${where} did not answer within ${timeoutMs} ms`, { cause });
    throw new CartError("E_FETCH", `${where} could not be reached`, { cause });
  }
  if (response.ok) return answer;
  const { status } = response;
  const refused = body !== undefined && status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
  throw new CartError(refused ? "E_REFUSED" : "E_FETCH", `${where} answered with HTTP status ${status}${said(answer)}`);
}

/**
 * Puts pieces of a variant into the cart: by the shop's action, which also brings the theme's own cart up to date, else by the
 * Ajax route. Rejects where it could not, and is not tried again: the first try may have arrived.
 */
export async function addLine(variant: string, quantity: number, timeoutMs: number): Promise<void> {
  const updateCart = action();
  if (updateCart === undefined) {
    await ask("cart/add.js", timeoutMs, { items: [{ id: Number(variant), quantity }] });
    return;
  }
  let result: unknown;
  try {
    // A theme's handler need not heed the signal.
    result = await Promise.race([updateCart({ lines: [{ merchandiseId: `gid://shopify/ProductVariant/${variant}`, quantity }] }), late(timeoutMs)]);
  } catch (cause) {
    throw cause instanceof CartError ? cause : new CartError("E_FETCH", "Shopify.actions.updateCart failed", { cause });
  }
  const problem = attempt(() => problemOf(result), "");
  if (problem !== undefined) throw new CartError("E_REFUSED", `the shop did not add variant ${variant}${problem}`);
}

/** The digits of a variant's id: as they are, or out of `gid://shopify/ProductVariant/1`. */
export function variantId(id: unknown): string | undefined {
  return typeof id === "number" || typeof id === "string" ? /^(?:gid:\/\/shopify\/ProductVariant\/)?(\d{1,15})$/.exec(`${id}`)?.[1] : undefined;
}

/** Resolves after so many milliseconds, at most. */
export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 2 ** 31 - 1)));

async function late(timeoutMs: number): Promise<never> {
  await wait(timeoutMs);
  throw new CartError("E_TIMEOUT", `Shopify.actions.updateCart did not end within ${timeoutMs} ms`);
}

/** Where the routes begin: `/`, or `/fr/`. Never another host. */
function root(): string {
  const found = attempt(() => Shopify?.routes?.root);
  return typeof found === "string" && /^\/(?:[\w-]+\/)*$/.test(found) ? found : "/";
}

/** The shop's `updateCart`. It is there when the document is parsed, so it is looked for at every call. */
function action(): ((payload: unknown) => unknown) | undefined {
  return attempt(() => {
    const actions = Shopify?.actions;
    return typeof actions?.updateCart === "function" ? actions.updateCart.bind(actions) : undefined;
  });
}

// A change that the shop declines resolves, with `userErrors`. A warning says that less was added than was asked for; of an
// item that is sold out that is nothing.
function problemOf(result: unknown): string | undefined {
  const { userErrors, warnings } = (result ?? {}) as { userErrors?: unknown; warnings?: unknown };
  const problems = [...list(userErrors), ...list(warnings).filter((warning) => (warning as { code?: unknown } | null)?.code === "MERCHANDISE_OUT_OF_STOCK")];
  return problems.length > 0 ? said(problems[0]) : undefined;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function said(answer: unknown): string {
  const { description, message } = (answer ?? {}) as { description?: unknown; message?: unknown };
  const text = [description, message].find((one) => typeof one === "string" && one !== "");
  return text === undefined ? "" : `: ${(text as string).slice(0, LONGEST_MESSAGE)}`;
}
