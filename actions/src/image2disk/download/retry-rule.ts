// When a broken download is taken up again, and when it is given up.

export type RetryRule = {
  /** Without RETRY_ENABLED: this many failures in a row, without one new byte between them, are the end. */
  readonly maxFailures: number;
  /** With RETRY_ENABLED: so long without one new byte is the end, however many failures. */
  readonly maxMs: number | undefined;
};

export const usualRule: RetryRule = { maxFailures: 5, maxMs: undefined };

const firstDelayMs = 500;
const longestDelayMs = 15_000;

/**
 * @param failures Failures in a row since the last new byte, this one counted.
 * @param idleMs Time since the last new byte.
 * @returns How long to wait before the next try, in milliseconds, or `give-up`.
 */
export function nextTry(rule: RetryRule, failures: number, idleMs: number): number | "give-up" {
  const isOver = rule.maxMs === undefined ? failures >= rule.maxFailures : idleMs >= rule.maxMs;
  if (isOver) return "give-up";
  return Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs);
}
