// The lines of watches: all who watch in the same form are sent the same bytes, made once for each change.

/** What was made lives for a turn of the event loop: in it all watches are woken, and a slow one makes its own. */
export class SharedLines {
  #lines = new Map<object, Map<string, Buffer>>();
  #made = 0;

  /** How many lines were made. For tests. */
  get made(): number {
    return this.#made;
  }

  /** @param form All that makes the line another one for the same event. */
  of(event: object, form: string, make: () => string): Buffer {
    if (this.#lines.size === 0) setImmediate(() => this.#lines.clear());
    const forms = this.#lines.getOrInsertComputed(event, () => new Map<string, Buffer>());
    return forms.getOrInsertComputed(form, () => {
      this.#made += 1;
      return Buffer.from(make());
    });
  }
}
