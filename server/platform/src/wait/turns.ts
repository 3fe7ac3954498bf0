// Work that comes in bursts, in slices: between two of them packets, timers and new connections are seen to. A burst done in one
// go holds them all up, and the loop takes in one new connection each time round.
import { Sequence } from "../collections/sequence.ts";

/** Well under what a packet may have to wait, together with one piece that is longer than it should be. */
export const sliceMs = 4;

export class Turns {
  readonly #waiting = new Sequence<() => void>();
  #startedMs = 0;
  #isRunning = false;

  /** Whether any piece waits for its turn, or is at it. */
  get isBusy(): boolean {
    return this.#isRunning;
  }

  /** Resolves when it is the caller's turn, first come first served. Its turn is over when it waits for something. */
  next(): Promise<void> {
    return new Promise((resolve) => this.run(resolve));
  }

  /** Calls `piece` when it is its turn: for who has very many. It must not throw. */
  run(piece: () => void): void {
    this.#waiting.push(piece);
    if (!this.#isRunning) this.#beginLater();
  }

  #beginLater(): void {
    this.#isRunning = true;
    setImmediate(() => {
      this.#startedMs = performance.now();
      this.#step();
    });
  }

  #step(): void {
    const goOn = this.#waiting.shift();
    if (goOn === undefined) {
      this.#isRunning = false;
      return;
    }
    goOn();
    // A tick asked for by a microtask comes when all that the piece could do without waiting is done.
    queueMicrotask(() =>
      process.nextTick(() => (performance.now() - this.#startedMs < sliceMs ? this.#step() : this.#beginLater())),
    );
  }
}
