import { ENGINE_ERRORS, HOST_ERRORS } from "./codes.js";

/** Every code an {@link EndcapError} can carry. */
export type ErrorCode = (typeof ENGINE_ERRORS)[number] | (typeof HOST_ERRORS)[number];

const ADVICE: Record<ErrorCode, string> = {
  E_NOT_A_BUNDLE: "Check the address: most often a missing file is answered with a page.",
  E_NEWER_VERSION: "Update the endcap package, or train with the endcap of this version.",
  E_TRUNCATED: "Load the file again; if it stays short, upload it again.",
  E_DAMAGED: "Upload the file again, unchanged, and run `endcap verify` on it.",
  E_MALFORMED: "Run `endcap verify` on the file and train it again.",
  E_UNKNOWN_SECTION: "Update the endcap package, or train with the endcap of this version.",
  E_ADDITION: "Load the slice that holds the items first, then add the others.",
  E_OTHER_MODEL: "Take all slices from the same `endcap train` run.",
  E_NOT_AN_OVERLAY: "Check the address: it must lead to a file of `endcap patch`.",
  E_OTHER_SHOP: "Make the overlay with this shop's bundle, and check how the SKUs are written.",
  E_CURRENCY: "Convert the prices to the bundle's currency before `endcap patch`.",
  E_OLDER_REVISION: "Nothing to do if a newer one is in force; else number it higher.",
  E_PUBLIC_BUNDLE: "Keep margins, counts, brands and tags on the server, with an edge bundle.",
  E_NO_CARDS: "Add the cards slice before these rules, or match by SKU.",
  E_RULE: "Correct the rule; it is written as in endcap.toml.",
  E_FETCH: "Check the address, the server's answer and its CORS headers.",
  E_TIMEOUT: "Raise `timeoutMs`, or serve the file from nearer by.",
  E_ABORTED: "Nothing to do: the signal you passed was aborted.",
  E_WASM_BLOCKED: "Allow 'wasm-unsafe-eval' in the script-src of the Content-Security-Policy.",
  E_INTEGRITY: "Deploy the file and its `integrity` together.",
  E_UNKNOWN_PLACEMENT: "Use a placement of this bundle, or add it to endcap.toml and train again.",
  E_FREED: "Load a new recommender; this one was freed.",
  E_ARGUMENT: "See the option's documentation.",
};

/** Whatever can go wrong, with a `code` to branch on and an `advice` for the person who reads the log. */
export class EndcapError extends Error {
  override readonly name = "EndcapError";
  /** One of a closed list; see {@link ErrorCode}. */
  readonly code: ErrorCode;
  /** What to do about it, in one sentence. */
  readonly advice: string;

  /** `message` says what was expected, what was found and where; the code is put before it. */
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; advice?: string }) {
    super(`${code}: ${message}`, options && "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.advice = options?.advice ?? ADVICE[code];
  }
}

/** Runs an engine call and gives its "E_CODE: text" errors their type. */
export function withCodes<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const [, code, text] = /^(E_[A-Z_]+): ([^]*)$/.exec((error as Error)?.message) ?? [];
    if (code === undefined || !Object.hasOwn(ADVICE, code)) throw error;
    throw new EndcapError(code as ErrorCode, text as string);
  }
}
