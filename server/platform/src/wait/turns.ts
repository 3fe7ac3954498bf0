// Work that comes in bursts, in slices: between two of them packets, timers and new connections are seen to. A burst done in one
// go holds them all up, and the loop takes in one new connection each time round.
import { Sequence } from "../collections/sequence.ts";

/** Well under what a packet may have to wait, together with one piece that is longer than it should be. */
export const sliceMs = 4;

type Piece = { readonly go: () => void; readonly isWhole: boolean };

export class Turns {
  readonly #waiting = new Sequence<Piece>();
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

  /**
   * Calls `go` when it is its turn: for who has very many. It must not throw.
   * @param isWhole It is done when it returns: of such pieces a slice goes through many without more ado.
   */
  run(go: () => void, isWhole = false): void {
    this.#waiting.push({ go, isWhole });
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
    let piece = this.#waiting.shift();
    for (; piece?.isWhole; piece = this.#waiting.shift()) {
      piece.go();
      if (!this.#isOver) continue;
      this.#beginLater();
      return;
    }
    if (piece === undefined) {
      this.#isRunning = false;
      return;
    }
    piece.go();
    // A tick asked for by a microtask comes when all that the piece could do without waiting is done.
    queueMicrotask(() => process.nextTick(() => (this.#isOver ? this.#beginLater() : this.#step())));
  }

  get #isOver(): boolean {
    return performance.now() - this.#startedMs >= sliceMs;
  }
}
