// One watch: reads the log of its kind from its own place, so a slow one costs no memory.
import { onAbort } from "@neverland/platform/wait/abort.ts";
import type { PolledWatch } from "../polled-watch.ts";
import { StoreError, type WatchEvent, type WatchOptions } from "../resource-store.ts";
import { isSelected } from "../selector.ts";
import type { ChangeLog, LoggedChange, ObjectEvent } from "./change-log.ts";

/** What all watches of a store share. */
export type Watches = {
  readonly bookmarkMs: number;
  nowMs(): number;
  /** @throws {StoreError} `unavailable`. */
  mustBeOpen(): void;
  /** From now on `watch` is woken when something was written. */
  waits(kindId: string, watch: ResourceWatch): void;
  waitsNoMore(kindId: string, watch: ResourceWatch): void;
  /** Calls `goOn` of it in a turn of the event loop that is shared by all. */
  goesOnLater(watch: ResourceWatch): void;
};

type Result = IteratorResult<WatchEvent, undefined>;

/** So many events in a row are taken without a wait before the event loop goes on. */
const longestRun = 64;
/** Changes that are not the watch's, looked at in one go: each of a history that was loaded is parsed for that. */
const mostPassedOver = 32;

export class ResourceWatch implements AsyncIterableIterator<WatchEvent>, PolledWatch {
  readonly #hub: Watches;
  readonly #log: ChangeLog;
  readonly #kindId: string;
  readonly #options: WatchOptions;
  readonly #fromVersion: number;
  /** Where it is in the log of its kind; found when the first event is asked for, since that may be refused. */
  #at: number | undefined;
  /** An event that was found for who waits, and is not taken yet; or what the watch failed with. */
  #found: { readonly event: WatchEvent } | { readonly error: unknown } | undefined;
  #callback: (() => void) | undefined;
  #forgetSignal: (() => void) | undefined;
  #ended = false;
  #toldMs: number;
  #run = 0;
  /** There is more of the log to look at: at the hub's next turn, when somebody waits. */
  #isBehind = false;
  #isDue = false;

  constructor(hub: Watches, log: ChangeLog, kindId: string, options: WatchOptions) {
    this.#hub = hub;
    this.#log = log;
    this.#kindId = kindId;
    this.#options = options;
    this.#fromVersion = options.resourceVersion === undefined ? log.version : Number(options.resourceVersion);
    // From now on: counted from the call, wherever the log is when the first event is asked for.
    if (options.resourceVersion === undefined) this.#at = log.of(kindId).end;
    this.#toldMs = hub.nowMs();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Result> {
    if (++this.#run % longestRun === 0) await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const event = this.take();
      if (event) return { done: false, value: event };
      if (this.isOver) return { done: true, value: undefined };
      this.#run = 0;
      await new Promise<void>((resolve) => this.onNews(resolve));
    }
  }

  async return(): Promise<Result> {
    this.#end();
    return { done: true, value: undefined };
  }

  get isOver(): boolean {
    if (this.#options.signal.aborted) this.#end();
    return this.#ended;
  }

  take(): WatchEvent | undefined {
    if (this.isOver) return undefined;
    this.#forgetSignal ??= onAbort(this.#options.signal, () => this.#end());
    const found = this.#found ?? this.#look();
    this.#found = undefined;
    if (found === undefined || "event" in found) return found?.event;
    this.#end();
    throw found.error;
  }

  onNews(callback: () => void): void {
    this.#callback = callback;
    if (this.isOver || this.#found !== undefined) {
      this.#tell();
      return;
    }
    this.#hub.waits(this.#kindId, this);
    if (this.#isBehind) this.#goOnLater();
  }

  /** Something may have happened: looks whether there is an event for who waits. */
  wake(): void {
    if (this.#callback === undefined || this.#isDue) return;
    this.#found ??= this.#look();
    if (this.#found !== undefined) this.#tell();
    else if (this.#isBehind) this.#goOnLater();
  }

  goOn(): void {
    this.#isDue = false;
    this.wake();
  }

  #goOnLater(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#hub.goesOnLater(this);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#found = undefined;
    this.#forgetSignal?.();
    this.#tell();
  }

  #tell(): void {
    const callback = this.#callback;
    this.#callback = undefined;
    this.#hub.waitsNoMore(this.#kindId, this);
    callback?.();
  }

  #look(): { readonly event: WatchEvent } | { readonly error: unknown } | undefined {
    try {
      const event = this.#take();
      return event && { event };
    } catch (error) {
      return { error };
    }
  }

  /** The next event, when there is one. @throws {StoreError} `gone`, `unavailable`. */
  #take(): WatchEvent | undefined {
    this.#hub.mustBeOpen();
    const log = this.#log.of(this.#kindId);
    this.#at ??= this.#place();
    if (this.#at < log.first) throw this.#gap();
    const pause = this.#at + mostPassedOver;
    this.#isBehind = false;
    while (this.#at < log.end) {
      if (this.#at === pause) {
        this.#isBehind = true;
        return undefined;
      }
      const change = log.at(this.#at++);
      const event = change && toEvent(change, this.#options);
      if (event) return this.#told(event);
    }
    if (this.#hub.nowMs() < this.#toldMs + this.#hub.bookmarkMs) return undefined;
    // All of its kind is read, so nothing up to the store's own version was missed.
    return this.#told({ type: "bookmark", resourceVersion: String(this.#log.version) });
  }

  #told(event: WatchEvent): WatchEvent {
    this.#toldMs = this.#hub.nowMs();
    return event;
  }

  #place(): number {
    const from = this.#fromVersion;
    if (!(from >= this.#log.compactedVersion(this.#kindId) && from <= this.#log.version)) throw this.#gap();
    return this.#log.of(this.#kindId).find((change) => change.version <= from);
  }

  #gap(): StoreError {
    const { version } = this.#log;
    const compactedVersion = this.#log.compactedVersion(this.#kindId);
    const reason =
      this.#fromVersion > version
        ? `this store is only at version ${version}, so the version is of another one`
        : `changes up to version ${compactedVersion} are no longer kept`;
    return new StoreError(
      "gone",
      `Cannot watch from version ${this.#fromVersion}: ${reason}. List again, and watch from there.`,
    );
  }
}

function toEvent(change: LoggedChange, options: WatchOptions): ObjectEvent | undefined {
  const { namespace, labels, fields } = options;
  // Who takes everything is not asked about.
  if (namespace === undefined && !labels?.length && !fields?.length) return change.event(change.type);
  if (namespace !== undefined && namespace !== change.key.namespace) return undefined;
  const was = change.before !== undefined && isSelected(change.before, options);
  const is = change.type !== "deleted" && isSelected(change.after, options);
  if (is) return change.event(was ? "modified" : "added");
  return was ? change.event("deleted") : undefined;
}
