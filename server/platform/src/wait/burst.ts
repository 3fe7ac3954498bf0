// What callers ask for all at once. Node hands over everything that has come in one turn of the event loop, be it the questions of two
// thousand machines that were switched on together: nothing else would be seen to before the last of them is answered.
import { sliceMs, Turns } from "./turns.ts";

export class Burst {
  readonly #turns = new Turns();
  #startedMs = 0;
  #isNewTurn = true;

  /** Whether there is time for one more in this turn of the loop. It is never taken before those that wait. */
  get hasTime(): boolean {
    if (this.#turns.isBusy) return false;
    const nowMs = performance.now();
    if (!this.#isNewTurn) return nowMs - this.#startedMs < sliceMs;
    this.#isNewTurn = false;
    this.#startedMs = nowMs;
    setImmediate(() => {
      this.#isNewTurn = true;
    });
    return true;
  }

  /**
   * Calls `piece` at once while there is time, and else when its turn comes. It must not throw.
   * @param isWhole It is done when it returns: of such pieces a slice goes through many without more ado.
   */
  run(piece: () => void, isWhole = false): void {
    if (this.hasTime) piece();
    else this.#turns.run(piece, isWhole);
  }

  /** Resolves when its turn comes: for who found that there is no time. */
  next(): Promise<void> {
    return this.#turns.next();
  }
}
