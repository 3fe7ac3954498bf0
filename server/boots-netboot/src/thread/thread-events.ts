// Records what a thread of packets tells, and counts what it says has come again. One for each thread: it numbers its events from 0 on.
import type { MachineEventInput, RecordedEvent } from "@neverland/api";
import { type EventLot, mostNumbered, repeatFields } from "./event-outbox.ts";

export class ThreadEvents {
  readonly #record: (event: MachineEventInput) => RecordedEvent | undefined;
  /** The latest ones, each at its number. */
  readonly #recorded: (RecordedEvent | undefined)[] = [];
  #next = 0;

  constructor(record: (event: MachineEventInput) => RecordedEvent | undefined) {
    this.#record = record;
  }

  /** @returns How much was taken. */
  take({ events, count, repeats }: EventLot): number {
    // Our own thread made the text.
    for (const event of JSON.parse(events) as MachineEventInput[])
      this.#recorded[this.#next++ % mostNumbered] = this.#record(event);
    for (let at = 0; at < repeats.length; at += repeatFields) {
      const [number = 0, times = 0, lastMs = 0] = [repeats[at], repeats[at + 1], repeats[at + 2]];
      this.#recorded[number % mostNumbered]?.repeated(times, lastMs);
    }
    return count + repeats.length / repeatFields;
  }
}
