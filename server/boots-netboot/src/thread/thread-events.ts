// Records what a thread of packets tells, and counts what it says has come again. One for each thread: it numbers its events from 0 on.
import type { MachineEventInput, RecordedEvent } from "@neverland/api";
import { Burst } from "@neverland/platform/wait/burst.ts";
import { type EventLot, mostNumbered, repeatFields } from "./event-outbox.ts";

export class ThreadEvents {
  readonly #record: (event: MachineEventInput) => RecordedEvent | undefined;
  /** Of a hall that starts there are thousands at once, and at first each takes ten times as long as later. */
  readonly #burst = new Burst();
  /** The latest ones, each at its number. */
  readonly #recorded: (RecordedEvent | undefined)[] = [];
  #next = 0;

  /** @param record Must not throw. */
  constructor(record: (event: MachineEventInput) => RecordedEvent | undefined) {
    this.#record = record;
  }

  /** At once as far as there is time, the rest in slices. @param onTaken Told of how many, when all are recorded. */
  take({ events, count, repeats }: EventLot, onTaken: (count: number) => void): void {
    // Our own thread made the text.
    for (const event of JSON.parse(events) as MachineEventInput[]) this.#inTurn(() => this.#add(event));
    for (let at = 0; at < repeats.length; at += repeatFields) {
      const [number = 0, times = 0, lastMs = 0] = [repeats[at], repeats[at + 1], repeats[at + 2]];
      this.#inTurn(() => this.#recorded[number % mostNumbered]?.repeated(times, lastMs));
    }
    this.#inTurn(() => onTaken(count + repeats.length / repeatFields));
  }

  /** Resolves when all that was taken so far is recorded. */
  async settled(): Promise<void> {
    await this.#burst.next();
  }

  #add(event: MachineEventInput): void {
    this.#recorded[this.#next++ % mostNumbered] = this.#record(event);
  }

  #inTurn(piece: () => void): void {
    this.#burst.run(piece, true);
  }
}
