// How often events were seen again: counted in memory at once, and written down now and then.
import { Breather } from "@neverland/platform/wait/breather.ts";
import type { Entry } from "./entry-list.ts";
import type { EventMemory } from "./event-memory.ts";

export class RepeatCounts {
  readonly #memory: Pick<EventMemory, "closeCount" | "makeRoom">;
  /** Seen again since their count was written down. */
  readonly #unwritten = new Set<Entry>();

  constructor(memory: Pick<EventMemory, "closeCount" | "makeRoom">) {
    this.#memory = memory;
  }

  seenAgain(entry: Entry, times: number, lastMs: number): void {
    entry.count += times;
    entry.untilMs = lastMs;
    // Anyone can make up MACs: what is written nowhere is not kept for this either.
    if (!entry.isPassing) this.#unwritten.add(entry);
  }

  /** In slices, and as fast as the disk takes them. What it does not take waits for the next time. */
  async write(): Promise<void> {
    const breather = new Breather();
    // What is seen again meanwhile stands behind these.
    let left = this.#unwritten.size;
    for (const entry of this.#unwritten) {
      if (left === 0 || !(await this.#memory.makeRoom())) return;
      left -= 1;
      this.#unwritten.delete(entry);
      this.#memory.closeCount(entry);
      if (breather.isDue) await breather.breathe();
    }
  }
}
