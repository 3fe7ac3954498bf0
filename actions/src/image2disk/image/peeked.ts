// A stream whose first bytes are looked at before any of it is used.

/** Disposing of it ends the stream, be it used or not. */
export class Peeked {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #headBytes: number;
  readonly #first: Uint8Array[] = [];

  /** @param headBytes How many are looked at. */
  constructor(source: AsyncIterable<Uint8Array>, headBytes: number) {
    this.#headBytes = headBytes;
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The first bytes, as many as are looked at, or all of a shorter stream. */
  async head(): Promise<Uint8Array> {
    for (let bytes = 0; bytes < this.#headBytes; ) {
      const next = await this.#source.next();
      if (next.done === true) break;
      // A chunk may be used only until the next is asked for.
      this.#first.push(Buffer.from(next.value));
      bytes += next.value.length;
    }
    return Buffer.concat(this.#first).subarray(0, this.#headBytes);
  }

  /** All of it, from its first byte. May be asked for once. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    yield* this.#first.splice(0);
    for (let next = await this.#source.next(); next.done !== true; next = await this.#source.next()) yield next.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source.return?.();
  }
}
