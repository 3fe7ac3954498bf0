// Callers that owe something of a message, and until when. One look a second at those who do, and not a timer for each call: nearly every
// message is whole in the packet that begins its call.
import type { Clock } from "../time/clock.ts";

/** One that is waited for. */
export type Owing = {
  /** By the clock; may be put off meanwhile. */
  readonly dueMs: number;
  /** Called once, when it is over. */
  readonly overdue: () => void;
};

const lookEveryMs = 1000;

export class MessageWaits {
  readonly #clock: Pick<Clock, "nowMs" | "after">;
  readonly #owing = new Set<Owing>();
  #isLooking = false;

  constructor(clock: Pick<Clock, "nowMs" | "after">) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Once more is harmless. */
  begin(one: Owing): void {
    this.#owing.add(one);
    if (!this.#isLooking) this.#lookLater();
  }

  /** Once more is harmless. */
  end(one: Owing): void {
    this.#owing.delete(one);
  }

  #lookLater(): void {
    this.#isLooking = true;
    this.#clock.after(lookEveryMs, () => this.#look(), true);
  }

  #look(): void {
    const nowMs = this.#clock.nowMs();
    for (const one of this.#owing) {
      if (one.dueMs > nowMs) continue;
      this.#owing.delete(one);
      one.overdue();
    }
    this.#isLooking = false;
    if (this.#owing.size > 0) this.#lookLater();
  }
}
