// Events on their way out: in batches, again where they did not arrive, and never more than fit.

/** Most events that wait; of more the oldest go. */
const MOST_WAITING = 200;
/** Most events of one batch, so that a beacon's 64 KB hold them. */
const MOST_AT_ONCE = 50;
const LONGEST_WAIT_MS = 60_000;

export class Queue<Event> {
  readonly #endpoint: string;
  readonly #batchMs: number;
  readonly #waiting: Event[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending = false;
  #failures = 0;

  constructor(endpoint: string, batchMs: number) {
    this.#endpoint = endpoint;
    this.#batchMs = batchMs;
    globalThis.addEventListener?.("pagehide", this.leave);
  }

  push(event: Event): void {
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    this.#plan();
  }

  /** Sends what waits. Resolves when it arrived or did not. */
  async flush(): Promise<void> {
    if (this.#sending || this.#waiting.length === 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = true;
    const batch = this.#waiting.splice(0, MOST_AT_ONCE);
    try {
      const response = await fetch(this.#endpoint, { method: "POST", body: this.#body(batch), headers: { "content-type": "text/plain" }, keepalive: true });
      if (response.status >= 500 || response.status === 429) throw new Error(`HTTP status ${response.status}`);
      // What the server refuses it will refuse again: it is not sent twice.
      this.#failures = 0;
    } catch {
      this.#failures++;
      this.#waiting.unshift(...batch);
      this.#waiting.splice(0, Math.max(0, this.#waiting.length - MOST_WAITING));
    } finally {
      this.#sending = false;
    }
    if (this.#waiting.length > 0) this.#plan();
  }

  /** The page goes: what waits is handed to the browser, which sends it when the page is gone. */
  readonly leave = (): void => {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_AT_ONCE);
      if (globalThis.navigator?.sendBeacon?.(this.#endpoint, this.#body(batch))) continue;
      // Too much at once for the browser, or no beacons: kept, for the page may come back.
      this.#waiting.unshift(...batch);
      return;
    }
  };

  /** Sends what waits, and listens no more. */
  close(): void {
    clearTimeout(this.#timer);
    globalThis.removeEventListener?.("pagehide", this.leave);
    this.leave();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting.length = 0;
  }

  #body(events: readonly Event[]): string {
    return JSON.stringify({ version: 1, events });
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#sending) return;
    const wait = Math.min(this.#batchMs * 2 ** this.#failures, LONGEST_WAIT_MS) * (this.#failures > 0 ? 0.5 + Math.random() : 1);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, wait);
    (this.#timer as { unref?(): void }).unref?.();
  }
}
