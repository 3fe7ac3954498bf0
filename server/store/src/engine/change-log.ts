// The kept history of a store: what watches are fed from, and what old states of a list are rebuilt from.
import type { Resource, ResourceKey } from "@neverland/api";
import { Sequence } from "@neverland/platform/collections/sequence.ts";
import { resourceJson } from "../resource-json.ts";
import type { WatchEvent } from "../resource-store.ts";

/** How much of the log is kept: so many changes of so many bytes in all (objects before and after), none from before that time. */
export type HistoryBounds = { readonly count: number; readonly bytes: number; readonly sinceMs: number };

type Objects = { readonly after: Resource; readonly before: Resource | undefined };
export type ObjectEvent = Exclude<WatchEvent, { type: "bookmark" }>;

/** One write. All watches are given the same event objects. */
export class LoggedChange {
  readonly version: number;
  readonly timeMs: number;
  readonly kindId: string;
  readonly key: ResourceKey;
  readonly type: ObjectEvent["type"];
  readonly sizeBytes: number;
  #objects: Objects | (() => Objects);
  #events: Partial<Record<ObjectEvent["type"], ObjectEvent>> = {};

  /** @param objects Or how they are made: of a history that was loaded, few are ever asked for. */
  constructor(
    { version, timeMs, kindId, key, type }: Pick<LoggedChange, "version" | "timeMs" | "kindId" | "key" | "type">,
    objects: Objects | (() => Objects),
    sizeBytes?: number,
  ) {
    this.version = version;
    this.timeMs = timeMs;
    this.kindId = kindId;
    this.key = key;
    this.type = type;
    this.#objects = objects;
    this.sizeBytes = sizeBytes ?? sizeOf(this.after) + sizeOf(this.before);
  }

  /** The object after the write; of a deleted one, as it was last. */
  get after(): Resource {
    return this.#made().after;
  }

  get before(): Resource | undefined {
    return this.#made().before;
  }

  event(type: ObjectEvent["type"]): ObjectEvent {
    this.#events[type] ??= { type, object: this.after };
    return this.#events[type];
  }

  #made(): Objects {
    if (typeof this.#objects === "function") this.#objects = this.#objects();
    return this.#objects;
  }
}

/** Text of a store is nearly always one byte a character. */
function sizeOf(resource: Resource | undefined): number {
  return resource === undefined ? 0 : resourceJson(resource).length;
}

/** Compaction is done once this many changes are too many, so that its cost is shared by many writes. */
const compactionSlack = 256;
/** Most changes that are forgotten at once; what is more is forgotten at the next writes. */
const compactionStep = 1024;

export class ChangeLog {
  readonly #all = new Sequence<LoggedChange>();
  readonly #byKind = new Map<string, Sequence<LoggedChange>>();
  #version = 0;
  #compactedVersion = 0;
  #bytes = 0;

  /** Of the last write. */
  get version(): number {
    return this.#version;
  }

  /** Changes up to this version are forgotten. */
  get compactedVersion(): number {
    return this.#compactedVersion;
  }

  /** Begins at a state whose history follows, or is forgotten. */
  startAt({ version, compactedVersion }: { version: number; compactedVersion: number }): void {
    this.#version = version;
    this.#compactedVersion = compactedVersion;
  }

  append(change: LoggedChange): void {
    this.#all.push(change);
    this.of(change.kindId).push(change);
    this.#bytes += change.sizeBytes;
    this.#version = Math.max(this.#version, change.version);
  }

  /** The changes of one kind. */
  of(kindId: string): Sequence<LoggedChange> {
    return this.#byKind.getOrInsertComputed(kindId, () => new Sequence());
  }

  /** Forgets the oldest changes when those beyond the bounds are worth it, some at a time. */
  compact({ count, bytes, sinceMs }: HistoryBounds): void {
    const isDue = this.#all.length > count + compactionSlack || this.#bytes > bytes || this.#isOld(sinceMs);
    if (!isDue) return;
    for (let step = 0; step < compactionStep; step++) {
      if (this.#all.length <= count && this.#bytes <= bytes && !this.#isOld(sinceMs)) return;
      this.#forgetOldest();
    }
  }

  #isOld(sinceMs: number): boolean {
    return (this.#all.at(this.#all.first)?.timeMs ?? Number.POSITIVE_INFINITY) < sinceMs;
  }

  #forgetOldest(): void {
    const change = this.#all.shift();
    if (!change) return;
    this.of(change.kindId).shift();
    this.#bytes -= change.sizeBytes;
    this.#compactedVersion = change.version;
  }
}
