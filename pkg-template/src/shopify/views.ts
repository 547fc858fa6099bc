// What the shopper looks at. Shopify's events name products by handle and variant, never by SKU: the shop is asked for that.

import { ask, variantId } from "./ajax.js";
import { attempt } from "./attempt.js";

const STORED = "endcap_recent";
const MOST_RECENT = 20;

/** What views need of the connection. */
export interface ViewOptions {
  product: string | undefined;
  timeoutMs: number;
  allowed: () => boolean;
  skuOf: (variant: object) => string | undefined;
  changed: () => void;
  failed: (error: unknown) => void;
}

/** Product of the page, and what was viewed in this session. */
export class Views {
  product: string | undefined;
  recent: readonly string[] = [];
  readonly #options: ViewOptions;
  readonly #known = new Map<string, Promise<unknown>>();
  #page: string | undefined;
  #turn = 0;

  constructor(options: ViewOptions) {
    this.#options = options;
    this.product = options.product;
    this.recall();
    if (options.product !== undefined) this.#see(options.product);
  }

  /** Listens until `signal` is aborted. */
  listen(signal: AbortSignal): void {
    const heard = (name: string, work: (event: never) => Promise<void>) =>
      document.addEventListener(name, (event) => void work(event as never).catch((error: unknown) => signal.aborted || this.#options.failed(error)), { signal });
    heard("shopify:product:view", (event) => this.#viewed(event, signal));
    heard("shopify:product:select", (event) => this.#selected(event, signal));
  }

  /** What this tab's earlier pages showed, where the visitor allows it to be kept. */
  recall(): void {
    const stored: unknown = this.#kept((storage) => JSON.parse(storage.getItem(STORED) ?? "[]"));
    const before = Array.isArray(stored) ? stored.filter((sku): sku is string => typeof sku === "string") : [];
    this.recent = [...new Set([...before.filter((sku) => !this.recent.includes(sku)), ...this.recent])].slice(-MOST_RECENT);
  }

  forget(): void {
    this.recent = [];
    attempt(() => sessionStorage.removeItem(STORED));
  }

  // Cards of a grid are views too in Shopify's words: only a product that has the page or a dialog for itself is looked at.
  async #viewed({ context, product }: { context?: unknown; product?: { handle?: unknown; selectedVariant?: { id?: unknown } | null } }, signal: AbortSignal): Promise<void> {
    const handle = product?.handle;
    if (typeof handle !== "string" || handle === "" || (context !== "page" && context !== "dialog")) return;
    if (context === "page") this.#page = handle;
    await this.#show(handle, product?.selectedVariant?.id, context === "page", signal);
  }

  async #selected({ product, promise }: { product?: { handle?: unknown }; promise?: Promise<{ variant?: { id?: unknown } | null }> }, signal: AbortSignal): Promise<void> {
    const handle = product?.handle;
    if (typeof handle !== "string" || handle !== this.#page) return;
    // A choice that leads to no variant, or could not be looked up, changes nothing.
    const chosen = await Promise.resolve(promise).catch(() => undefined);
    if (variantId(chosen?.variant?.id) !== undefined) await this.#show(handle, chosen?.variant?.id, true, signal);
  }

  async #show(handle: string, variant: unknown, isPage: boolean, signal: AbortSignal): Promise<void> {
    const turn = isPage ? ++this.#turn : 0;
    const sku = await this.#skuOf(handle, variantId(variant));
    if (sku === undefined || signal.aborted || (isPage && turn !== this.#turn)) return;
    if (isPage) this.product = sku;
    this.#see(sku);
    this.#options.changed();
  }

  async #skuOf(handle: string, wanted: string | undefined): Promise<string | undefined> {
    const { variants } = ((await this.#ask(handle)) ?? {}) as { variants?: unknown };
    if (!Array.isArray(variants)) return undefined;
    const known = variants.filter((one): one is { id?: unknown; available?: unknown } => typeof one === "object" && one !== null);
    const found = wanted === undefined ? (known.find(({ available }) => available === true) ?? known[0]) : known.find(({ id }) => variantId(id) === wanted);
    return found && this.#options.skuOf(found);
  }

  #ask(handle: string): Promise<unknown> {
    const known = this.#known.get(handle);
    if (known !== undefined) return known;
    const asked = ask(`products/${encodeURIComponent(handle)}.js`, this.#options.timeoutMs);
    this.#known.set(handle, asked);
    asked.catch(() => this.#known.delete(handle));
    return asked;
  }

  #see(sku: string): void {
    this.recent = [...this.recent.filter((one) => one !== sku), sku].slice(-MOST_RECENT);
    this.#kept((storage) => storage.setItem(STORED, JSON.stringify(this.recent)));
  }

  #kept<T>(work: (storage: Storage) => T): T | undefined {
    // Where it is forbidden, full, or written by somebody else, views last as long as the page.
    return this.#options.allowed() ? attempt(() => work(sessionStorage)) : undefined;
  }
}
