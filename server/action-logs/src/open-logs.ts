// The logs that are being written to: each is opened once and used by one at a time, and closed when nobody writes any more.
import type { Clock } from "@neverland/platform/time/clock.ts";
import { ActionLogError } from "./action-log-error.ts";
import type { OpenLog } from "./log-file.ts";

export type OpenLogsLimits = {
  /** Files open at once, beyond those in use at the moment. */
  readonly mostOpen: number;
  readonly idleMs: number;
};

type Entry = {
  readonly opening: Promise<OpenLog>;
  /** The end of the last one's work. */
  turn: Promise<unknown>;
  users: number;
  usedMs: number;
};

export class OpenLogs {
  readonly #open: (path: string) => Promise<OpenLog>;
  readonly #clock: Clock;
  readonly #limits: OpenLogsLimits;
  /** The longest unused first. */
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  #cancelSweep: (() => void) | undefined;

  constructor(open: (path: string) => Promise<OpenLog>, clock: Clock, limits: OpenLogsLimits) {
    this.#open = open;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Does `work` with the log when it is its turn. */
  async use<T>(path: string, work: (log: OpenLog) => Promise<T>): Promise<T> {
    const entry = this.#take(path);
    try {
      const log = await entry.opening;
      const done = entry.turn.then(() => work(log));
      entry.turn = done.catch(() => undefined);
      return await done;
    } catch (error) {
      // What is known of the file may not be what is in it: the next one opens it anew. What was wrong with the lines came to no file.
      const isOfCaller = error instanceof ActionLogError && error.code === "invalid";
      if (!isOfCaller && this.#entries.get(path) === entry) this.#entries.delete(path);
      throw error;
    } finally {
      entry.users -= 1;
      if (this.#entries.get(path) !== entry) this.#close(entry);
      else this.#closeSurplus();
      this.#sweepLater();
    }
  }

  /** Closes those whose path begins with `prefix`, when they are no longer in use. */
  async forget(prefix: string): Promise<void> {
    for (const [path, entry] of this.#entries)
      if (path.startsWith(prefix)) {
        this.#entries.delete(path);
        this.#close(entry);
      }
    await Promise.all(this.#closing);
  }

  async close(): Promise<void> {
    this.#cancelSweep?.();
    await this.forget("");
  }

  #take(path: string): Entry {
    const known = this.#entries.get(path);
    const entry = known ?? { opening: this.#open(path), turn: Promise.resolve(), users: 0, usedMs: 0 };
    entry.users += 1;
    entry.usedMs = this.#clock.nowMs();
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    return entry;
  }

  #closeSurplus(): void {
    for (const [path, entry] of this.#entries) {
      if (this.#entries.size <= this.#limits.mostOpen) return;
      if (entry.users > 0) continue;
      this.#entries.delete(path);
      this.#close(entry);
    }
  }

  /** Nothing while it is in use: the last user comes back here. */
  #close(entry: Entry): void {
    if (entry.users > 0) return;
    const closing: Promise<void> = entry.opening
      .then(({ file }) => file.close())
      .catch(() => undefined)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #sweepLater(): void {
    if (this.#cancelSweep !== undefined) return;
    this.#cancelSweep = this.#clock.after(this.#limits.idleMs, () => {
      this.#cancelSweep = undefined;
      const sinceMs = this.#clock.nowMs() - this.#limits.idleMs;
      for (const [path, entry] of this.#entries) {
        if (entry.users > 0 || entry.usedMs > sinceMs) continue;
        this.#entries.delete(path);
        this.#close(entry);
      }
      if (this.#entries.size > 0) this.#sweepLater();
    });
  }
}
