// The model that answers: a bundle, over it the last overlay, and over that what webhooks said since the overlay was made. All
// are looked at again from time to time, beside the answers; what cannot be loaded leaves in force what was loaded before.

import { EndcapError, load, type Source, type StudioRecommender } from "endcap/studio";
import { Changes } from "./changes.js";
import type { Delivery } from "./hooks.js";
import { Refused } from "./http.js";
import { fetchSource, read, type TaggedSource } from "./sources.js";
import type { Store, Stored } from "./store.js";
import { LATE, within } from "./within.js";

/** Names in the store: the overlay, and what webhooks said. */
const OVERLAY = "endcap/overlay";
const CHANGES = "endcap/changes";
/** How often a value is put again because another isolate was quicker. */
const TRIES = 20;

/** What is told of a model. */
export interface ModelState {
  /** Hash of the model, null before the first load. */
  model: string | null;
  /** Revision of the overlay in force; null for none. */
  revision: number | null;
  /** Milliseconds since the bundle was loaded. */
  bundle_age_ms: number | null;
  /** Milliseconds since the store, or the overlay's address, was last read. */
  overlay_age_ms: number | null;
  /** The code of what failed last, null where nothing did since. */
  failing: string | null;
}

/** A source that is asked again and again. */
export type FreshSource = TaggedSource | (() => Source);

/** How a model is kept fresh. */
export interface ModelOptions {
  /** The bundle, anew each time it is asked for. */
  bundle: FreshSource;
  /** Where overlays come from where there is no store. */
  overlay: FreshSource | undefined;
  store: Store | undefined;
  /** Milliseconds after which the bundle is fetched again. */
  bundleMs: number;
  /** Milliseconds after which the overlay is looked at again. */
  overlayMs: number;
  timeoutMs: number;
  onError: (error: unknown, where: string) => void;
}

/** What a recommender is made of. */
interface Parts {
  bundle: Stored;
  overlay: Partial<Stored>;
  changes: Partial<Stored>;
}

interface Loaded extends Parts {
  recommender: StudioRecommender;
}

export class Model {
  readonly #options: ModelOptions;
  #loaded: Loaded | undefined;
  #loading: Promise<Loaded> | undefined;
  #refreshing: Promise<void> | undefined;
  #bundleAt = 0;
  #overlayAt = 0;
  /** What failed last, and what failed in the look that goes on. */
  #failing: string | null = null;
  #failed: string | null = null;

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  /** What answers now. Only the first call waits for the network; later ones may start a look at what is new, in `after`. */
  async current(after: (work: Promise<unknown>) => void): Promise<StudioRecommender> {
    if (this.#loaded === undefined) {
      this.#loading ??= this.#first().finally(() => (this.#loading = undefined));
      return (await this.#loading).recommender;
    }
    const now = Date.now();
    const stale = now - this.#bundleAt >= this.#options.bundleMs || now - this.#overlayAt >= this.#options.overlayMs;
    if (stale) after(this.refresh());
    return this.#loaded.recommender;
  }

  /** Looks at what is new, once at a time. */
  refresh(): Promise<void> {
    this.#failed = this.#refreshing === undefined ? null : this.#failed;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
      this.#failing = this.#failed;
    });
    return this.#refreshing;
  }

  /**
   * Tries an overlay and puts it into the store, in the place of the one there: it holds all that changed since training.
   *
   * @throws {EndcapError} the codes of `patch`; the store stays as it was.
   */
  async publish(store: Store, overlay: Uint8Array<ArrayBuffer>): Promise<{ changed: boolean; revision: number | null; items: number; unknown: number; unknown_experiments: number }> {
    const { bundle } = this.#loaded ?? (await this.#first());
    return this.#again(async () => {
      const before = await store.get(OVERLAY);
      const trial = await load(bundle.bytes);
      try {
        // The one in force first: an older revision is refused by the engine that would have to take it.
        if (before !== undefined) tried(() => trial.patch(before.bytes));
        const { changed, items, unknown, unknown_experiments } = trial.patch(overlay);
        const told = trial.info().overlay;
        if (changed && !(await store.put(OVERLAY, overlay, before?.tag ?? null))) return undefined;
        // One that does not say when it was made was made when it came.
        if (changed) await this.#forget(store, typeof told?.made_at === "string" ? Date.parse(told.made_at) : Date.now());
        return { changed, revision: told?.revision ?? null, items, unknown, unknown_experiments };
      } finally {
        trial.free();
      }
    });
  }

  /** Takes a webhook, once however often it comes. */
  async take(store: Store, delivery: Delivery): Promise<{ items: number; unknown: number; again: boolean }> {
    if (this.#loaded === undefined) await this.#first();
    return this.#again(async () => {
      const before = await store.get(CHANGES);
      const changes = Changes.read(before?.bytes);
      if (changes.saw(delivery.id)) return { items: 0, unknown: 0, again: true };
      // The one in force now: while the store was asked another may have taken the place of the one before.
      const told = delivery.into(changes, (sku) => this.#loaded?.recommender.has(sku) ?? false);
      changes.note(delivery.id);
      return (await store.put(CHANGES, changes.bytes(), before?.tag ?? null)) ? { ...told, again: false } : undefined;
    });
  }

  /** Does `work` until no other isolate was quicker, then looks at what is new. */
  async #again<T>(work: () => Promise<T | undefined>): Promise<T> {
    for (let tries = 0; tries < TRIES; tries++) {
      const done = await work();
      if (done === undefined) continue;
      // A look that began before may not have seen it.
      await this.#refreshing;
      await this.refresh();
      return done;
    }
    throw new Refused("E_NOT_READY", "too many changes arrive at once", { "retry-after": "1" });
  }

  async #forget(store: Store, moment: number): Promise<void> {
    const before = await store.get(CHANGES);
    if (before === undefined) return;
    const changes = Changes.read(before.bytes);
    changes.forget(moment);
    // Where another isolate was quicker, they are forgotten with the next overlay: `since` passes them over anyhow.
    await store.put(CHANGES, changes.bytes(), before.tag);
  }

  state(): ModelState {
    const now = Date.now();
    const info = this.#loaded?.recommender.info();
    return {
      model: info?.model ?? null,
      revision: info?.overlay?.revision ?? null,
      bundle_age_ms: info ? now - this.#bundleAt : null,
      overlay_age_ms: info && this.#overlayAt > 0 ? now - this.#overlayAt : null,
      failing: this.#failing,
    };
  }

  async #first(): Promise<Loaded> {
    this.#failing = null;
    try {
      const bundle = (await this.#fetched(this.#options.bundle)) as Stored;
      this.#bundleAt = Date.now();
      return (this.#loaded = await this.#made({ bundle, ...(await this.#live({ overlay: {}, changes: {} })) }));
    } catch (error) {
      this.#told(error, "bundle");
      throw error;
    }
  }

  async #refresh(): Promise<void> {
    const before = this.#loaded;
    if (before === undefined) return;
    let { bundle } = before;
    if (Date.now() - this.#bundleAt >= this.#options.bundleMs) {
      const fresh = await this.#fetched(this.#options.bundle, bundle.tag).catch((error: unknown) => this.#told(error, "bundle"));
      this.#bundleAt = Date.now();
      if (fresh && same(fresh.bytes, bundle.bytes)) bundle.tag = fresh.tag;
      else if (fresh) bundle = fresh;
    }
    const { overlay, changes } = await this.#live(before);
    if (bundle === before.bundle && unchanged(overlay, before.overlay) && unchanged(changes, before.changes)) return;
    try {
      this.#loaded = await this.#made({ bundle, overlay, changes });
      // Whoever asked before may still be answered by it, within the same turn.
      setTimeout(() => before.recommender.free(), 0);
    } catch (error) {
      this.#told(error, "model");
    }
  }

  /** A recommender of these parts. An overlay that is refused is left out: what it says of the shop may not fit this model. */
  async #made(parts: Parts): Promise<Loaded> {
    const recommender = await load(parts.bundle.bytes);
    let madeAt: number | null = null;
    try {
      if (parts.overlay.bytes !== undefined) recommender.patch(parts.overlay.bytes);
      const told = recommender.info().overlay?.made_at;
      madeAt = typeof told === "string" ? Date.parse(told) : null;
    } catch (error) {
      this.#told(error, "overlay");
    }
    try {
      const items = Changes.read(parts.changes.bytes).since(madeAt);
      if (items !== null) recommender.patch({ items });
    } catch (error) {
      this.#told(error, "changes");
    }
    return { ...parts, recommender };
  }

  /** The overlay and what webhooks said, as the store holds them now; what cannot be read is as before. */
  async #live(before: Pick<Parts, "overlay" | "changes">): Promise<Pick<Parts, "overlay" | "changes">> {
    const { store, overlay } = this.#options;
    const or = (last: Partial<Stored>, where: string) => (error: unknown) => this.#told(error, where) ?? last;
    const fetched = async (): Promise<Partial<Stored>> => (overlay === undefined ? {} : ((await this.#fetched(overlay, before.overlay.tag)) ?? before.overlay));
    const [found, changes] = await Promise.all([
      (store === undefined ? fetched() : store.get(OVERLAY)).catch(or(before.overlay, "overlay")),
      store?.get(CHANGES).catch(or(before.changes, "changes")),
    ]);
    this.#overlayAt = Date.now();
    return { overlay: found ?? {}, changes: changes ?? {} };
  }

  /** What a source gives, in time; `null` where it is still the `known` one. */
  async #fetched(source: FreshSource, known?: string): Promise<Stored | null> {
    const { timeoutMs } = this.#options;
    const stop = new AbortController();
    const found = await within(timeoutMs, opened(source, known || undefined, stop.signal));
    if (found !== LATE) return found;
    const late = new EndcapError("E_TIMEOUT", `the file did not arrive within ${timeoutMs} ms`);
    stop.abort(late);
    throw late;
  }

  #told(error: unknown, where: string): undefined {
    this.#failing = this.#failed = error instanceof EndcapError ? error.code : "E_INTERNAL";
    this.#options.onError(error, where);
    return undefined;
  }
}

async function opened(source: FreshSource, known: string | undefined, signal: AbortSignal): Promise<Stored | null> {
  const given = await source(known, signal);
  if (given === null) return null;
  // By what they do and not by `instanceof`: bytes and responses may come from another realm.
  if (ArrayBuffer.isView(given)) return { bytes: new Uint8Array(given.buffer as ArrayBuffer, given.byteOffset, given.byteLength), tag: "" };
  if (Object.prototype.toString.call(given) === "[object ArrayBuffer]") return { bytes: new Uint8Array(given as ArrayBuffer), tag: "" };
  if (typeof given === "object" && "bytes" in given && "tag" in given) return given;
  if (typeof given === "string" || "href" in given) return fetchSource(given)(known, signal);
  return { bytes: await read("arrayBuffer" in given && "ok" in given ? (given as Response) : await fetch(given as Request, { signal })), tag: "" };
}

function tried(work: () => unknown): void {
  try {
    work();
  } catch {
    // What is in the store does not fit this model any more: any overlay that does may take its place.
  }
}

function unchanged(one: Partial<Stored>, other: Partial<Stored>): boolean {
  return one.tag && one.tag === other.tag ? true : same(one.bytes, other.bytes);
}

function same(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined || one.length !== other.length) return false;
  return one.every((byte, at) => byte === other[at]);
}
