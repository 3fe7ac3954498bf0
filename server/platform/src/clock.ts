// Time as a dependency, so that deadlines are tested without waiting.

export interface Clock {
  /** Milliseconds since 1970 (UTC). */
  nowMs(): number;
  /** Calls back once after `delayMs`; the returned function gives it up. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The longest wait that setTimeout honours; a longer one fires at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), longestTimerMs));
    return () => clearTimeout(timer);
  },
};

/** RFC 3339 with milliseconds, in UTC. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}
