// Events on their way from a thread of packets to the timeline: a lot at a time, and never so many that a main thread that is busy
// drowns in them.
import type { MachineEventInput } from "@neverland/api";

/** Least time between two lots, in ms. The first after a silence goes at once: what a machine asks of the main thread next is told after it. */
const everyMs = 5;
/** What the main thread takes in one turn. */
const mostInLot = 256;
/** A hall of ten thousand that starts at once says no more than this in the time that a busy main thread needs. */
const mostWaiting = 65_536;

export interface EventLot {
  readonly events: readonly MachineEventInput[];
  readonly dropped: number;
}

export class EventOutbox {
  readonly #post: (lot: EventLot) => void;
  #waiting: MachineEventInput[] = [];
  #postedMs = Number.NEGATIVE_INFINITY;
  #dropped = 0;
  #underWay = 0;

  constructor(post: (lot: EventLot) => void) {
    this.#post = post;
  }

  add(event: MachineEventInput): void {
    if (this.#waiting.length + this.#underWay >= mostWaiting) this.#dropped++;
    else this.#waiting.push(event);
  }

  /** The other side has taken so many. */
  taken(count: number): void {
    this.#underWay -= count;
  }

  /** Posts what is due. @returns After how many ms there is more to post. */
  due(nowMs: number): number {
    if (this.#waiting.length === 0 && this.#dropped === 0) return Number.POSITIVE_INFINITY;
    const waitMs = this.#postedMs + everyMs - nowMs;
    if (waitMs > 0 && this.#waiting.length < mostInLot) return waitMs;
    this.#postedMs = nowMs;
    this.flush();
    return Number.POSITIVE_INFINITY;
  }

  flush(): void {
    for (let from = 0; from < this.#waiting.length || this.#dropped > 0; from += mostInLot) {
      const events = this.#waiting.slice(from, from + mostInLot);
      this.#underWay += events.length;
      this.#post({ events, dropped: this.#dropped });
      this.#dropped = 0;
    }
    this.#waiting = [];
  }
}
