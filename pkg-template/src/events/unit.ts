// Who is counted: a random name that this browser keeps for this shop, where the visitor allows it.

/** What keeps a name between visits; `localStorage` and `sessionStorage` are such. */
export interface UnitStorage {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

/** How a unit is made. */
export interface UnitOptions {
  /** Whether the visitor allows it, asked each time. While it says anything but `true`, nothing is read or written. */
  consent: () => boolean | "anonymous";
  /** Where it is kept. Default: `localStorage`; where that is refused, it lasts as long as the page. */
  storage?: UnitStorage | undefined;
  /** Its name there. Default: `endcap_unit`. */
  name?: string | undefined;
}

/** The unit of experiments: one browser at one shop. It says nothing of who uses it. */
export interface Unit {
  /** The unit's name: 128 random bits in hex; `undefined` without consent. */
  id(): string | undefined;
  /** Forgets the name, here and in the storage. */
  forget(): void;
}

/** Makes the unit of this browser. */
export function createUnit({ consent, storage, name = "endcap_unit" }: UnitOptions): Unit {
  if (typeof consent !== "function") throw new TypeError("createUnit: expected `consent`, a function that says whether the visitor allows it");
  let known: string | undefined;
  // Reading `localStorage` throws where the browser forbids it; so does writing where it is full.
  const kept = <T>(work: (storage: UnitStorage) => T): T | undefined => {
    try {
      return work(storage ?? globalThis.localStorage);
    } catch {
      return undefined;
    }
  };
  return {
    id() {
      if (consent() !== true) return undefined;
      const found = known ?? kept((place) => place.getItem(name)) ?? undefined;
      known = found !== undefined && /^[0-9a-f]{32}$/.test(found) ? found : randomName();
      if (known !== found) kept((place) => place.setItem(name, known as string));
      return known;
    },
    forget() {
      known = undefined;
      kept((place) => place.removeItem(name));
    },
  };
}

/** 128 random bits in hex. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
