// Events on their way out: in batches, again where they did not arrive, never more than fit, and none that may not go any more.

/** Most events that wait; of more the oldest go. */
const MOST_WAITING = 200;
/** Most events of one batch. */
const MOST_AT_ONCE = 50;
/** Longest batch, in bytes: of more than 64 KiB browsers send nothing when the page goes, and the server takes nothing. */
const MOST_BYTES = 60_000;
const LONGEST_WAIT_MS = 60_000;

/** An event that waits, as it is sent. */
interface Waiting<Event> {
  event: Event;
  text: string;
  bytes: number;
}

export class Queue<Event> {
  readonly #endpoint: string;
  readonly #batchMs: number;
  readonly #mayGo: () => (event: Event) => boolean;
  #waiting: Waiting<Event>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending = false;
  #turn = Promise.resolve();
  #failures = 0;

  /** `mayGo` is asked before anything is sent: what it says no to is dropped. */
  constructor(endpoint: string, batchMs: number, mayGo: () => (event: Event) => boolean) {
    this.#endpoint = endpoint;
    this.#batchMs = batchMs;
    this.#mayGo = mayGo;
    globalThis.addEventListener?.("pagehide", this.leave);
  }

  push(event: Event): void {
    const text = JSON.stringify(event);
    const bytes = new TextEncoder().encode(text).length;
    // It would never arrive, and what waits behind it neither.
    if (bytes > MOST_BYTES) return;
    this.#waiting.push({ event, text, bytes });
    this.#bound();
    this.#plan();
  }

  /**
   * Sends what waits, batch after batch, after what is under way. Resolves when all of it arrived or was refused, or one batch did
   * not arrive: that one and the rest are sent later.
   */
  flush(): Promise<void> {
    return (this.#turn = this.#turn.then(() => this.#send()));
  }

  /** The page goes: what waits is handed to the browser, which sends it when the page is gone. */
  readonly leave = (): void => {
    for (let batch = this.#next(); batch.length > 0; batch = this.#next()) {
      if (globalThis.navigator?.sendBeacon?.(this.#endpoint, bodyOf(batch))) continue;
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
    this.#waiting = [];
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = true;
    // What is told meanwhile waits for its own time.
    for (let left = this.#waiting.length; left > 0; ) {
      const batch = this.#next();
      left -= batch.length;
      if (batch.length === 0 || !(await this.#arrives(batch))) break;
    }
    this.#sending = false;
    if (this.#waiting.length > 0) this.#plan();
  }

  async #arrives(batch: Waiting<Event>[]): Promise<boolean> {
    try {
      const response = await fetch(this.#endpoint, { method: "POST", body: bodyOf(batch), headers: { "content-type": "text/plain" }, keepalive: true });
      // Until its end the browser counts this batch among the 64 KiB, and would refuse the next one.
      await response.text().catch(() => {});
      if (response.status >= 500 || response.status === 429) throw new Error(`HTTP status ${response.status}`);
      // What the server refuses it will refuse again: it is not sent twice.
      this.#failures = 0;
      return true;
    } catch {
      this.#failures++;
      this.#waiting.unshift(...batch);
      this.#bound();
      return false;
    }
  }

  /** Takes the next batch out of what waits and may go. */
  #next(): Waiting<Event>[] {
    const may = this.#mayGo();
    this.#waiting = this.#waiting.filter(({ event }) => may(event));
    let [count, bytes] = [0, 0];
    for (const one of this.#waiting.slice(0, MOST_AT_ONCE)) {
      // And what stands around them: a comma each.
      bytes += one.bytes + 1;
      if (count > 0 && bytes > MOST_BYTES) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  #bound(): void {
    this.#waiting.splice(0, this.#waiting.length - MOST_WAITING);
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

function bodyOf(batch: readonly Waiting<unknown>[]): string {
  return `{"version":1,"events":[${batch.map(({ text }) => text).join()}]}`;
}
