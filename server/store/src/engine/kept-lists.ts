// States of kinds that lists in pages were begun at: the next page is of the same one, whatever was written meanwhile. A state shares
// with the present what has not been written since, so it costs what was; never more than its kind.
import type { Resource } from "@neverland/api";
import { resourceJson } from "../resource-json.ts";
import type { Snapshot } from "./sorted-resources.ts";

/** How much is kept: so many bytes in all, though always the one that was asked for last; and none that nobody has asked for since that time. */
export type ListBounds = { readonly bytes: number; readonly sinceMs: number };

/** An object that the present has no more. */
export type Old = { readonly version: number; readonly sizeBytes: number };

/** @param old What is in the snapshot and not in the present. */
export type ListState = {
  readonly kindId: string;
  readonly version: number;
  readonly snapshot: Snapshot;
  readonly old: Iterable<Old>;
};

type KeptList = {
  readonly kindId: string;
  readonly version: number;
  readonly snapshot: Snapshot;
  /** What it takes by itself. */
  readonly ownBytes: number;
  /** What was replaced while it was the newest of its kind; older ones have some of it, too, and newer ones none. */
  readonly old: Old[];
  askedMs: number;
};

/** What one counts for at least, so that there are never very many; and for each of its objects: its block may have to be copied. */
const leastBytes = { list: 64 * 1024, object: 8 };
/** What is gone through at once to forget: one or two milliseconds. What is more is forgotten at the next calls. */
const steps = { atOnce: 64 * 1024, list: 64 };

export class KeptLists {
  /** Least recently asked for first. */
  readonly #all = new Set<KeptList>();
  /** Oldest state first. None is empty. */
  readonly #byKind = new Map<string, KeptList[]>();
  #sizeBytes = 0;

  /** Of all that the present does not have; what several have may count twice. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** When the one was asked for that nobody has asked for since longest. */
  get leastAskedMs(): number | undefined {
    for (const { askedMs } of this.#all) return askedMs;
    return undefined;
  }

  /** Forgets others in its place: reads alone keep what they began within the bounds. */
  keep({ kindId, version, snapshot, old }: ListState, nowMs: number, bounds: ListBounds): void {
    if (this.find(kindId, version, nowMs)) return;
    const ownBytes = leastBytes.list + leastBytes.object * snapshot.count({});
    const list: KeptList = { kindId, version, snapshot, ownBytes, old: [], askedMs: nowMs };
    const lists = this.#byKind.getOrInsertComputed(kindId, () => []);
    const newer = lists.findIndex((each) => each.version > version);
    lists.splice(newer === -1 ? lists.length : newer, 0, list);
    this.#all.add(list);
    this.#sizeBytes += ownBytes;
    for (const each of old) this.#count(list, each);
    this.forget(bounds);
  }

  find(kindId: string, version: number, nowMs: number): Snapshot | undefined {
    const list = this.#byKind.get(kindId)?.find((each) => each.version === version);
    if (list === undefined) return undefined;
    list.askedMs = nowMs;
    this.#all.delete(list);
    this.#all.add(list);
    return list.snapshot;
  }

  /** The present has another object in the place of `before`, or none. */
  replaced(kindId: string, before: Resource): void {
    const newest = this.#byKind.get(kindId)?.at(-1);
    if (newest !== undefined && Number(before.metadata.resourceVersion) <= newest.version)
      this.#count(newest, oldOf(before));
  }

  /** Some at a time. @returns Whether there is more to forget. */
  forget({ bytes, sinceMs }: ListBounds): boolean {
    let left = steps.atOnce;
    for (const list of this.#all) {
      const isTooMuch = this.#sizeBytes > bytes && this.#all.size > 1;
      if (!isTooMuch && list.askedMs >= sinceMs) return false;
      if (left <= 0) return true;
      left -= steps.list + list.old.length;
      this.#drop(list);
    }
    return false;
  }

  #count({ old }: KeptList, each: Old): void {
    old.push(each);
    this.#sizeBytes += each.sizeBytes;
  }

  #drop(list: KeptList): void {
    const lists = this.#byKind.get(list.kindId) ?? [];
    const at = lists.indexOf(list);
    lists.splice(at, 1);
    if (lists.length === 0) this.#byKind.delete(list.kindId);
    this.#all.delete(list);
    this.#sizeBytes -= list.ownBytes;
    const older = lists[at - 1];
    for (const old of list.old)
      if (older !== undefined && old.version <= older.version) older.old.push(old);
      else this.#sizeBytes -= old.sizeBytes;
  }
}

export function oldOf(resource: Resource): Old {
  return { version: Number(resource.metadata.resourceVersion), sizeBytes: resourceJson(resource).length };
}
