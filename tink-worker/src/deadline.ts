// A signal that aborts when another does or when a time is over, whichever is first, and says which it was.

/** The time was over. */
export class TimeoutReached extends Error {
  override readonly name = "TimeoutReached";
}

const timerLimitMs = 2 ** 31 - 1; // a longer setTimeout would fire at once

/** @param limitMs `Infinity` for no limit. `cancel` is to be called when done. */
export function deadlineSignal(parent: AbortSignal, limitMs: number): { signal: AbortSignal; cancel: () => void } {
  const controller = new AbortController();
  const timer =
    limitMs <= timerLimitMs
      ? setTimeout(() => controller.abort(new TimeoutReached("the time is over")), limitMs)
      : undefined;
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener("abort", follow, { once: true });
  const cancel = (): void => {
    clearTimeout(timer);
    parent.removeEventListener("abort", follow);
  };
  return { signal: controller.signal, cancel };
}
