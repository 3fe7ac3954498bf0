// Long work in slices: whoever goes through very many things lets the event loop answer packets in between.

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

  /** Lets everything go on that waits: packets, timers, other work in slices. */
  async breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#slices += 1;
    this.#startedMs = performance.now();
  }
}
