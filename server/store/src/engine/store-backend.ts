// What a storage medium must do for StoreEngine: keep rows and a log of changes, durably. It knows no resources, and is never read
// on behalf of a reader: everything there is is loaded into memory once.
import type { ResourceKey } from "@neverland/api";

/** One stored object. `json` is as it was written, or as somebody made it with another program. */
export type StoredRow = {
  readonly kindId: string;
  readonly key: ResourceKey;
  /** Of its last write. */
  readonly version: number;
  readonly json: string;
  /** What `json` is parsed, where that was done for many at once. */
  readonly value?: unknown;
};

/** One write. `json` is the object after it; of a deleted one, as it was last. */
export type StoredChange = Omit<StoredRow, "value"> & {
  readonly timeMs: number;
  readonly type: "added" | "modified" | "deleted";
};

/** One entry of the log as it is read back. */
export type StoredHistory = Omit<StoredChange, "json"> & {
  /** The object before: it tells what left a selector, and rebuilds old states. */
  readonly previous?: string;
  /** Of a deleted object, as it was last. Of others the object after is the `previous` of its next change, or its row. */
  readonly last?: string;
};

export type StoredVersions = {
  /** The version of the last write; 0 for an empty store. */
  readonly version: number;
  /** Changes after this version are all kept; of those before it, some of some kinds. */
  readonly compactedVersion: number;
};

/** Changes that may be dropped: all up to a version, and single ones after it. */
export type Forgotten = { readonly upTo: number; readonly versions: readonly number[] };

/**
 * Everything it throws is a StoreError `unavailable`. One call at a time of each: the next comes when the last was answered.
 * A medium that several servers share (PostgreSQL) has to refuse a commit whose versions are taken, and to tell of others' changes.
 */
export interface StoreBackend {
  versions(): Promise<StoredVersions>;
  /** All rows, in parts small enough to be taken in one turn of the event loop. Before the first commit only. */
  rows(): AsyncIterable<readonly StoredRow[]>;
  /** The log, newest first, in parts likewise. Before the first commit only. */
  history(): AsyncIterable<readonly StoredHistory[]>;
  /**
   * Writes all of it or nothing; durable when it resolves. Versions grow by one.
   */
  commit(changes: readonly StoredChange[], forgotten: Forgotten): Promise<void>;
  /** After what is being written. Safe to call twice. */
  close(): Promise<void>;
}
