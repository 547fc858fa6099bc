import { EndcapError } from "./errors.js";
import type { FetchOptions, FileCache, Found, Source } from "./types.js";

const TIMEOUT_MS = 10_000;
/** The longest delay a timer takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type Bytes = Uint8Array<ArrayBuffer>;
/** A good response whose body is not read yet, or the bytes given. */
export type Opened = Response | Bytes;

/** Whether a value is an ArrayBuffer or a view of one, from whatever realm. */
export function isBytes(value: unknown): value is ArrayBuffer | Uint8Array {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

/** Whether a value is a fetch response, from whatever realm. */
export function isResponse(value: unknown): value is Response {
  return typeof (value as Response | null)?.arrayBuffer === "function" && "status" in (value as Response);
}

/** How files of this load come: `low` lets the page's own go first. */
type Way = FetchOptions & { cache?: FileCache | undefined; low?: boolean | undefined };

/**
 * Gets a whole file and puts it to use. With a cache, what could not be fetched or used is asked of that; so `use` may be
 * called twice, and must change nothing where it fails.
 */
export async function obtain<T>(source: Source, options: Way, use: (found: Found) => T | Promise<T>): Promise<T> {
  const get = (from: Source) => fetchFile(from, options);
  return madeBy("createCache", options.cache) ? options.cache(source, options, get, use) : use(await get(source));
}

/** Whether an option is given; it must be what this function of `endcap/loading` gives. */
export function madeBy<T>(maker: string, option: T | undefined): option is T {
  if (option !== undefined && typeof option !== "function") {
    throw new EndcapError("E_ARGUMENT", `expected ${maker}() of endcap/loading, found ${describe(option)}`);
  }
  return option !== undefined;
}

/** Gets the whole file, within the time limit, with its hash checked. */
async function fetchFile(source: Source, options: Way): Promise<Found> {
  const found = await withLimits(source, options, readFile);
  if (options.integrity !== undefined) await checkIntegrity(found.bytes, options.integrity);
  return found;
}

/** Reads what was opened to its end, with the headers it came with. */
export async function readFile(opened: Opened): Promise<Found> {
  return { bytes: await readBody(opened), headers: isResponse(opened) ? opened.headers : undefined };
}

/** Reads what was opened to its end. */
export async function readBody(opened: Opened): Promise<Bytes> {
  if (!isResponse(opened)) return opened;
  try {
    return new Uint8Array(await opened.arrayBuffer());
  } catch (cause) {
    throw new EndcapError("E_FETCH", `the answer of ${where(opened.url)} broke off: ${cause}`, { cause });
  }
}

async function open(source: Source, options: RequestInit, good: (status: number) => boolean): Promise<Opened> {
  const given = await settle(source);
  if (isBytes(given)) return asBytes(given);
  const response = isResponse(given) ? given : await request(given, options);
  if (!response.ok && !good(response.status)) {
    throw new EndcapError("E_FETCH", `expected the file, found HTTP status ${response.status} at ${where(response.url)}`);
  }
  if (response.bodyUsed) {
    throw new EndcapError("E_ARGUMENT", "expected an unread Response, found one whose body was already read", {
      advice: "Pass `response.clone()`, or read it once and pass the bytes.",
    });
  }
  return response;
}

async function settle(source: Source): Promise<Exclude<Source, Promise<Response>>> {
  try {
    return await source;
  } catch (cause) {
    throw new EndcapError("E_FETCH", `the request failed: ${cause}`, { cause });
  }
}

async function request(source: string | URL | Request, options: RequestInit): Promise<Response> {
  if (!isAddress(source)) {
    throw new EndcapError("E_ARGUMENT", `expected a URL, Request, Response or bytes, found ${describe(source)}`);
  }
  const url = typeof source === "string" ? source : "href" in source ? source.href : source.url;
  try {
    return await fetch(source, options);
  } catch (cause) {
    const why = (cause as { cause?: unknown } | null)?.cause ?? cause;
    throw new EndcapError("E_FETCH", `${where(url)} could not be fetched: ${why}`, {
      cause,
      ...(/^file:/i.test(url) && { advice: "Read the file yourself and pass its bytes; fetch does not read files here." }),
    });
  }
}

function isAddress(value: unknown): value is string | URL | Request {
  return typeof value === "string" || typeof (value as URL | null)?.href === "string" || typeof (value as Request | null)?.url === "string";
}

function asBytes(given: ArrayBuffer | Uint8Array): Bytes {
  if (!ArrayBuffer.isView(given)) return new Uint8Array(given);
  return new Uint8Array(given.buffer as ArrayBuffer, given.byteOffset, given.byteLength);
}

function where(url: string): string {
  return url === "" ? "the given response" : url;
}

function describe(value: unknown): string {
  return value === null ? "null" : typeof value === "object" ? "an object of another kind" : typeof value;
}

/**
 * Opens a source and runs `work` on it, until that ends, the caller aborts or the time is up; a fetch that still runs
 * then is told to stop. An error status is one unless it is `good`. Bytes need no timer, so they load where timers are refused: at the top level of a worker.
 */
export async function withLimits<T>(
  source: Source,
  options: Way,
  work: (opened: Opened) => Promise<T>,
  good: (status: number) => boolean = () => false,
): Promise<T> {
  // It may be a promise that nobody waits for, once what else is wrong has been said.
  quiet(source);
  const { signal, timeoutMs = TIMEOUT_MS } = options;
  if (!(typeof timeoutMs === "number" && timeoutMs > 0)) {
    throw new EndcapError("E_ARGUMENT", `\`timeoutMs\` must be a number above 0, found ${String(timeoutMs)}`);
  }
  if (signal?.aborted) throw aborted(signal);
  if (isBytes(source)) return work(asBytes(source));
  const stop = new AbortController();
  const { limit, clear } = limits(signal, timeoutMs, stop);
  try {
    return await Promise.race([limit, open(source, { signal: stop.signal, ...(options.low && { priority: "low" }) }, good).then(work)]);
  } finally {
    clear();
  }
}

/** Lets a promise fail unheard. */
export function quiet(promise: unknown): void {
  Promise.resolve(promise).catch(() => {});
}

function aborted(signal: AbortSignal): EndcapError {
  return new EndcapError("E_ABORTED", "loading was aborted by its signal", { cause: signal.reason });
}

/** A promise that only ever fails: when the signal aborts or the time is up. `stop` is aborted with it. */
function limits(signal: AbortSignal | undefined, timeoutMs: number, stop: AbortController) {
  let fail: (error: EndcapError) => void;
  const limit = new Promise<never>((_, reject) => {
    fail = (error) => {
      reject(error);
      stop.abort(error);
    };
  });
  const onAbort = () => fail(aborted(signal as AbortSignal));
  const onLate = () => fail(new EndcapError("E_TIMEOUT", `the file did not arrive within ${timeoutMs} ms`));
  const timer = timeoutMs === Infinity ? undefined : setTimeout(onLate, Math.min(timeoutMs, LONGEST_TIMER_MS));
  signal?.addEventListener("abort", onAbort);
  const clear = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
  return { limit, clear };
}

async function checkIntegrity(bytes: Bytes, integrity: string): Promise<void> {
  const wanted = [...String(integrity).matchAll(/(?:^|\s)sha(256|384|512)-([A-Za-z0-9+/]+=*)(?=\s|$)/g)];
  if (wanted.length === 0) {
    throw new EndcapError("E_ARGUMENT", `\`integrity\` must be like "sha256-…" in base64, found "${integrity}"`);
  }
  if (globalThis.crypto?.subtle === undefined) {
    throw new EndcapError("E_INTEGRITY", "hashes cannot be checked here: the page is not served over HTTPS", {
      advice: "Serve the page over HTTPS, or from localhost, or leave `integrity` out.",
    });
  }
  for (const [, bits, expected] of wanted) {
    const found = await crypto.subtle.digest(`SHA-${bits}`, bytes);
    if (base64(new Uint8Array(found)) === expected) return;
  }
  throw new EndcapError("E_INTEGRITY", `expected ${integrity}, found ${bytes.length} bytes that hash to something else`);
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
