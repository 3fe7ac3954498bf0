// Counts what watches are told, and says when it is as much as is waited for.

export class ToldLines {
  #count = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #reached: () => void = () => undefined;

  add(count = 1): void {
    this.#count += count;
    if (this.#count >= this.#wanted) this.#reached();
  }

  /** Resolves when so many more than now have come. Ask before what brings them. One at a time. */
  more(count: number): Promise<void> {
    this.#wanted = this.#count + count;
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }
}
