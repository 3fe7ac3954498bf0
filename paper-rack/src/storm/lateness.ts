// How much of the time who plays the machines was late itself: what it takes then, no server can be blamed for.
import type { Clock } from "@neverland/platform/time/clock.ts";

const everyMs = 20;
/** A machine that is late by less is as quick as many a firmware. */
const allowedMs = 100;

export class Lateness {
  readonly #clock: Pick<Clock, "nowMs" | "after">;
  readonly #fromMs: number;
  #lateMs = 0;
  #stop: () => void = () => undefined;

  constructor(clock: Pick<Clock, "nowMs" | "after">) {
    this.#clock = clock;
    this.#fromMs = clock.nowMs();
    this.#look();
  }

  /** Of the time since it began, from 0 to 1. */
  get share(): number {
    return this.#lateMs / Math.max(1, this.#clock.nowMs() - this.#fromMs);
  }

  end(): void {
    this.#stop();
  }

  #look(): void {
    const dueMs = this.#clock.nowMs() + everyMs;
    this.#stop = this.#clock.after(everyMs, () => {
      const lateMs = this.#clock.nowMs() - dueMs;
      if (lateMs > allowedMs) this.#lateMs += lateMs;
      this.#look();
    });
  }
}
