// The last good copies of a page's files, in the Cache API: they stand in where the network fails, and what has a hash in its
// name comes from there at once.
//
// A copy is kept under the file's address without its hash and query, so that a file that comes in a new version takes the place
// of the one before, in one step: tabs may do so at the same time.

import type { EndcapError } from "./errors.js";
import type { FileCache, Found, Source } from "./types.js";

/** Put in by the build. */
declare const ENDCAP_VERSION: string;

/** Most files that are kept: some shops' worth of bundle, slices, engine and overlay. */
const MOST = 12;
/** Marks what is ours among what else a page may keep there; what another version kept, an engine above all, is not for this one. */
const MARK = "?endcap=";
/** The header that holds the whole address. */
const ADDRESS = "endcap-address";
/** A hash in the name of a file: `cart.3f9a41c07bd25e86.endcap`. */
const HASH = /([/._-])[0-9a-f]{16,}(?=$|[._-][^/]*$)/i;

/** How files are kept. */
export interface CacheOptions {
  /** The name of the cache, as `caches.delete` takes it. Default: `endcap`. */
  name?: string | undefined;
  /**
   * Told of each file that came from the cache: its address, and the error for which its copy stands in; without one, its
   * name or its `integrity` says that it cannot have changed, and the network was not asked. Default: nobody is.
   */
  onCached?: ((told: { url: string; error?: EndcapError }) => void) | undefined;
}

interface Place {
  /** The whole address, but for its fragment. */
  url: string;
  /** What the copy is kept under. */
  key: string;
  /** Whether the name says that what is behind the address never changes. */
  hashed: boolean;
}

/**
 * What keeps the files that `load` fetches by address, for its option `cache`. Kept is what was opened or has run, and hashes
 * to its `integrity`; at most twelve files, the oldest go first; no file whose server says `no-store`. Where the network
 * fails, is too slow, or brings something unsound, the last copy is used. A file with `integrity`, or with at least 16 hex
 * digits in its name, is fetched once. Where there is no Cache API (insecure pages, some private windows, servers), and where
 * it refuses, nothing is kept and nothing fails.
 *
 * @example
 * const recommender = await load("/models/cart.endcap", { cache: createCache() });
 */
export function createCache({ name = "endcap", onCached }: CacheOptions = {}): FileCache {
  return async (source, { integrity }, get, use) => {
    const place = placeOf(source);
    if (place === undefined) return use(await get(source));
    const { url, key, hashed } = place;
    const copy = async (exact: boolean): Promise<Response> => {
      const found = await (await caches.open(name)).match(key);
      if (found === undefined || (exact && found.headers.get(ADDRESS) !== url)) throw new Error(`no copy of ${url} is kept`);
      return found;
    };
    // `get` holds the copy to the hash and the time limit of the file itself.
    const fromCopy = async (exact: boolean, error?: EndcapError) => {
      const made = await use(await get(copy(exact)));
      tell(onCached, error === undefined ? { url } : { url, error });
      return made;
    };
    const fixed = hashed || integrity !== undefined;
    if (fixed) {
      try {
        return await fromCopy(integrity === undefined);
      } catch {} // It is not there, or not sound: the network has it.
    }
    try {
      const found = await get(source);
      const made = await use(found);
      keep(name, place, found, fixed).catch(() => {}); // No room, or no permission: the next visit asks the network.
      return made;
    } catch (error) {
      try {
        // An aborted load is aborted here too.
        return await fromCopy(false, error as EndcapError);
      } catch {
        throw error;
      }
    }
  };
}

/** Where the copy of a source is kept; undefined where none is: no address of a page's, not a plain GET. */
function placeOf(source: Source): Place | undefined {
  // Workers at the edge have a Cache API too, but no place of their own; there the handler keeps the bundle.
  if (globalThis.location === undefined || !(typeof source === "string" || source instanceof URL || source instanceof Request)) return undefined;
  try {
    const request = new Request(source);
    const { origin, pathname, href } = new URL(request.url);
    if (request.method !== "GET" || request.cache === "no-store" || !/^https?:/.test(href)) return undefined;
    // A name that is nothing but its hash has only that to be told from others by.
    const [, before] = HASH.exec(pathname) ?? [];
    const path = before === undefined || before === "/" ? pathname : pathname.replace(HASH, "$1*");
    return { url: href.replace(/#.*/, ""), key: `${origin}${path}${MARK}${ENDCAP_VERSION}`, hashed: before !== undefined };
  } catch {
    return undefined; // `load` says what is wrong with it.
  }
}

async function keep(name: string, { url, key }: Place, { bytes, headers }: Found, fixed: boolean): Promise<void> {
  if (/no-store/i.test(headers?.get("cache-control") ?? "")) return;
  const cache = await caches.open(name);
  const tag = headers?.get("etag") ?? "";
  const old = fixed ? undefined : await cache.match(key);
  if (tag !== "" && old?.headers.get("etag") === tag && old.headers.get(ADDRESS) === url) return;
  await cache.put(key, new Response(bytes, { headers: { [ADDRESS]: url, ...(tag && { etag: tag }) } }));
  const ours = (await cache.keys()).filter((kept) => kept.url.includes(MARK));
  const current = ours.filter((kept) => kept.url.endsWith(MARK + ENDCAP_VERSION));
  // In the order in which they were put there.
  const going = ours.filter((kept) => !current.includes(kept) || current.indexOf(kept) < current.length - MOST);
  await Promise.all(going.map((kept) => cache.delete(kept)));
}

/** A listener that fails is reported as any other of the page, and fails no load. */
function tell(listener: CacheOptions["onCached"], told: { url: string; error?: EndcapError }): void {
  try {
    listener?.(told);
  } catch (error) {
    reportError(error);
  }
}
