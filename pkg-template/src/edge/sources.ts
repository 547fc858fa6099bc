// Where the bundle comes from: places that say whether it changed, so that looking again does not mean loading again.

import { EndcapError } from "endcap/studio";
import type { Stored } from "./store.js";

/**
 * A file that changes. Asked for it with the tag of what is loaded, it gives the file with its tag, or `null` where that is
 * still the one. `signal` aborts when the time is up.
 */
export type TaggedSource = (known?: string, signal?: AbortSignal) => Promise<Stored | null>;

/** The part of a Cloudflare R2 bucket that a source reads. */
export interface BucketToRead {
  get(name: string, options?: { onlyIf: { etagDoesNotMatch: string } }): Promise<{ etag: string; arrayBuffer?(): Promise<ArrayBuffer> } | null>;
}

/** An object in Cloudflare R2. What has the same entity tag is not read again. */
export function r2Source(bucket: BucketToRead, key: string): TaggedSource {
  return async (known) => {
    const found = await (known === undefined ? bucket.get(key) : bucket.get(key, { onlyIf: { etagDoesNotMatch: known } }));
    if (found === null) throw missing(key, "bucket");
    // An object without a body is R2's word for a condition that does not hold.
    return found.arrayBuffer === undefined ? null : { bytes: new Uint8Array(await found.arrayBuffer()), tag: found.etag };
  };
}

/** The part of a Cloudflare KV namespace that a source reads. */
export interface NamespaceToRead {
  getWithMetadata<T>(name: string, type: "stream"): Promise<{ value: ReadableStream | null; metadata: T | null }>;
}

/**
 * A value in Cloudflare KV, at most 25 MB. KV knows no entity tags: whoever puts the value names it in its metadata,
 * `{ "tag": "…" }`. With the same tag it is not read again; without one it is, each time.
 */
export function kvSource(namespace: NamespaceToRead, key: string): TaggedSource {
  return async (known) => {
    const { value, metadata } = await namespace.getWithMetadata<{ tag?: string }>(key, "stream");
    if (value === null) throw missing(key, "namespace");
    const tag = metadata?.tag ?? "";
    if (tag === "" || tag !== known) return { bytes: await read(new Response(value)), tag };
    await value.cancel();
    return null;
  };
}

/** The part of a binding to the static assets of a Cloudflare Worker that is used. */
export interface Assets {
  fetch(address: string, init: RequestInit): Promise<Response>;
}

/** A file of a Worker's static assets, by its path: `/model.endcap`. What has the same entity tag is not read again. */
export function assetsSource(assets: Assets, path: string): TaggedSource {
  // The binding looks at the path only; an address must have a host.
  const { href } = new URL(path, "https://assets.invalid");
  return (known, signal) => fetched((init) => assets.fetch(href, init), {}, known, signal);
}

/**
 * A file at an address, with headers of your own such as `authorization`. Where the server gives entity tags, what has the
 * same one is not read again. An address alone, as `bundle`, is such a source.
 */
export function fetchSource(url: string | URL, headers: Record<string, string> = {}): TaggedSource {
  return (known, signal) => fetched((init) => fetch(url, init), headers, known, signal);
}

/** A file on a disk (Node, Deno, Bun). What has the same size and the same moment of change is not read again. */
export function fileSource(path: string | URL): TaggedSource {
  return async (known) => {
    const { readFile, stat } = await import("node:fs/promises");
    // The tag first: what is put there between the two is then read again, never missed.
    const { mtimeMs, size } = await stat(path);
    const tag = `${mtimeMs} ${size}`;
    return tag === known ? null : { bytes: new Uint8Array(await readFile(path)), tag };
  };
}

async function fetched(ask: (init: RequestInit) => Promise<Response>, headers: Record<string, string>, known: string | undefined, signal: AbortSignal | undefined): Promise<Stored | null> {
  const condition = known ? { "if-none-match": known } : {};
  const response = await ask({ headers: { ...headers, ...condition }, ...(signal && { signal }) });
  if (known && response.status === 304) {
    await response.body?.cancel();
    return null;
  }
  return { bytes: await read(response), tag: response.headers.get("etag") ?? "" };
}

/** The bytes of a good response. */
export async function read(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok) {
    await response.body?.cancel();
    throw new EndcapError("E_FETCH", `expected the file, found HTTP status ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

function missing(key: string, place: string): EndcapError {
  return new EndcapError("E_FETCH", `expected "${key}" in the ${place}, found nothing of that name`);
}
