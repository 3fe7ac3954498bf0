// Runs work by key: one run of a key at a time, requests that come meanwhile merged into one, failures tried again later,
// groups of keys in turn. Each request, start and end costs the same however many keys there are.

import { Sequence } from "@neverland/platform/collections/sequence.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { Backoff } from "@neverland/platform/wait/backoff.ts";
import { Turns } from "@neverland/platform/wait/turns.ts";
import type { ControllerLimits, Outcome } from "./controller.ts";
import { KitError } from "./kit-error.ts";

export type WorkQueueDeps = {
  readonly clock: Clock;
  /** From 0 to below 1, to spread retries. */
  readonly random: () => number;
  /** May be killed at any line: a run begins from what is stored, never from what an earlier one remembered. */
  readonly run: (key: string, signal: AbortSignal) => Promise<Outcome>;
  /** Of a run that is left to itself at a stop there is no `retryInMs`. */
  readonly onError: (failure: { key: string; error: unknown; attempt: number; retryInMs?: number }) => void;
  /** Which keys share `concurrencyPerGroup`. Asked when a key begins to wait; without it all are one group. */
  readonly groupOf?: (key: string) => string;
};

export type WorkQueueLimits = Omit<ControllerLimits, "resyncMs">;

type Group = { readonly name: string; readonly waiting: Sequence<string>; running: number; isDue: boolean };
type Running = {
  readonly group: Group;
  readonly abort: AbortController;
  readonly end: Promise<void>;
  again: boolean;
  /** Until it has taken too long. */
  hasSlot: boolean;
};

/** What a run may take to end once its signal has aborted: a write that is under way. */
const breakOffMs = 250;

export class WorkQueue {
  readonly #deps: WorkQueueDeps;
  readonly #limits: WorkQueueLimits;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Running>();
  readonly #groups = new Map<string, Group>();
  /** Groups that have a key waiting and may run one: whoever was served goes to the end. */
  readonly #due = new Sequence<Group>();
  readonly #timers = new Map<string, () => void>();
  /** Of keys whose last run failed. */
  readonly #backoffs = new Map<string, Backoff>();
  #slotsTaken = 0;
  readonly #turns = new Turns();
  #stopped = false;

  constructor(deps: WorkQueueDeps, limits: WorkQueueLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** Keys that wait for their turn or run; those that wait for a time are not among them. */
  get size(): number {
    return this.#waiting.size + this.#running.size;
  }

  /** Runs the key soon; once more after the run it may be in. */
  add(key: string): void {
    if (this.#stopped) return;
    this.#cancelTimer(key);
    const running = this.#running.get(key);
    if (running !== undefined) running.again = true;
    else if (!this.#waiting.has(key)) this.#enqueue(key);
  }

  /** Resolves when nothing runs or waits to run; keys that wait for a time are not waited for. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.race([...this.#running.values()].map(({ end }) => end));
  }

  /**
   * Starts nothing more; runs get until `deadline` aborts, then their signals abort too. One that does not end soon after that is left to
   * itself, and named. Safe to call twice.
   */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    this.#groups.clear();
    for (const key of this.#timers.keys()) this.#cancelTimer(key);
    const runs = [...this.#running];
    const ends = Promise.all(runs.map(([, { end }]) => end));
    await unlessAborted(ends, deadline).catch(() => undefined);
    for (const [, { abort }] of runs) abort.abort(deadline.reason);
    // By no clock that a test holds still: a stop ends whatever the time is.
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, breakOffMs);
    await Promise.race([ends, over.promise]);
    clearTimeout(timer);
    for (const [key, { hasSlot }] of this.#running) if (hasSlot) this.#nameLeft(key);
  }

  #enqueue(key: string): void {
    const name = this.#deps.groupOf?.(key) ?? "";
    const group = this.#groups.getOrInsertComputed(name, () => ({
      ...{ name, waiting: new Sequence<string>(), running: 0, isDue: false },
    }));
    this.#waiting.add(key);
    group.waiting.push(key);
    this.#line(group);
    this.#startDue();
  }

  #line(group: Group): void {
    if (group.isDue || group.waiting.length === 0 || group.running >= this.#limits.concurrencyPerGroup) return;
    group.isDue = true;
    this.#due.push(group);
  }

  #startDue(): void {
    while (!this.#stopped && this.#slotsTaken < this.#limits.concurrency) {
      const group = this.#due.shift();
      if (group === undefined) return;
      group.isDue = false;
      const key = group.waiting.shift();
      if (key === undefined) continue;
      this.#waiting.delete(key);
      group.running += 1;
      this.#slotsTaken += 1;
      const abort = new AbortController();
      this.#running.set(key, { group, abort, end: this.#run(key, abort), again: false, hasSlot: true });
      this.#line(group);
    }
  }

  async #run(key: string, abort: AbortController): Promise<void> {
    // Thousands of keys that wait for nothing else must not hold the event loop.
    await this.#turns.next();
    if (!this.#stopped) await this.#runNow(key, abort);
    this.#ended(key);
  }

  async #runNow(key: string, abort: AbortController): Promise<void> {
    const { clock, run } = this.#deps;
    const { runTimeoutMs } = this.#limits;
    const cancel = clock.after(runTimeoutMs, () => {
      const error = new KitError("too-long", `${key} was worked on for ${runTimeoutMs} ms without coming to an end`);
      abort.abort(error);
      this.#giveUp(key, error);
    });
    try {
      const { wakeAtMs } = await run(key, abort.signal);
      if (this.#running.get(key)?.hasSlot) this.#succeeded(key, wakeAtMs);
    } catch (error) {
      if (this.#running.get(key)?.hasSlot) this.#retry(key, error);
    }
    cancel();
  }

  /** A run may not look at its signal: others do not wait for it, but its key stays locked, and its place in its group taken. */
  #giveUp(key: string, error: KitError): void {
    this.#freeSlot(key);
    this.#retry(key, error);
    this.#startDue();
  }

  #freeSlot(key: string): void {
    const running = this.#running.get(key);
    if (running === undefined || !running.hasSlot) return;
    running.hasSlot = false;
    this.#slotsTaken -= 1;
  }

  #succeeded(key: string, wakeAtMs: number | undefined): void {
    this.#backoffs.delete(key);
    if (wakeAtMs !== undefined) this.#addAfter(key, wakeAtMs - this.#deps.clock.nowMs());
  }

  #ended(key: string): void {
    const running = this.#running.get(key);
    if (running === undefined) return;
    const { group, again } = running;
    this.#freeSlot(key);
    this.#running.delete(key);
    group.running -= 1;
    if (group.running === 0 && group.waiting.length === 0) this.#groups.delete(group.name);
    else this.#line(group);
    if (again) this.add(key);
    this.#startDue();
  }

  #retry(key: string, error: unknown): void {
    const { firstRetryMs: firstMs, longestRetryMs: longestMs } = this.#limits;
    const { onError, random } = this.#deps;
    const backoff = this.#backoffs.getOrInsertComputed(key, () => new Backoff({ firstMs, longestMs }, random));
    const retryInMs = backoff.nextMs();
    onError({ key, error, attempt: backoff.failures, ...(!this.#stopped && { retryInMs }) });
    this.#addAfter(key, retryInMs);
  }

  /** What becomes of it is nobody's any more: it has no end to tell of. */
  #nameLeft(key: string): void {
    this.#freeSlot(key);
    const text = `${key} was still worked on when the time to stop was over: it was left to itself, and is brought forward at the next start`;
    this.#deps.onError({ key, error: new KitError("too-long", text), attempt: 0 });
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
