// Long work in slices: whoever goes through very many things lets the event loop answer packets in between, and others who do so.
import { Turns } from "./turns.ts";

/** Of all long work in a process: ten who go through much at the same time hold the loop no longer than one does. */
const turns = new Turns();

/** Half a millisecond of work between two looks at the clock is fine; a slice and one step stay well under 20 ms together. */
const sliceMs = 4;

export class Breather {
  #startedMs = performance.now();
  #slices = 1;

  /** How often the loop has been let go on, and once more. For tests, which count instead of timing. */
  get slices(): number {
    return this.#slices;
  }

  /** Whether this slice has held the loop for long enough. Cheap enough to ask at every step. */
  get isDue(): boolean {
    return performance.now() - this.#startedMs >= sliceMs;
  }

  /** Lets everything go on that waits: packets, timers, other work in slices. Before the first slice, too, when there is much to do. */
  async breathe(): Promise<void> {
    await turns.next();
    this.#slices += 1;
    this.#startedMs = performance.now();
  }
}
