// Watches over a log of changes: each reads the log from its own place, so a slow one costs no memory.
import type { Resource } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import { News } from "@neverland/platform/wait/pause.ts";
import { StoreError, type WatchEvent, type WatchOptions } from "./resource-store.ts";
import { isSelected } from "./selector.ts";
import type { StoreBackend, StoredChange } from "./store-backend.ts";

/** Where a watch is in the log. `wake` is there while it waits, and then it has read everything up to `version`. */
type Cursor = { readonly kindId: string; version: number; wake?: (() => void) | undefined };

/** Changes read from the log at once. */
const readAhead = 128;

export class WatchHub {
  readonly #backend: StoreBackend;
  readonly #clock: Clock;
  readonly #bookmarkMs: number;
  readonly #cursors = new Set<Cursor>();
  #closed = false;

  constructor(backend: StoreBackend, clock: Clock, bookmarkMs: number) {
    this.#backend = backend;
    this.#clock = clock;
    this.#bookmarkMs = bookmarkMs;
  }

  /** Tells the watches that these changes are in the log. */
  publish(changes: readonly StoredChange[]): void {
    const version = changes.at(-1)?.version;
    if (version === undefined) return;
    const touched = new Set(changes.map((change) => change.kindId));
    for (const cursor of this.#cursors) {
      if (!cursor.wake) continue;
      // A watch that waits on a quiet kind moves along, or a busy one would push it out of the kept history.
      if (touched.has(cursor.kindId)) cursor.wake();
      else cursor.version = version;
    }
  }

  /** Ends all watches with `unavailable`. */
  close(): void {
    this.#closed = true;
    for (const cursor of this.#cursors) cursor.wake?.();
  }

  follow(kindId: string, options: WatchOptions): AsyncIterable<WatchEvent> {
    const version = options.resourceVersion === undefined ? this.#backend.version : Number(options.resourceVersion);
    return this.#events({ kindId, version }, options);
  }

  async *#events(cursor: Cursor, options: WatchOptions): AsyncGenerator<WatchEvent> {
    let toldMs = this.#clock.nowMs();
    this.#cursors.add(cursor);
    try {
      while (!options.signal.aborted) {
        this.#refuseGap(cursor);
        const changes = this.#backend.changes(cursor.kindId, cursor.version, readAhead);
        for (const change of changes) {
          cursor.version = change.version;
          const event = toEvent(change, options);
          if (!event) continue;
          yield event;
          if (options.signal.aborted) return;
          toldMs = this.#clock.nowMs();
        }
        if (changes.length === 0) {
          cursor.version = this.#backend.version;
          await this.#news(cursor, toldMs + this.#bookmarkMs - this.#clock.nowMs(), options.signal);
        }
        if (this.#clock.nowMs() >= toldMs + this.#bookmarkMs && !options.signal.aborted) {
          yield { type: "bookmark", resourceVersion: String(cursor.version) };
          toldMs = this.#clock.nowMs();
        }
      }
    } finally {
      this.#cursors.delete(cursor);
    }
  }

  /** Resolves when there may be something to read, when `delayMs` has passed, or when `signal` aborts. */
  async #news(cursor: Cursor, delayMs: number, signal: AbortSignal): Promise<void> {
    const news = new News();
    cursor.wake = () => news.tell();
    await news.wait(this.#clock, delayMs, signal);
    cursor.wake = undefined;
  }

  #refuseGap({ version }: Cursor): void {
    if (this.#closed) throw new StoreError("unavailable", "The store is closed: this process is shutting down.");
    const { compactedVersion, version: newest } = this.#backend;
    if (version >= compactedVersion && version <= newest) return;
    const reason =
      version < compactedVersion
        ? `changes up to version ${compactedVersion} are no longer kept`
        : `this store is only at version ${newest}, so the version is of another one`;
    throw new StoreError("gone", `Cannot watch from version ${version}: ${reason}. List again, and watch from there.`);
  }
}

function toEvent(change: StoredChange, options: WatchOptions): WatchEvent | undefined {
  const object: Resource = JSON.parse(change.json);
  const before: Resource | undefined = change.previous === undefined ? undefined : JSON.parse(change.previous);
  const was = before !== undefined && isSelected(before, options);
  const is = change.type !== "deleted" && isSelected(object, options);
  if (is) return { type: was ? "modified" : "added", object };
  return was ? { type: "deleted", object } : undefined;
}
