// How long to wait before the next try: twice as long each time, up to a limit, and spread so that many do not come at once.

export type BackoffLimits = { readonly firstMs: number; readonly longestMs: number };

export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #failures = 0;

  /** @param random From 0 to below 1; the wait is between a half and the whole of what the failures so far make. Without it: the whole. */
  constructor(limits: BackoffLimits, random: () => number = () => 1) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** @returns The wait after one more failure. */
  nextMs(): number {
    const { firstMs, longestMs } = this.#limits;
    // Beyond 30 doublings the factor would leave the range in which numbers are exact.
    const wholeMs = Math.min(firstMs * 2 ** Math.min(this.#failures, 30), longestMs);
    this.#failures += 1;
    return Math.round(wholeMs * (0.5 + this.#random() / 2));
  }

  /** After a success. */
  reset(): void {
    this.#failures = 0;
  }
}
