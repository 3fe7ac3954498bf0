// What is due later, in a thread that has no timers: a binary heap, asked after each wait.
interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
  /** Its place in the heap; -1: it is in none. */
  place: number;
}

export class TimerHeap {
  readonly #nowMs: () => number;
  readonly #heap: Timer[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#heap.length;
  }

  nowMs(): number {
    return this.#nowMs();
  }

  /** Calls back once after `delayMs`, never within this call; the returned function gives it up. */
  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs() + Math.max(0, delayMs), callback, place: this.#heap.length };
    this.#heap.push(timer);
    this.#rise(timer);
    return () => this.#remove(timer);
  }

  /** Calls back what is due, `most` at once. @returns In how many ms the next is due. */
  run(most: number): number {
    const nowMs = this.#nowMs();
    for (let done = 0; done < most; done++) {
      const [first] = this.#heap;
      if (first === undefined) return Number.POSITIVE_INFINITY;
      if (first.atMs > nowMs) break;
      this.#remove(first);
      first.callback();
    }
    const [next] = this.#heap;
    return next === undefined ? Number.POSITIVE_INFINITY : Math.max(0, next.atMs - nowMs);
  }

  #remove(timer: Timer): void {
    const { place } = timer;
    if (place < 0) return;
    timer.place = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === timer) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(timer: Timer): void {
    for (;;) {
      const above = this.#heap[(timer.place - 1) >> 1];
      if (timer.place === 0 || above === undefined || above.atMs <= timer.atMs) return;
      this.#swap(timer, above);
    }
  }

  #sink(timer: Timer): void {
    for (;;) {
      const [left, right] = [this.#heap[2 * timer.place + 1], this.#heap[2 * timer.place + 2]];
      const least = right !== undefined && left !== undefined && right.atMs < left.atMs ? right : left;
      if (least === undefined || least.atMs >= timer.atMs) return;
      this.#swap(timer, least);
    }
  }

  #swap(one: Timer, other: Timer): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(timer: Timer, place: number): void {
    timer.place = place;
    this.#heap[place] = timer;
  }
}
