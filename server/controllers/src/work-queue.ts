// Runs work by key: one run of a key at a time, requests that come meanwhile merged into one, failures tried again later.
import type { Clock } from "@neverland/platform/clock.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";

/** When the key wants to be run again by itself; absent, when something changes. */
export type Outcome = { readonly wakeAtMs?: number | undefined };

export type WorkQueueDeps = {
  readonly clock: Clock;
  /** From 0 to below 1, to spread retries. */
  readonly random: () => number;
  /** May be killed at any line: a run begins from what is stored, never from what an earlier one remembered. */
  readonly run: (key: string, signal: AbortSignal) => Promise<Outcome>;
  readonly onError: (failure: { key: string; error: unknown; attempt: number; retryInMs: number }) => void;
};

export type WorkQueueOptions = {
  readonly concurrency: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
};

const defaults: WorkQueueOptions = { concurrency: 8, firstRetryMs: 10, longestRetryMs: 60_000 };

export class WorkQueue {
  readonly #deps: WorkQueueDeps;
  readonly #options: WorkQueueOptions;
  readonly #abort = new AbortController();
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, () => void>();
  readonly #failures = new Map<string, number>();
  #stopped = false;

  constructor(deps: WorkQueueDeps, options: Partial<WorkQueueOptions> = {}) {
    this.#deps = deps;
    this.#options = { ...defaults, ...options };
  }

  /** Runs the key soon; once more after the run it may be in. */
  add(key: string): void {
    if (this.#stopped) return;
    this.#cancelTimer(key);
    if (this.#running.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#startWaiting();
  }

  /** Resolves when nothing runs or waits to run; keys that wait for a time are not waited for. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running.values());
  }

  /** Starts nothing more; runs get until `deadline` aborts, then their signal aborts too. Safe to call twice. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    this.#again.clear();
    for (const key of this.#timers.keys()) this.#cancelTimer(key);
    const giveUp = () => this.#abort.abort(deadline.reason);
    const forget = onAbort(deadline, giveUp);
    await Promise.all(this.#running.values());
    forget();
  }

  #startWaiting(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return;
      this.#waiting.delete(key);
      this.#running.set(key, this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    // What is called by `add` must not run within the caller's stack.
    await Promise.resolve();
    try {
      const { wakeAtMs } = await this.#deps.run(key, this.#abort.signal);
      this.#failures.delete(key);
      if (wakeAtMs !== undefined) this.#addAfter(key, wakeAtMs - this.#deps.clock.nowMs());
    } catch (error) {
      this.#retry(key, error);
    }
    this.#running.delete(key);
    if (this.#again.delete(key)) this.add(key);
    this.#startWaiting();
  }

  #retry(key: string, error: unknown): void {
    const attempt = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, attempt);
    const { firstRetryMs, longestRetryMs } = this.#options;
    const backoffMs = Math.min(firstRetryMs * 2 ** Math.min(attempt - 1, 30), longestRetryMs);
    const retryInMs = Math.round(backoffMs * (0.5 + this.#deps.random() / 2));
    this.#deps.onError({ key, error, attempt, retryInMs });
    this.#addAfter(key, retryInMs);
  }

  /** The newest time a key asked for counts. */
  #addAfter(key: string, delayMs: number): void {
    this.#cancelTimer(key);
    if (this.#stopped) return;
    this.#timers.set(
      key,
      this.#deps.clock.after(Math.max(delayMs, 0), () => this.add(key)),
    );
  }

  #cancelTimer(key: string): void {
    this.#timers.get(key)?.();
    this.#timers.delete(key);
  }
}
