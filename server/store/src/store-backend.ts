// What a storage medium must do for StoreEngine: rows, a log of changes, transactions. It knows no resources.
import type { ResourceKey } from "@neverland/api";

/** One stored object, as JSON text. `version` is that of its last write. */
export type StoredRow = { readonly key: ResourceKey; readonly version: number; readonly json: string };

/** One entry of the log. `previous` is the object before: it tells what left a selector, and rebuilds old states. */
export type StoredChange = {
  readonly version: number;
  readonly timeMs: number;
  readonly kindId: string;
  readonly key: ResourceKey;
  readonly type: "added" | "modified" | "deleted";
  readonly json: string;
  readonly previous?: string;
};

export type ScanRange = { readonly namespace?: string; readonly after?: ResourceKey };

/** What of the log is kept: at most so many changes of so many bytes in all, none from before that time. */
export type HistoryBounds = { readonly count: number; readonly bytes: number; readonly sinceMs: number };

/** Everything is synchronous; what it throws is a StoreError `unavailable`. */
export interface StoreBackend {
  /** The version of the last write; 0 for an empty store. */
  readonly version: number;
  /** Changes up to this version are forgotten. */
  readonly compactedVersion: number;
  read(kindId: string, key: ResourceKey): StoredRow | undefined;
  /** In the order of namespace and name. */
  scan(kindId: string, range: ScanRange): Iterable<StoredRow>;
  count(kindId: string, range: ScanRange): number;
  /** Oldest first, at most `limit`. */
  changes(kindId: string, afterVersion: number, limit: number): readonly StoredChange[];
  /** Runs `work` wholly or not at all. When it returns, what `work` wrote is durable. */
  transaction<T>(work: () => T): T;
  /** Within a transaction only. */
  write(change: StoredChange): void;
  /** Forgets the changes beyond any of the bounds, oldest first. Within a transaction only. */
  compact(bounds: HistoryBounds): void;
  close(): void;
}

/** Where `key` stands in the order of a scan, relative to `other`. */
export function compareKeys(key: ResourceKey, other: ResourceKey): number {
  return compareText(key.namespace, other.namespace) || compareText(key.name, other.name);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
