// Events on their way from a thread of packets to the timeline: a lot at a time, and never so many that a main thread that is busy
// drowns in them.
import type { MachineEventInput } from "@neverland/api";

/** Least time between two lots, in ms. The first after a silence goes at once: what a machine asks of the main thread next is told after it. */
const everyMs = 5;
/** What the main thread takes in one turn. */
const mostInLot = 256;
/** A hall of ten thousand that starts at once says no more than this in the time that a busy main thread needs. */
const mostWaiting = 65_536;

/** The main thread knows the last so many events by their numbers: two stages of a hall of 100,000. */
export const mostNumbered = 262_144;

export interface EventLot {
  /** An array of them, as JSON: the cheapest way across. They are numbered as they come, from 0 on. */
  readonly events: string;
  readonly count: number;
  /** What goes on: of each the event's number, how often it came again, and when last, in ms since 1970. */
  readonly repeats: Float64Array;
  readonly dropped: number;
}

/** Numbers in `repeats` for each event. */
export const repeatFields = 3;

/** The number that an event will be known by; undefined where it was dropped. */
export type EventNumber = number | undefined;

export class EventOutbox {
  readonly #post: (lot: EventLot) => void;
  #waiting: MachineEventInput[] = [];
  #repeats: number[] = [];
  #numbered = 0;
  #postedMs = Number.NEGATIVE_INFINITY;
  #dropped = 0;
  #underWay = 0;

  constructor(post: (lot: EventLot) => void) {
    this.#post = post;
  }

  add(event: MachineEventInput): EventNumber {
    if (this.#isFull) {
      this.#dropped++;
      return undefined;
    }
    this.#waiting.push(event);
    return this.#numbered++;
  }

  /** Tells how often an event has come again. @returns False where it is not known any more. */
  addRepeats(event: EventNumber, count: number, lastMs: number): boolean {
    if (event === undefined || event < this.#numbered - mostNumbered) return false;
    if (this.#isFull) this.#dropped++;
    else this.#repeats.push(event, count, lastMs);
    return true;
  }

  /** The other side has taken so many, of either. */
  taken(count: number): void {
    this.#underWay -= count;
  }

  /** Posts what is due. @returns After how many ms there is more to post. */
  due(nowMs: number): number {
    if (this.#size === 0 && this.#dropped === 0) return Number.POSITIVE_INFINITY;
    const waitMs = this.#postedMs + everyMs - nowMs;
    if (waitMs > 0 && this.#size < mostInLot) return waitMs;
    this.#postedMs = nowMs;
    this.flush();
    return Number.POSITIVE_INFINITY;
  }

  flush(): void {
    const repeats = Float64Array.from(this.#repeats);
    const longest = Math.max(this.#waiting.length, repeats.length / repeatFields);
    for (let from = 0; from < longest || this.#dropped > 0; from += mostInLot) {
      const events = this.#waiting.slice(from, from + mostInLot);
      const again = repeats.slice(from * repeatFields, (from + mostInLot) * repeatFields);
      this.#underWay += events.length + again.length / repeatFields;
      this.#post({
        ...{ events: JSON.stringify(events), count: events.length },
        ...{ repeats: again, dropped: this.#dropped },
      });
      this.#dropped = 0;
    }
    this.#waiting = [];
    this.#repeats = [];
  }

  get #size(): number {
    return this.#waiting.length + this.#repeats.length / repeatFields;
  }

  get #isFull(): boolean {
    return this.#size + this.#underWay >= mostWaiting;
  }
}
