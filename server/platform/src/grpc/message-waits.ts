// Callers that owe something of a message, and until when. One look a second at those who do, and not a timer for each call: nearly every
// message is whole in the packet that begins its call.
import type { Clock } from "../time/clock.ts";
import type { Turns } from "../wait/turns.ts";

/** One that is waited for. */
export type Owing = {
  /** By `nowMs` here; may be put off meanwhile. */
  readonly dueMs: number;
  /** Called once, when it is over. */
  readonly overdue: () => void;
};

type WaitsClock = Pick<Clock, "nowMs" | "asOfNowMs" | "after">;

const lookEveryMs = 1000;

export class MessageWaits {
  readonly #clock: WaitsClock;
  readonly #turns: Turns;
  readonly #startMs: number;
  readonly #owing = new Set<Owing>();
  #isLooking = false;

  /** @param turns A link that breaks makes a hall's streams overdue at once: each is told in a turn of its own. */
  constructor(clock: WaitsClock, turns: Turns) {
    this.#clock = clock;
    this.#turns = turns;
    this.#startMs = clock.nowMs();
  }

  /** Since it was made: a clock that is set forward makes nobody late. */
  nowMs(): number {
    return this.#clock.nowMs() - this.#clock.asOfNowMs(this.#startMs);
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
    const nowMs = this.nowMs();
    for (const one of this.#owing) if (one.dueMs <= nowMs) this.#turns.run(() => this.#tell(one), true);
    // Behind those: none of them is found a second time.
    this.#turns.run(() => {
      this.#isLooking = false;
      if (this.#owing.size > 0) this.#lookLater();
    }, true);
  }

  /** It may have come, or ended, while it waited for its turn. */
  #tell(one: Owing): void {
    if (one.dueMs > this.nowMs() || !this.#owing.delete(one)) return;
    one.overdue();
  }
}
