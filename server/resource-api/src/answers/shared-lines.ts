// The lines of watches: all who are told the same in the same form are sent the same bytes, made once.

const crlf = Buffer.from("\r\n");

/** What a watch is told at once: events in their order, a line each. Whoever is told the same is at the same one. */
export class Lines {
  readonly #before: Lines | undefined;
  readonly #line: Buffer;
  readonly #longer = new Map<object, Map<string, Lines>>();
  readonly count: number;
  readonly sizeBytes: number;
  #bytes: Buffer | undefined;
  #chunk: Buffer | undefined;

  /** Without anything before it: nothing yet. */
  constructor(before?: Lines, line: Buffer = Buffer.alloc(0)) {
    this.#before = before;
    this.#line = line;
    this.count = before === undefined ? 0 : before.count + 1;
    this.sizeBytes = line.length + (before?.sizeBytes ?? 0);
  }

  /** All of them. */
  get bytes(): Buffer {
    this.#bytes ??= this.count === 1 ? this.#line : Buffer.concat(this.#all(), this.sizeBytes);
    return this.#bytes;
  }

  /** All of them as one chunk of HTTP/1.1 (RFC 9112 §7.1). */
  get chunk(): Buffer {
    this.#chunk ??= Buffer.concat([Buffer.from(`${this.sizeBytes.toString(16)}\r\n`), this.bytes, crlf]);
    return this.#chunk;
  }

  #all(): Buffer[] {
    const all: Buffer[] = [];
    for (let at: Lines | undefined = this; at !== undefined; at = at.#before) all.push(at.#line);
    return all.reverse();
  }

  /** @param line Makes the line of the event in that form; asked by the first who comes this way. */
  and(event: object, form: string, line: () => Buffer): Lines {
    const forms = this.#longer.getOrInsertComputed(event, () => new Map<string, Lines>());
    return forms.getOrInsertComputed(form, () => new Lines(this, line()));
  }
}

/** What was made lives for a turn of the event loop: in it most watches are told, and a slow one makes its own. */
export class SharedLines {
  #start = new Lines();
  #lines = new Map<object, Map<string, Buffer>>();
  #made = 0;

  /** How many lines were made. For tests. */
  get made(): number {
    return this.#made;
  }

  /**
   * @param before What is told with it, before it; `undefined`: nothing.
   * @param form All that makes the line another one for the same event.
   */
  after(before: Lines | undefined, event: object, form: string, make: () => string): Lines {
    if (this.#lines.size === 0) setImmediate(() => this.#forget());
    return (before ?? this.#start).and(event, form, () => this.#lineOf(event, form, make));
  }

  #lineOf(event: object, form: string, make: () => string): Buffer {
    const forms = this.#lines.getOrInsertComputed(event, () => new Map<string, Buffer>());
    return forms.getOrInsertComputed(form, () => {
      this.#made += 1;
      return Buffer.from(make());
    });
  }

  #forget(): void {
    this.#start = new Lines();
    this.#lines = new Map();
  }
}
