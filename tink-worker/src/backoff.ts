// Waits that grow and are spread, so that a thousand machines do not come back in the same instant.

import { setTimeout as sleep } from "node:timers/promises";

export type Backoff = { readonly baseMs: number; readonly factor: number; readonly maxMs: number };

/** How long to wait after `failures` (from 1) in a row: between half and all of the grown delay.
 *  @param random From 0 to under 1. */
export function backoffDelayMs({ baseMs, factor, maxMs }: Backoff, failures: number, random: number): number {
  const grown = Math.min(maxMs, baseMs * factor ** Math.min(failures - 1, 60));
  return grown * (0.5 + random / 2);
}

export type Pause = (backoff: Backoff, failures: number, signal: AbortSignal) => Promise<void>;

/** The real pause; rejects with the signal's reason. */
export const pause: Pause = async (backoff, failures, signal) => {
  try {
    await sleep(backoffDelayMs(backoff, failures, Math.random()), undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
};
