// What can go wrong between a page and its cart. The codes that `endcap` has too mean the same here.

const ADVICE = {
  E_ARGUMENT: "See the option's documentation.",
  E_FETCH: "Nothing to do if it passes; else check that the shop answers its Ajax routes on this page.",
  E_TIMEOUT: "Nothing to do if it passes; else raise `timeoutMs`.",
  E_REFUSED: "Say it to the shopper: most often the item is sold out.",
  E_CART: "Check what stands between the page and the shop: an app, a proxy, a script that changes answers.",
  E_CALLBACK: "Correct the function of yours that threw.",
};

/** Every code a {@link CartError} can carry. */
export type CartErrorCode = keyof typeof ADVICE;

/** An error with a `code` to branch on and an `advice` for the person who reads the log. */
export class CartError extends Error {
  override readonly name = "CartError";
  /** One of a closed list; see {@link CartErrorCode}. */
  readonly code: CartErrorCode;
  /** What to do about it, in one sentence. */
  readonly advice: string;

  /** `message` says what was expected, what was found and where; the code is put before it. */
  constructor(code: CartErrorCode, message: string, options?: { cause: unknown }) {
    super(`${code}: ${message}`, options);
    this.code = code;
    this.advice = ADVICE[code];
  }
}
