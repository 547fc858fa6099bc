// An overlay by its address, looked at again and again: what changed takes effect in the page that is open.

import { EndcapError } from "./errors.js";
import { isResponse, type Opened, readFile, withLimits } from "./source.js";
import type { Found, LoadOptions, Patched } from "./types.js";

/** Milliseconds between two looks where nothing else is said. */
const STANDARD_MS = 60_000;
/** A look that failed doubles the time to the next one, up to sixteen times. */
const DOUBLINGS = 4;
const LONGEST_MS = 2 ** 31 - 1;

type Address = string | URL | Request;

/** The entity tag that an overlay came with. */
export const tagOf = ({ headers }: Found): string | null => headers?.get("etag") ?? null;

async function told(opened: Opened): Promise<Found | undefined> {
  return isResponse(opened) && opened.status === 304 ? undefined : readFile(opened);
}

/** How often the overlay of these options is looked at: never where it has no address, and where no page is open unless asked. */
export function everyMs({ overlay, overlayMs }: LoadOptions): number | undefined {
  if (overlayMs !== undefined && !(typeof overlayMs === "number" && overlayMs > 0)) {
    throw new EndcapError("E_ARGUMENT", `\`overlayMs\` must be a number above 0, found ${String(overlayMs)}`);
  }
  const every = overlayMs ?? (globalThis.document === undefined ? Infinity : STANDARD_MS);
  return isAddress(overlay) && every !== Infinity ? every : undefined;
}

function isAddress(source: unknown): source is Address {
  return typeof source === "string" || source instanceof URL || (source as Request | undefined)?.method !== undefined;
}

/**
 * Looks at an overlay every `every` milliseconds, a tenth more or less so that pages do not ask in step; while the page is hidden
 * not at all, and at once when it is seen again. Gives a function that ends it.
 */
export function follow(address: Address, first: string | null, every: number, options: LoadOptions, take: (bytes: Uint8Array) => Patched): () => void {
  const page = globalThis.document as Document | undefined;
  const { timeoutMs, onOverlay } = options;
  let [tag, failures, late, over] = [first, 0, false, false];
  let timer: ReturnType<typeof setTimeout>;

  const plan = () => {
    const wait = every * 2 ** Math.min(failures, DOUBLINGS) * (0.9 + Math.random() * 0.2);
    timer = setTimeout(look, Math.min(wait, LONGEST_MS));
    // Node ends although somebody might look again.
    (timer as { unref?(): void }).unref?.();
  };
  const look = async () => {
    late = page?.visibilityState === "hidden";
    if (late) return;
    try {
      const patched = await fresh();
      failures = 0;
      if (patched?.changed && !over) onOverlay?.({ patched });
    } catch (error) {
      failures++;
      if (!over) onOverlay?.({ error: error as EndcapError });
    }
    if (!over) plan();
  };
  const fresh = async (): Promise<Patched | undefined> => {
    // A browser's own cache asks with the tag, and without a preflight; elsewhere nobody else does.
    const init: RequestInit = page !== undefined ? { cache: "no-cache" } : tag === null ? {} : { headers: { "if-none-match": tag } };
    const unchanged = (status: number) => status === 304;
    const found = await withLimits(new Request(address, init), { timeoutMs }, told, unchanged);
    if (found === undefined || over) return undefined;
    tag = tagOf(found);
    try {
      return take(found.bytes);
    } catch (error) {
      // A cache on the way was behind: what holds is newer.
      if ((error as EndcapError).code === "E_OLDER_REVISION") return undefined;
      throw error;
    }
  };
  const seen = () => {
    if (late && page?.visibilityState !== "hidden") void look();
  };
  page?.addEventListener("visibilitychange", seen);
  plan();
  return () => {
    over = true;
    clearTimeout(timer);
    page?.removeEventListener("visibilitychange", seen);
  };
}
