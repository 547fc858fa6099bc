// Slices that can wait: fetched when the page has nothing better to do.

import type { EndcapError } from "./errors.js";
import type { When } from "./types.js";

/** Longest wait for an idle moment; a page that is never idle would never be complete. */
const LATEST_MS = 10_000;
/** What stands for an idle moment where the browser does not tell. */
const PAUSE_MS = 500;
/** What the network failed to bring is asked for once more, so much later. */
const AGAIN_MS = 5_000;

/** When a slice is fetched. */
export interface IdleOptions {
  /** Whether it is fetched although the visitor asked for little data (`navigator.connection.saveData`). Default: false. */
  saveData?: boolean | undefined;
}

/**
 * For {@link Recommender.add}: fetches a slice once the page has loaded and is idle, at low priority, and where the network
 * fails once more five seconds later. Where the visitor saves data not at all, and `add` gives false. Where there is no page,
 * at once.
 *
 * @example
 * const joined = recommender.add("/models/rest.endcap", { when: idle() });
 */
export function idle({ saveData = false }: IdleOptions = {}): When {
  return async (join, signal) => {
    if (!saveData && savesData()) return false;
    await idleMoment(signal);
    try {
      return await join();
    } catch (error) {
      const { code } = error as EndcapError;
      if (code !== "E_FETCH" && code !== "E_TIMEOUT") throw error;
      await unless(signal, (done) => setTimeout(done, AGAIN_MS));
      await idleMoment(signal);
      return join();
    }
  };
}

function savesData(): boolean {
  return (globalThis.navigator as { connection?: { saveData?: boolean } } | undefined)?.connection?.saveData === true;
}

async function idleMoment(signal: AbortSignal): Promise<void> {
  const page = globalThis.document as Document | undefined;
  if (page === undefined) return;
  if (page.readyState !== "complete") await unless(signal, (done) => addEventListener("load", done, { once: true }));
  await unless(signal, (done) => ("requestIdleCallback" in globalThis ? requestIdleCallback(done, { timeout: LATEST_MS }) : setTimeout(done, PAUSE_MS)));
}

/** Waits until `start` says that it is done, or the signal is aborted: what comes next finds that out by itself. */
async function unless(signal: AbortSignal, start: (done: () => void) => unknown): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    signal.addEventListener("abort", () => done(), { once: true });
    start(done);
  });
}
