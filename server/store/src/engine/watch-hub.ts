// The watches of a store: who waits is woken by the write, and each is told now and then how far it has come.
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Turns } from "@neverland/platform/wait/turns.ts";
import { StoreError, type WatchEvent, type WatchOptions } from "../resource-store.ts";
import type { ChangeLog, LoggedChange } from "./change-log.ts";
import { ResourceWatch, type Watches } from "./resource-watch.ts";

export class WatchHub implements Watches {
  readonly #log: ChangeLog;
  readonly #clock: Clock;
  readonly bookmarkMs: number;
  /** By kind, those that have read all there is of it. */
  readonly #waiting = new Map<string, Set<ResourceWatch>>();
  readonly #turns = new Turns();
  #cancelRound: (() => void) | undefined;
  #closed = false;

  constructor(log: ChangeLog, clock: Clock, bookmarkMs: number) {
    this.#log = log;
    this.#clock = clock;
    this.bookmarkMs = bookmarkMs;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  follow(kindId: string, options: WatchOptions): AsyncIterable<WatchEvent> {
    return new ResourceWatch(this, this.#log, kindId, options);
  }

  /** Tells the watches that these changes are in the log. */
  publish(changes: readonly LoggedChange[]): void {
    for (const kindId of new Set(changes.map((change) => change.kindId)))
      for (const watch of this.#waiting.get(kindId) ?? []) watch.wake();
  }

  /** Ends all watches with `unavailable`. */
  close(): void {
    this.#closed = true;
    this.#cancelRound?.();
    this.#cancelRound = undefined;
    for (const watches of this.#waiting.values()) for (const watch of watches) watch.wake();
  }

  /** @throws {StoreError} `unavailable`. */
  mustBeOpen(): void {
    if (this.#closed)
      throw new StoreError("unavailable", "The store is closed: this process is shutting down.", { isPassing: true });
  }

  waits(kindId: string, watch: ResourceWatch): void {
    this.#waiting.getOrInsertComputed(kindId, () => new Set()).add(watch);
    this.#cancelRound ??= this.#clock.after(this.#roundMs, () => this.#round());
  }

  waitsNoMore(kindId: string, watch: ResourceWatch): void {
    const watches = this.#waiting.get(kindId);
    watches?.delete(watch);
    if (watches?.size === 0) this.#waiting.delete(kindId);
  }

  goesOnLater(watch: ResourceWatch): void {
    this.#turns.run(() => watch.goOn(), true);
  }

  /** One timer for all: a timer of each would be armed anew at every event. */
  #round(): void {
    this.#cancelRound = undefined;
    if (this.#waiting.size === 0) return;
    this.#cancelRound = this.#clock.after(this.#roundMs, () => this.#round());
    for (const watches of this.#waiting.values()) for (const watch of watches) watch.wake();
  }

  get #roundMs(): number {
    return Math.max(this.bookmarkMs / 4, 10);
  }
}
