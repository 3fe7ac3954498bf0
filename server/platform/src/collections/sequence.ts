// A list that grows at its end and is forgotten from its start; places in it keep their numbers.

export class Sequence<T> {
  readonly #items: (T | undefined)[] = [];
  /** Items before this index are forgotten, and cut off once they are many. */
  #head = 0;
  /** The number of the item at index 0. */
  #base = 0;

  /** The number of the oldest item that is there; `end` when there is none. */
  get first(): number {
    return this.#base + this.#head;
  }

  /** The number that the next item will have. */
  get end(): number {
    return this.#base + this.#items.length;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  at(number: number): T | undefined {
    return number < this.first ? undefined : this.#items[number - this.#base];
  }

  /** Those from a number on. A list of one's own. */
  from(number: number): T[] {
    return this.#items.slice(Math.max(number, this.first) - this.#base) as T[]; // none of these is forgotten
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Forgets the oldest. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#base += this.#head;
      this.#head = 0;
    }
    return item;
  }

  /** The number of the first item for which `isBefore` is false; `end` when it is true for all. By halving. */
  find(isBefore: (item: T) => boolean): number {
    let [low, high] = [this.first, this.end];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.at(middle) as T))
        low = middle + 1; // the middle is within the list
      else high = middle;
    }
    return low;
  }
}
