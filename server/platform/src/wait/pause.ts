// Waiting for a time, or until there is news: each ends at once with its signal, and leaves neither timer nor listener behind.
import type { Clock } from "../time/clock.ts";
import { onAbort } from "./abort.ts";

export type WaitEnd = "news" | "timeout" | "aborted";

/** Resolves after `delayMs`, or as soon as `signal` aborts: look at the signal afterwards. */
export async function pause(clock: Pick<Clock, "after">, delayMs: number, signal: AbortSignal): Promise<void> {
  await new News().wait(clock, delayMs, signal);
}

/** Wakes the one who waits for it. What is told between two waits ends the second at once, so nothing is missed while looking. */
export class News {
  #isThere = false;
  #resolve: ((end: WaitEnd) => void) | undefined;

  /** Told several times before a wait, it ends one. */
  tell(): void {
    this.#isThere = true;
    this.#resolve?.("news");
  }

  /** Takes back what was told up to now. */
  forget(): void {
    this.#isThere = false;
  }

  /** One at a time may wait. @param timeoutMs `Infinity`: as long as it takes. */
  async wait(clock: Pick<Clock, "after">, timeoutMs: number, signal: AbortSignal): Promise<WaitEnd> {
    if (signal.aborted) return "aborted";
    if (!this.#isThere) {
      const { promise, resolve } = Promise.withResolvers<WaitEnd>();
      this.#resolve = resolve;
      const cancel =
        timeoutMs === Number.POSITIVE_INFINITY ? () => undefined : clock.after(timeoutMs, () => resolve("timeout"));
      const forget = onAbort(signal, () => resolve("aborted"));
      const end = await promise;
      cancel();
      forget();
      this.#resolve = undefined;
      if (end !== "news") return end;
    }
    this.#isThere = false;
    return "news";
  }
}
