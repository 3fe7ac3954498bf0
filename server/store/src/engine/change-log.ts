// The kept history of a store, from which watches are fed.
import type { Resource, ResourceKey } from "@neverland/api";
import { Sequence } from "@neverland/platform/collections/sequence.ts";
import { resourceJson } from "../resource-json.ts";
import type { WatchEvent } from "../resource-store.ts";
import type { Forgotten, StoredVersions } from "./store-backend.ts";

/** How much of the log is kept: changes of so many bytes in all (objects before and after), none from before that time. */
export type HistoryBounds = { readonly bytes: number; readonly sinceMs: number };

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

/** Compaction goes on until so small a part of the bytes has room again, so that its cost is shared by many writes. */
const roomPart = 1 / 64;
/** Most changes that are forgotten at once; what is more is forgotten at the next writes. */
const compactionStep = 1024;

class KindLog {
  readonly changes = new Sequence<LoggedChange>();
  bytes = 0;
  /** Of this kind, changes up to this version are forgotten. */
  compactedVersion: number;

  constructor(compactedVersion: number) {
    this.compactedVersion = compactedVersion;
  }

  append(change: LoggedChange): void {
    this.changes.push(change);
    this.bytes += change.sizeBytes;
  }

  forgetOldest(): LoggedChange | undefined {
    const change = this.changes.shift();
    if (change === undefined) return undefined;
    this.bytes -= change.sizeBytes;
    this.compactedVersion = change.version;
    return change;
  }

  get oldest(): LoggedChange | undefined {
    return this.changes.at(this.changes.first);
  }
}

/** Each kind has a history of its own. When all together are too large the largest one gives way: a busy kind costs no quiet one its own. */
export class ChangeLog {
  readonly #kinds = new Map<string, KindLog>();
  #version = 0;
  /** Of kinds that had no changes at the start. */
  #compactedVersion = 0;
  #unreadVersion = 0;
  #bytes = 0;
  #forgotten: number[] = [];

  /** Of the last write. */
  get version(): number {
    return this.#version;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Of this kind, changes up to this version are forgotten. */
  compactedVersion(kindId: string): number {
    return this.#kindOf(kindId).compactedVersion;
  }

  /** Whether nothing of this kind was written after `version`, for certain. */
  isUnchangedSince(kindId: string, version: number): boolean {
    const { changes, compactedVersion } = this.#kindOf(kindId);
    return (changes.at(changes.end - 1)?.version ?? compactedVersion) <= version && version <= this.#version;
  }

  /**
   * Begins at a state whose history follows, oldest first, or is forgotten.
   * @param start `unreadVersion`: of all kinds the changes up to it are too old; the others of before `compactedVersion` are not all there.
   */
  startAt({ version, compactedVersion, unreadVersion }: StoredVersions & { readonly unreadVersion: number }): void {
    this.#version = version;
    this.#compactedVersion = Math.max(compactedVersion, unreadVersion);
    this.#unreadVersion = unreadVersion;
  }

  /** A change of before the start. What is after the oldest that there is of a kind is all there. */
  restore(change: LoggedChange): void {
    const compactedVersion = Math.min(this.#compactedVersion, change.version - 1);
    this.#kinds.getOrInsertComputed(change.kindId, () => new KindLog(compactedVersion));
    this.append(change);
  }

  append(change: LoggedChange): void {
    this.#kindOf(change.kindId).append(change);
    this.#bytes += change.sizeBytes;
    this.#version = Math.max(this.#version, change.version);
  }

  /** The changes of one kind. */
  of(kindId: string): Sequence<LoggedChange> {
    return this.#kindOf(kindId).changes;
  }

  /** Forgets the oldest changes beyond the bounds, some at a time. */
  compact({ bytes, sinceMs }: HistoryBounds): void {
    let steps = compactionStep;
    for (const kind of this.#kinds.values())
      while ((kind.oldest?.timeMs ?? Number.POSITIVE_INFINITY) < sinceMs && steps-- > 0) this.#forgetOldest(kind);
    if (this.#bytes <= bytes) return;
    while (this.#bytes > bytes * (1 - roomPart) && steps-- > 0) this.#forgetOldest(this.#largest());
  }

  /** What the medium has not been told of, or has not answered to. */
  get forgotten(): Forgotten {
    return { upTo: this.#unreadVersion, versions: [...this.#forgotten] };
  }

  /** The medium has dropped it. */
  dropped({ versions }: Forgotten): void {
    this.#forgotten.splice(0, versions.length);
  }

  #kindOf(kindId: string): KindLog {
    return this.#kinds.getOrInsertComputed(kindId, () => new KindLog(this.#compactedVersion));
  }

  #largest(): KindLog | undefined {
    let largest: KindLog | undefined;
    for (const kind of this.#kinds.values()) if (kind.bytes > (largest?.bytes ?? -1)) largest = kind;
    return largest;
  }

  #forgetOldest(kind: KindLog | undefined): void {
    const change = kind?.forgetOldest();
    if (change === undefined) return;
    this.#bytes -= change.sizeBytes;
    this.#forgotten.push(change.version);
  }
}
