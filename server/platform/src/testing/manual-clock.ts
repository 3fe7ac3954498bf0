// A clock that stands still until a test moves it.
import type { Clock } from "../time/clock.ts";

export class ManualClock implements Clock {
  #nowMs: number;
  readonly #steps: { readonly beforeMs: number; readonly byMs: number }[] = [];
  #timers = new Set<{ atMs: number; readonly callback: () => void }>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  asOfNowMs(stampMs: number): number {
    return this.#steps.reduce((ms, { beforeMs, byMs }) => (ms <= beforeMs ? ms + byMs : ms), stampMs);
  }

  /** Sets the clock forward, as NTP may: nothing falls due by that. */
  setForward(byMs: number): void {
    this.#steps.push({ beforeMs: this.#nowMs, byMs });
    this.#nowMs += byMs;
    for (const timer of this.#timers) timer.atMs += byMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(delayMs, 0), callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Moves on, calling back what falls due on the way, in order, each at its own time. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let next = this.#firstDue(untilMs); next !== undefined; next = this.#firstDue(untilMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  /** How many callbacks wait. */
  get pending(): number {
    return this.#timers.size;
  }

  #firstDue(untilMs: number) {
    return [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
  }
}
