// Markup put into a page that is on its way. The rewriter only finds the places: it is given the page and puts marks into it,
// which are counted here; what goes out is the origin's own bytes, with markup where marks were. So a rewriter that gives up in
// the middle (workerd's does on markup that a stream cannot decide, and on tags that are too long for it) ends no page: the rest
// goes out as it came. After the last place the page is not looked at any more.

/** Where markup goes: in the place of what the element holds, into it after or before that, or beside the element. */
export type Place = "replace" | "append" | "prepend" | "before" | "after";

/** Markup and its place: the first element that the selector matches. */
export interface Insertion {
  selector: string;
  at: Place;
  html: string;
}

/** What became of a page, told once. */
export interface Spliced {
  /** Places that were found. */
  placed: number;
  /** What the rewriter gave up with. */
  error?: unknown;
}

type Mark = { html: true };
interface RewriterElement extends Record<Exclude<Place, "replace">, (content: string, options: Mark) => unknown> {}
interface Rewriter {
  on(selector: string, handlers: { element(element: RewriterElement): void }): Rewriter;
  transform(response: Response): Response;
}

/** The runtime's HTMLRewriter: of workerd and Bun. */
export function rewriterHere(): (new () => Rewriter) | undefined {
  return (globalThis as { HTMLRewriter?: new () => Rewriter }).HTMLRewriter;
}

/** Bytes that are read at once: what stands ready of them. Readers that are not told take 4 KB a turn in workerd. */
const AT_ONCE = 64 * 1024;
/** Longest content that is held back until the end of its element is seen, in bytes. What is longer stays, after the markup. */
const MOST_HELD = 256 * 1024;
const LESS = 0x3c;
const BANG = 0x21;
/** What a mark asks for: markup here; markup here, and what follows is held back; what was held back goes. */
const PUT = "p";
const HOLD = "h";
const DROP = "d";

/**
 * The page with the markup in it. Throws before a byte of `body` is read where the rewriter cannot be made; afterwards never.
 * `utf8`: whether the page is known to be in UTF-8; elsewhere markup goes out in ASCII, with references for all else.
 */
export function splice(Rewriter: new () => Rewriter, body: ReadableStream<Uint8Array>, insertions: readonly Insertion[], utf8: boolean, done: (spliced: Spliced) => void): ReadableStream<Uint8Array> {
  const page = new Page(body, insertions.map(({ html }) => new TextEncoder().encode(utf8 ? html : ascii(html))), done);
  const rewriter = new Rewriter();
  insertions.forEach(({ selector, at }, n) => {
    let met = false;
    rewriter.on(selector, {
      element(element) {
        if (met) return;
        met = true;
        element[at === "replace" ? "prepend" : at](page.mark(n, at === "replace" ? HOLD : PUT), { html: true });
        if (at === "replace") element.append(page.mark(n, DROP), { html: true });
      },
    });
  });
  page.marked = rewriter.transform(new Response(page.unmarked, { headers: { "content-type": "text/html" } })).body as ReadableStream<Uint8Array>;
  return new ReadableStream({ pull: (out) => page.pull(out), cancel: (reason) => page.cancel(reason) }, { highWaterMark: 0 });
}

/** What comes from a stream, piece by piece; nothing at its end. */
interface Pieces {
  next(): Promise<Uint8Array | undefined>;
  cancel(reason?: unknown): Promise<void>;
}

function piecesOf(stream: ReadableStream<Uint8Array>): Pieces {
  try {
    const reader = stream.getReader({ mode: "byob" });
    return { next: async () => taken(await reader.read(new Uint8Array(AT_ONCE))), cancel: (reason) => reader.cancel(reason) };
  } catch {
    // A stream of somebody's own making, or a runtime that reads no other way.
    const reader = stream.getReader();
    return { next: async () => taken(await reader.read()), cancel: (reason) => reader.cancel(reason) };
  }
}

const taken = ({ done, value }: { done: boolean; value?: Uint8Array | undefined }): Uint8Array | undefined => (done ? undefined : value);

class Page {
  /** The page as the rewriter reads it, no faster than its result is asked for. */
  readonly unmarked: ReadableStream<Uint8Array>;
  #marked: Pieces | undefined;
  readonly #body: ReadableStream<Uint8Array>;
  #pieces: Pieces | undefined;
  #reading: Promise<Uint8Array | undefined> | undefined;
  readonly #markup: Uint8Array[];
  readonly #done: (spliced: Spliced) => void;
  /** Random: no page holds it by chance or on purpose. */
  readonly #token = `<!--${crypto.randomUUID()}`;
  readonly #start = new TextEncoder().encode(this.#token);
  readonly #markLength = this.mark(0, PUT).length;
  /** What came from the origin and is not out yet. */
  readonly #kept: Uint8Array[] = [];
  /** The end of what came from the rewriter, where a mark may have begun. */
  #carry = new Uint8Array(0);
  /** How many elements are open whose content is held back, and how much of it came. */
  #holding = 0;
  #held = 0;
  #placed = 0;
  /** Whether what is left goes out as it came. */
  #plain = false;

  constructor(body: ReadableStream<Uint8Array>, markup: Uint8Array[], done: (spliced: Spliced) => void) {
    [this.#body, this.#markup, this.#done] = [body, markup, done];
    const pull = async (rewriter: ReadableStreamDefaultController<Uint8Array>) => {
      const chunk = this.#plain ? undefined : await this.#read();
      if (this.#plain) return;
      if (chunk === undefined) rewriter.close();
      else rewriter.enqueue(chunk);
    };
    this.unmarked = new ReadableStream({ pull }, { highWaterMark: 0 });
  }

  set marked(stream: ReadableStream<Uint8Array>) {
    this.#marked = piecesOf(stream);
  }

  mark(n: number, what: string): string {
    return `${this.#token}${String(n).padStart(2, "0")}${what}-->`;
  }

  /** Hands on what can be, once there is something. */
  async pull(out: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    let given = 0;
    const give = (bytes: Uint8Array) => {
      if (bytes.length > 0) out.enqueue(bytes), given++;
    };
    while (given === 0) {
      if (!this.#plain) await this.#look(give);
      else if (this.#kept.length > 0) give(this.#kept.shift() as Uint8Array);
      // A read that was begun for the rewriter may have brought something meanwhile.
      else if ((await this.#read()) === undefined && this.#kept.length === 0) return out.close();
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#plain = true;
    void this.#marked?.cancel(reason).catch(() => {});
    await (this.#pieces ?? this.#body).cancel(reason);
  }

  /** The next of the page; one read at a time, whoever asks: workerd allows no second. */
  #read(): Promise<Uint8Array | undefined> {
    this.#pieces ??= piecesOf(this.#body);
    this.#reading ??= this.#pieces.next().then((piece) => {
      this.#reading = undefined;
      if (piece !== undefined) this.#kept.push(piece);
      return piece;
    });
    return this.#reading;
  }

  /** The next that the rewriter has to say of where marks are. */
  async #look(give: (bytes: Uint8Array) => void): Promise<void> {
    try {
      const piece = await (this.#marked as Pieces).next();
      if (piece !== undefined) this.#scan(piece, give);
      if (piece === undefined || (this.#placed === this.#markup.length && this.#holding === 0) || this.#held > MOST_HELD) this.#stop({});
    } catch (error) {
      this.#stop({ error });
    }
  }

  #stop(why: { error?: unknown }): void {
    this.#plain = true;
    void this.#marked?.cancel().catch(() => {});
    this.#done({ placed: this.#placed, ...why });
  }

  #scan(chunk: Uint8Array, give: (bytes: Uint8Array) => void): void {
    const bytes = joined(this.#carry, chunk);
    let from = 0;
    for (let at = bytes.indexOf(LESS); at >= 0; at = bytes.indexOf(LESS, at + 1)) {
      if (!this.#startsAt(bytes, at)) continue;
      this.#pass(at - from, give);
      from = at;
      if (bytes.length - at < this.#markLength) break;
      from = at + this.#markLength;
      const told = new TextDecoder().decode(bytes.subarray(at + this.#start.length, from));
      this.#obey(Number(told.slice(0, 2)), told[2] as string, give);
    }
    const rest = bytes.length - from;
    const open = rest > 0 && rest < this.#markLength && bytes[from] === LESS && this.#startsAt(bytes, from);
    if (!open) this.#pass(rest, give);
    this.#carry = open ? bytes.slice(from) : new Uint8Array(0);
  }

  /** Whether a mark stands there, or what is there of one. */
  #startsAt(bytes: Uint8Array, at: number): boolean {
    if (at + 1 < bytes.length && bytes[at + 1] !== BANG) return false;
    const end = Math.min(this.#start.length, bytes.length - at);
    for (let n = 0; n < end; n++) if (bytes[at + n] !== this.#start[n]) return false;
    return true;
  }

  #obey(n: number, what: string, give: (bytes: Uint8Array) => void): void {
    if (what === DROP) {
      if (this.#holding === 0 || --this.#holding > 0) return;
      this.#take(this.#held, () => {});
      this.#held = 0;
      return;
    }
    if (what === HOLD) this.#holding++;
    this.#placed++;
    give(this.#markup[n] as Uint8Array);
  }

  /** So many bytes of the page are no mark. */
  #pass(length: number, give: (bytes: Uint8Array) => void): void {
    if (this.#holding > 0) this.#held += length;
    else this.#take(length, give);
  }

  /** The next bytes of the page as the origin sent them. */
  #take(length: number, give: (bytes: Uint8Array) => void): void {
    while (length > 0) {
      const first = this.#kept.shift();
      if (first === undefined) throw new Error("expected no more of the page than the rewriter was given");
      if (first.length > length) this.#kept.unshift(first.subarray(length));
      const taken = first.subarray(0, length);
      give(taken);
      length -= taken.length;
    }
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function ascii(html: string): string {
  return html.replace(/[^\x00-\x7f]/gu, (letter) => `&#${letter.codePointAt(0)};`);
}
