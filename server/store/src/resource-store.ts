// What every store promises. One suite, store-contract.ts, holds each driver to it.
import type { KindInfo, Resource, ResourceKey } from "@neverland/api";

export type StoreErrorCode =
  | "not-found"
  | "already-exists"
  /** The object was changed since it was read; read it again and decide anew. */
  | "conflict"
  /** The watch (or the page of a list) cannot go on from that version; list again. */
  | "gone"
  /** A reader threw at this one object; it is named, and left out. Never thrown by a store: `follow` reports it. */
  | "not-taken"
  /** Nothing was written: the disk is full, the file is locked or broken. */
  | "unavailable";

type StoreErrorOptions = ErrorOptions & {
  readonly isLasting?: boolean;
  readonly isPassing?: boolean;
  readonly continueToken?: string;
};

/** A request that the store refuses or cannot carry out. `code` is API; the text is for people. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  /** Of `unavailable`: nothing mends it while this process lives. */
  readonly isLasting: boolean;
  /** Of `unavailable`: it ends by itself and soon; of all others a person has to see to it, and hears of it at once. */
  readonly isPassing: boolean;
  /** Of a page that is `gone`: what a list goes on with after the last page, of a later state. */
  readonly continueToken: string | undefined;
  constructor(code: StoreErrorCode, message: string, options: StoreErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.isLasting = options.isLasting ?? false;
    this.isPassing = options.isPassing ?? false;
    this.continueToken = options.continueToken;
  }
}

/** One clause of a label or field selector. A field is a dotted path such as `spec.workflow` or `metadata.name`. */
export type Selector =
  | {
      readonly key: string;
      readonly operator: "in" | "not-in";
      readonly values: readonly string[];
      /** What else counts as the field's value: what people are shown in its place. Such a clause is answered by no index. */
      readonly also?: (object: Resource) => string | undefined;
    }
  | { readonly key: string; readonly operator: "exists" | "not-exists" }
  /** Of whole numbers: what has none is on neither side. */
  | { readonly key: string; readonly operator: "above" | "below"; readonly bound: bigint };

export type ListOptions = {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labels?: readonly Selector[];
  readonly fields?: readonly Selector[];
  /** The state as it was then: `gone` when it is forgotten. What keeps no old states shows the newest, as the list's version says. */
  readonly atVersion?: string;
  /** Most items of one page. */
  readonly limit?: number;
  /** From the last page; pages of one list show one state of the store, or the next page fails with `gone`. */
  readonly continueToken?: string;
};

export type ResourceList = {
  readonly items: Resource[];
  /** Its pages never fail with `gone`, and objects are made when they are listed: who hands over very many takes pages. */
  readonly pagesLast?: true;
  /** The version of the store that the list shows; watch from here misses nothing. */
  readonly resourceVersion: string;
  readonly continueToken?: string;
  readonly remainingItemCount?: number;
};

export type WatchEvent =
  | { readonly type: "added" | "modified" | "deleted"; readonly object: Resource }
  /** Nothing up to this version was missed; a watch may be resumed from it. */
  | { readonly type: "bookmark"; readonly resourceVersion: string };

export type WatchOptions = Omit<ListOptions, "atVersion" | "limit" | "continueToken"> & {
  /** Events after this version. Absent: only what happens from now on. */
  readonly resourceVersion?: string;
  readonly signal: AbortSignal;
};

/** Resources as callers hand them in: the store fills in uid, versions and times. */
export type NewResource<R extends Resource = Resource> = Omit<R, "metadata"> & {
  metadata: Partial<R["metadata"]> & ResourceKey;
};

/** As many writes as a transaction takes: who has very many asks for so many at a time. Fewer wait for a flush of the disk of their own. */
export const writesAtOnce = 512;

/** What must still be true of the object for a delete to be done. */
export type Preconditions = { readonly uid?: string; readonly resourceVersion?: string };

/**
 * Resources by kind and key. The store knows versions, conflicts, watches and lifetimes (finalizers, deletion time),
 * and no rules: validation and defaults are done before.
 *
 * - A write resolves only when it is durable; what was acknowledged survives SIGKILL and power loss.
 * - `resourceVersion` is one counter for the whole store: every write that changes something takes the next number.
 * - `update` replaces metadata and spec and keeps the stored status; `updateStatus` replaces the status alone (and
 *   `metadata.managedFields`, when given: the record of who owns which field covers both halves). What the store fills
 *   in (uid, creationTimestamp, generation, deletionTimestamp) is kept, whatever the caller sends.
 *   When `metadata.resourceVersion` or `metadata.uid` is given and is not the stored one, they throw `conflict`.
 *   An empty string is not given.
 * - `generation` grows when the spec changes. A write that changes nothing yields the stored object and no event.
 * - `delete` of an object with finalizers sets `deletionTimestamp`; it goes when an update removes the last finalizer.
 * - History is bounded, each kind's by itself: a busy one takes nothing from another while that has less. A watch from a version whose
 *   successors are forgotten, or that this store never reached, throws `gone`.
 * - The state of a list in pages is kept while the pages are asked for, whatever is written meanwhile. When there are too many such lists
 *   the next page of one throws `gone`, with the token that goes on with what is there now. Too many lists of past states at a time
 *   throw `unavailable`.
 * - Objects handed out are shared with everybody, and frozen to their leaves: copy what is to be changed. Of one version there is one
 *   object in a process, whether from get, list or watch; all watches get the same event. `resourceJson(object)` is its text.
 * - A list by `in` of a field that is in `KindInfo.indexes`, of `ownersIndex` or of `metadata.name` costs what it finds. Through a step with `[]` an
 *   object has several values: `in` holds when one of them is asked for, `not-in` when none is.
 */
export interface ResourceStore {
  get(kind: KindInfo, key: ResourceKey): Promise<Resource | undefined>;
  list(kind: KindInfo, options?: ListOptions): Promise<ResourceList>;
  /** Namespaces that have objects of this kind, in no order. Costs what it finds. */
  namespaces(kind: KindInfo): Promise<readonly string[]>;
  /** @throws {StoreError} `already-exists`. */
  create(kind: KindInfo, resource: NewResource): Promise<Resource>;
  /** @throws {StoreError} `not-found`, `conflict`. */
  update(kind: KindInfo, resource: Resource): Promise<Resource>;
  /** @throws {StoreError} `not-found`, `conflict`. */
  updateStatus(kind: KindInfo, resource: Resource): Promise<Resource>;
  /** @throws {StoreError} `not-found`, `conflict` (when a precondition does not hold). */
  delete(kind: KindInfo, key: ResourceKey, preconditions?: Preconditions): Promise<Resource>;
  /**
   * Events in the order of their versions, each once. Ends without error when `signal` aborts.
   * "From now on" counts from the call, not from the first event asked for.
   * @throws {StoreError} `gone` when it cannot go on without a gap; `unavailable` when the store is closed.
   */
  watch(kind: KindInfo, options: WatchOptions): AsyncIterable<WatchEvent>;
  /** Writes what is pending and closes. Safe to call twice. */
  close(): Promise<void>;
}
