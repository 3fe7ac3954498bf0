// Events on their way from a thread of packets to the timeline: a lot at a time, the next when the main thread has taken that, which has
// others to answer between them; and never so many that it drowns in them.
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
    const isEmpty = this.#size === 0 && this.#dropped === 0;
    // Whoever takes what is under way wakes this thread.
    if (isEmpty || this.#underWay > 0) return Number.POSITIVE_INFINITY;
    const waitMs = this.#postedMs + everyMs - nowMs;
    if (waitMs > 0 && this.#size < mostInLot) return waitMs;
    this.#postedMs = nowMs;
    this.#postLot();
    return Number.POSITIVE_INFINITY;
  }

  /** Posts all there is. */
  flush(): void {
    while (this.#size > 0 || this.#dropped > 0) this.#postLot();
  }

  #postLot(): void {
    const events = this.#waiting.splice(0, mostInLot);
    const repeats = Float64Array.from(this.#repeats.splice(0, mostInLot * repeatFields));
    this.#underWay += events.length + repeats.length / repeatFields;
    this.#post({ events: JSON.stringify(events), count: events.length, repeats, dropped: this.#dropped });
    this.#dropped = 0;
  }

  get #size(): number {
    return this.#waiting.length + this.#repeats.length / repeatFields;
  }

  get #isFull(): boolean {
    return this.#size + this.#underWay >= mostWaiting;
  }
}
