// The time of day, kept sane: it never goes back, and how far it was set forward is known, so that no wait is cut short by it.

export type TimeSource = {
  /** Milliseconds since 1970, as the system has it: set by people and by NTP. */
  readonly wallMs: () => number;
  /** Milliseconds since any moment, by a clock that nobody sets. */
  readonly upMs: () => number;
};

/** The wall clock was set by so much, in milliseconds; less than 0: back. */
export type StepListener = (byMs: number) => void;

type Step = { readonly beforeMs: number; readonly byMs: number };

/** What NTP corrects by and by is followed; from here on the clock was set. */
const toleranceMs = 2000;
const mostSteps = 64;
/** The longest wait that setTimeout honours; a longer one fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Set forward, it follows at once, and `asOfNowMs` moves what was stamped before along with it. Set back, it goes on at half speed until the
 * wall clock has caught up: stamps stay in order, and a wait takes at most twice as long.
 */
export class SteadyClock {
  readonly #source: TimeSource;
  readonly #startMs: number;
  readonly #listeners = new Set<StepListener>();
  readonly #steps: Step[] = [];
  #nowMs: number;
  #upMs: number;
  #isBehind = false;

  constructor(source: TimeSource) {
    this.#source = source;
    this.#startMs = this.#nowMs = source.wallMs();
    this.#upMs = source.upMs();
  }

  /** Whole milliseconds since 1970 (UTC), never less than before. */
  nowMs(): number {
    const upMs = this.#source.upMs();
    const wallMs = this.#source.wallMs();
    const passedMs = upMs - this.#upMs;
    const expectedMs = this.#nowMs + passedMs;
    const aheadMs = wallMs - expectedMs;
    this.#upMs = upMs;
    this.#nowMs = aheadMs >= 0 ? wallMs : Math.max(wallMs, this.#nowMs + passedMs / 2);
    if (aheadMs > toleranceMs) this.#wasSetForward({ beforeMs: expectedMs, byMs: aheadMs });
    const isBehind = aheadMs < -toleranceMs;
    if (isBehind && !this.#isBehind) this.#tell(aheadMs);
    this.#isBehind = isBehind;
    return Math.floor(this.#nowMs);
  }

  /** See `Clock`. */
  asOfNowMs(stampMs: number): number {
    // What lies ahead was stamped by a clock that was wrong, before this process began: it is as old as that, at least.
    const firstMs = stampMs > this.nowMs() ? this.#startMs : stampMs;
    return this.#steps.reduce((ms, { beforeMs, byMs }) => (ms <= beforeMs ? ms + byMs : ms), firstMs);
  }

  /** Calls back once after `delayMs`, however the clock is set meanwhile; the returned function gives it up. `isIdle`: see `Clock`. */
  after(delayMs: number, callback: () => void, isIdle = false): () => void {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), longestTimerMs));
    if (isIdle) timer.unref();
    return () => clearTimeout(timer);
  }

  /** Calls back each time that the wall clock is found to have been set. @returns What ends that. */
  onStep(listener: StepListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #wasSetForward(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length > mostSteps) {
      const [first, second] = this.#steps.splice(0, 2);
      if (first && second) this.#steps.unshift({ beforeMs: second.beforeMs, byMs: first.byMs + second.byMs });
    }
    this.#tell(step.byMs);
  }

  #tell(byMs: number): void {
    for (const listener of this.#listeners) listener(byMs);
  }
}
