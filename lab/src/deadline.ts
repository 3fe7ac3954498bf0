// Waiting that always ends: a deadline and a caller's signal in one, and the sentence for whichever came first.
import { LabError } from "./lab-error.ts";

export interface Patience {
  /** Gives up when the caller does. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/**
 * Runs `start` with a signal that aborts at the deadline or with the caller, and rejects then, whether `start` listens or not.
 * @param what Ends the sentence "waited N s for …".
 * @throws {LabError} `timeout` or `aborted`, or what `start` throws.
 */
export async function within<T>(
  what: string,
  patience: Patience,
  start: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gaveUp = Promise.withResolvers<never>();
  const inner = new AbortController();
  const giveUp = (error: LabError): void => {
    gaveUp.reject(error);
    inner.abort(error);
  };
  const onAbort = (): void => giveUp(new LabError("aborted", `stopped waiting for ${what}: the caller gave up`));
  const timer = setTimeout(
    () => giveUp(new LabError("timeout", `waited ${patience.timeoutMs / 1000} s for ${what}, in vain`)),
    patience.timeoutMs,
  );
  patience.signal?.addEventListener("abort", onAbort, { once: true });
  if (patience.signal?.aborted === true) onAbort();
  gaveUp.promise.catch(() => undefined);
  try {
    return await Promise.race([start(inner.signal), gaveUp.promise]);
  } finally {
    clearTimeout(timer);
    patience.signal?.removeEventListener("abort", onAbort);
  }
}
