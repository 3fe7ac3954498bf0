// What is wrong with the machine's interfaces is waited for, as a cable that is out, and told: who has begun a service wants it to be there
// when the network is.
import { NetworkError } from "@neverland/platform/network/network-error.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { pause } from "@neverland/platform/wait/pause.ts";

export type LinkDeps = { readonly warn: (message: string) => void; readonly clock: Pick<Clock, "after"> };

const lookEveryMs = 1000;
/** Told again this often. */
const looksPerWord = 60;

/** Resolves when `check` throws no more `no-interface`; each reason is told at once, and once a minute. */
export async function waitForLinks(
  check: () => Promise<void>,
  { warn, clock }: LinkDeps,
  signal: AbortSignal,
): Promise<void> {
  let told = "";
  for (let look = 0; ; look++) {
    const missing = await lackOf(check);
    if (missing === undefined) return;
    if (missing !== told || look % looksPerWord === 0) warn(`${missing}. Waiting for it; nothing is served until then`);
    told = missing;
    await pause(clock, lookEveryMs, signal);
    signal.throwIfAborted();
  }
}

/** @returns Why there is nothing to serve on yet, in a sentence; other faults are thrown. */
async function lackOf(check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (isOfLink(error)) return error.message;
    throw error;
  }
}

/** Whether it is of an interface that is not there or not ready. */
export function isOfLink(error: unknown): error is NetworkError {
  return error instanceof NetworkError && error.code === "no-interface";
}
