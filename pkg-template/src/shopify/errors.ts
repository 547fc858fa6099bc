// What can go wrong between a page and its cart. The codes that `endcap` has too mean the same here.

const ADVICE = {
  E_ARGUMENT: "See the documentation.",
  E_FETCH: "Check that the shop answers its Ajax routes, if it stays.",
  E_TIMEOUT: "Raise `timeoutMs`, if it stays.",
  E_REFUSED: "Tell the shopper: most often it is sold out.",
  E_CART: "Check what changes the shop's answers: an app, a proxy.",
  E_CALLBACK: "Correct the function that threw.",
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
