// The model that answers: a bundle and, over it, the last overlay. Both are looked at again from time to time, beside the
// answers; what cannot be loaded leaves in force what was loaded before.

import { EndcapError, load, type Recommender, type Source } from "endcap";
import { Refused } from "./http.js";
import type { Store } from "./store.js";

/** The overlay's name in the store. */
const OVERLAY = "endcap/overlay";
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

/** How a model is kept fresh. */
export interface ModelOptions {
  /** The bundle, anew each time it is asked for. */
  bundle: () => Source;
  /** Where overlays come from where there is no store. */
  overlay: (() => Source) | undefined;
  store: Store | undefined;
  /** Milliseconds after which the bundle is fetched again. */
  bundleMs: number;
  /** Milliseconds after which the overlay is looked at again. */
  overlayMs: number;
  timeoutMs: number;
  onError: (error: unknown, where: string) => void;
}

/** A bundle's bytes, the overlay's, and what answers by both. */
interface Loaded {
  bytes: Uint8Array<ArrayBuffer>;
  overlay: Uint8Array<ArrayBuffer> | undefined;
  tag: string | undefined;
  recommender: Recommender;
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
  async current(after: (work: Promise<unknown>) => void): Promise<Recommender> {
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
  async publish(store: Store, overlay: Uint8Array<ArrayBuffer>): Promise<{ changed: boolean; revision: number | null; items: number; unknown: number }> {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = await store.get(OVERLAY);
      const { bytes } = this.#loaded ?? (await this.#first());
      const trial = await load(bytes);
      try {
        // The one in force first: an older revision is refused by the engine that would have to take it.
        if (before !== undefined) tried(() => trial.patch(before.bytes));
        const { changed, items, unknown } = trial.patch(overlay);
        const revision = trial.info().overlay?.revision ?? null;
        if (!changed) return { changed, revision, items, unknown };
        if (await store.put(OVERLAY, overlay, before?.tag ?? null)) {
          this.#overlayAt = 0;
          await this.refresh();
          return { changed, revision, items, unknown };
        }
      } finally {
        trial.free();
      }
    }
    throw new Refused("E_NOT_READY", "too many overlays arrive at once", { "retry-after": "1" });
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
    const bytes = await this.#fetched(this.#options.bundle());
    const overlay = await this.#overlay(undefined).catch((error: unknown) => this.#told(error, "overlay"));
    this.#bundleAt = Date.now();
    return (this.#loaded = await this.#made(bytes, overlay?.bytes, overlay?.tag));
  }

  async #refresh(): Promise<void> {
    const before = this.#loaded;
    if (before === undefined) return;
    let { bytes, overlay, tag } = before;
    if (Date.now() - this.#bundleAt >= this.#options.bundleMs) {
      const fresh = await this.#fetched(this.#options.bundle()).catch((error: unknown) => this.#told(error, "bundle"));
      this.#bundleAt = Date.now();
      bytes = fresh ?? bytes;
    }
    const found = await this.#overlay(tag).catch((error: unknown) => this.#told(error, "overlay"));
    if (found !== undefined) ({ bytes: overlay, tag } = found);
    if (same(bytes, before.bytes) && same(overlay, before.overlay)) {
      before.tag = tag;
      return;
    }
    try {
      this.#loaded = await this.#made(bytes, overlay, tag);
      // Whoever asked before may still be answered by it, within the same turn.
      setTimeout(() => before.recommender.free(), 0);
    } catch (error) {
      this.#told(error, "model");
    }
  }

  /** A recommender of these bytes. An overlay that is refused is left out: what it says of the shop may not fit this model. */
  async #made(bytes: Uint8Array<ArrayBuffer>, overlay: Uint8Array<ArrayBuffer> | undefined, tag: string | undefined): Promise<Loaded> {
    const recommender = await load(bytes);
    if (overlay !== undefined) {
      try {
        recommender.patch(overlay);
      } catch (error) {
        this.#told(error, "overlay");
      }
    }
    return { bytes, overlay, tag, recommender };
  }

  /** The overlay, where it is another than that of `tag`. */
  async #overlay(tag: string | undefined): Promise<{ bytes: Uint8Array<ArrayBuffer>; tag: string | undefined } | undefined> {
    const { store, overlay } = this.#options;
    if (store !== undefined) {
      const found = await store.get(OVERLAY);
      this.#overlayAt = Date.now();
      return found !== undefined && found.tag !== tag ? found : undefined;
    }
    if (overlay === undefined) {
      this.#overlayAt = Date.now();
      return undefined;
    }
    const bytes = await this.#fetched(overlay());
    this.#overlayAt = Date.now();
    return { bytes, tag };
  }

  async #fetched(source: Source): Promise<Uint8Array<ArrayBuffer>> {
    const given = await source;
    if (given instanceof Uint8Array) return given as Uint8Array<ArrayBuffer>;
    if (given instanceof ArrayBuffer) return new Uint8Array(given);
    const response = given instanceof Response ? given : await fetch(given, { signal: AbortSignal.timeout(this.#options.timeoutMs) });
    if (!response.ok) throw new EndcapError("E_FETCH", `expected the file, found HTTP status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  #told(error: unknown, where: string): undefined {
    this.#failing = this.#failed = error instanceof EndcapError ? error.code : "E_INTERNAL";
    this.#options.onError(error, where);
    return undefined;
  }
}

function tried(work: () => unknown): void {
  try {
    work();
  } catch {
    // What is in the store does not fit this model any more: any overlay that does may take its place.
  }
}

function same(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined || one.length !== other.length) return false;
  return one.every((byte, at) => byte === other[at]);
}
