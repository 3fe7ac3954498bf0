// Time as a dependency, so that deadlines are tested without waiting.
import { SteadyClock } from "./steady-clock.ts";

export interface Clock {
  /** Milliseconds since 1970 (UTC). */
  nowMs(): number;
  /**
   * Where a moment that was stamped earlier lies on the clock as it is now: the clock may have been set since. The difference to
   * `nowMs()` is how long ago it really was; for stamps of earlier processes, as far as that can be known.
   */
  asOfNowMs(stampMs: number): number;
  /**
   * Calls back once after `delayMs`; the returned function gives it up.
   * @param isIdle No process that has nothing else to do goes on for it.
   */
  after(delayMs: number, callback: () => void, isIdle?: boolean): () => void;
}

const steady = new SteadyClock({ wallMs: () => Date.now(), upMs: () => performance.now() });

export const systemClock: Clock = {
  nowMs: () => steady.nowMs(),
  asOfNowMs: (stampMs) => steady.asOfNowMs(stampMs),
  after: (delayMs, callback, isIdle) => steady.after(delayMs, callback, isIdle),
};

/** Calls back each time that the system's clock is found to have been set, by how many ms; less than 0: back. @returns What ends that. */
export function onClockSet(listener: (byMs: number) => void): () => void {
  return steady.onStep(listener);
}

let formattedMs = Number.NaN;
let formatted = "";

/** RFC 3339 with milliseconds, in UTC. What one moment's events and lines of the log all say is put into words once. */
export function formatTime(ms: number): string {
  if (ms !== formattedMs) {
    formatted = new Date(ms).toISOString();
    formattedMs = ms;
  }
  return formatted;
}

/** RFC 3339 in whole seconds, in UTC, as Kubernetes writes times. */
export function formatSeconds(ms: number): string {
  return `${formatTime(ms).slice(0, -".000Z".length)}Z`;
}
