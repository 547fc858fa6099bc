// What outlives an isolate: named values, each with a tag that changes when the value does.

/** A value as a store holds it. */
export interface Stored {
  /** The value. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Changes whenever the value does. */
  tag: string;
}

/**
 * Where the handler keeps what must outlive it. All isolates of a deployment see the same store; a value that one of them
 * puts is seen by the others at their next poll, plus what the store itself takes (Cloudflare KV: up to a minute).
 */
export interface Store {
  /** The value of this name, or `undefined`. */
  get(name: string): Promise<Stored | undefined>;
  /**
   * Puts a value. With `expected`, only where the value there now has that tag (`null`: only where there is none); the promise
   * is `false` where it has another. A store that cannot compare may always put.
   */
  put(name: string, bytes: Uint8Array<ArrayBuffer>, expected?: string | null): Promise<boolean>;
}

/** The part of a Cloudflare KV namespace that is used. */
export interface KeyValueNamespace {
  getWithMetadata<T>(name: string, type: "arrayBuffer"): Promise<{ value: ArrayBuffer | null; metadata: T | null }>;
  put(name: string, value: ArrayBuffer, options: { metadata: unknown }): Promise<void>;
}

/**
 * A store in Cloudflare KV. KV cannot compare before it puts: of two overlays that arrive at the same moment either may win,
 * whichever revision it has. Other places see a new value after up to a minute.
 */
export function kvStore(namespace: KeyValueNamespace): Store {
  return {
    async get(name) {
      const { value, metadata } = await namespace.getWithMetadata<{ tag: string }>(name, "arrayBuffer");
      return value === null ? undefined : { bytes: new Uint8Array(value), tag: metadata?.tag ?? "" };
    },
    async put(name, bytes) {
      await namespace.put(name, bytes.slice().buffer, { metadata: { tag: crypto.randomUUID() } });
      return true;
    },
  };
}

/** The part of a Cloudflare R2 bucket that is used. */
export interface Bucket {
  get(name: string): Promise<{ etag: string; arrayBuffer(): Promise<ArrayBuffer> } | null>;
  put(name: string, value: ArrayBuffer, options?: { onlyIf: { etagMatches?: string; etagDoesNotMatch?: string } }): Promise<unknown>;
}

/** A store in Cloudflare R2, which compares before it puts and is seen everywhere at once. */
export function r2Store(bucket: Bucket): Store {
  return {
    async get(name) {
      const found = await bucket.get(name);
      return found === null ? undefined : { bytes: new Uint8Array(await found.arrayBuffer()), tag: found.etag };
    },
    async put(name, bytes, expected) {
      const onlyIf = expected === null ? { etagDoesNotMatch: "*" } : expected === undefined ? undefined : { etagMatches: expected };
      return (await bucket.put(name, bytes.slice().buffer, onlyIf && { onlyIf })) !== null;
    },
  };
}

/** A store in a folder, for servers with a disk (Node, Deno, Bun). One process a folder: two may overtake each other. */
export function fileStore(folder: string): Store {
  const files = () => import("node:fs/promises");
  const path = (name: string) => `${folder}/${encodeURIComponent(name)}`;
  let last = Promise.resolve<unknown>(undefined);
  const get = async (name: string): Promise<Stored | undefined> => {
    const { readFile } = await files();
    try {
      const bytes = new Uint8Array(await readFile(path(name)));
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      return { bytes, tag: hash.subarray(0, 12).join(".") };
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return undefined;
      throw error;
    }
  };
  return {
    get,
    put(name, bytes, expected) {
      const work = async () => {
        if (expected !== undefined && ((await get(name))?.tag ?? null) !== expected) return false;
        const { mkdir, rename, writeFile } = await files();
        await mkdir(folder, { recursive: true });
        const part = `${path(name)}.${crypto.randomUUID()}.part`;
        await writeFile(part, bytes);
        await rename(part, path(name));
        return true;
      };
      const done = last.then(work, work);
      last = done.catch(() => {});
      return done;
    },
  };
}
