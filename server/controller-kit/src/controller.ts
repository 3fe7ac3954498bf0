// What a controller says of itself: its kind, what moves it, what it may write, how much at once. All else is the kit's.
import type { KindInfo, Resource } from "@neverland/api";
import type { Service } from "@neverland/platform/service.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";

/** When the key wants to be run again by itself, by the clock's time; absent, when something changes. */
export type Outcome = {
  readonly wakeAtMs?: number | undefined;
  /**
   * The version that the run itself wrote last, when it knows that a run of just that would do nothing before `wakeAtMs`, if that is set. The key is then not
   * run for its own write, but for whatever else comes.
   */
  readonly settledVersion?: string | undefined;
};

/** What a controller writes. `whole` is making and deleting objects; `spec` is all but the status; `metadata` is of that the metadata alone. */
export type Output = {
  readonly kind: KindInfo;
  readonly part: "metadata" | "spec" | "status" | "whole";
  /** `exclusive`: no other controller may declare the same. */
  readonly mode: "exclusive" | "shared";
};

/** Objects of the controller's kind that a change concerns: one by its `namespace/name`, or all that a look-up finds. */
export type Affected =
  | { readonly key: string }
  | {
      /** One of the kind's `indexes`: a look-up costs what it finds. */
      readonly by: string;
      readonly values: readonly string[];
      /** All when absent. */
      readonly namespace?: string;
    };

/** Whom a change of another object concerns. Of the objects that a look-up finds, `pick` says which are run; all when absent. */
export type Watch<Changed extends Resource = Resource, R extends Resource = Resource> = {
  readonly kind: KindInfo;
  /** @param isGone Deleted: `changed` is how it was last. */
  affects(changed: Changed, isGone: boolean): readonly Affected[];
  pick?(found: readonly R[]): readonly R[];
};

/** As a watch, for what is not in the store: `subscribe` tells whom it concerns for as long as the controller runs. */
export type Signal<R extends Resource = Resource> = {
  /** @returns What ends it. */
  subscribe(tell: (affected: Affected) => void): () => void;
  pick?(found: readonly R[]): readonly R[];
};

/** Takes back what was done outside of the object, however the object goes. */
export type Finalizer<R extends Resource = Resource> = {
  /** As it stands in `metadata.finalizers`. */
  readonly name: string;
  /** Whether something is to be taken back, or is about to be: it is put on before `reconcile` sees such an object, and taken off when nothing is left. */
  isNeeded(object: R): boolean;
};

export type ControllerLimits = {
  /** Most runs at once. */
  readonly concurrency: number;
  /** Most runs at once of one group (see `groupOf`): what hangs on one slow host leaves the rest alone. */
  readonly concurrencyPerGroup: number;
  /** Everything is looked at again this often, should anything have been missed. */
  readonly resyncMs: number;
  /** One run; then its signal aborts, it counts as failed, and others run in its place. */
  readonly runTimeoutMs: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
};

export const defaultControllerLimits: ControllerLimits = {
  concurrency: 8,
  concurrencyPerGroup: Number.POSITIVE_INFINITY,
  resyncMs: 300_000,
  runTimeoutMs: 60_000,
  firstRetryMs: 10,
  longestRetryMs: 60_000,
};

/** What the controller does, made anew at each start: nothing is remembered over a stop but what is stored. */
export type Work<R extends Resource = Resource> = {
  /** Told of each object of the kind, and of each change, before anything is run for it: for facts that are kept in memory. */
  heard?(object: R, isGone: boolean): void;
  /** May be killed at any line: decides on the object as it is now. `signal` aborts when the run takes too long, or at the end of a stop. */
  reconcile(object: R, signal: AbortSignal): Promise<Outcome>;
  /**
   * For an object that is to go and has something to take back. Done when it resolves without `wakeAtMs`; may be called again after that.
   * Needed with a `finalizer`.
   */
  finalize?(object: R, signal: AbortSignal): Promise<Outcome>;
};

/** What holds of every controller, and is held to: another read or write is refused, and so is a second writer of the same. */
type Declaration = {
  readonly name: string;
  /** What it reads beside what it writes, its kind and what it watches. */
  readonly reads?: readonly KindInfo[];
  readonly writes: readonly Output[];
};

export type Controller<R extends Resource = Resource> = Declaration & {
  /** Each object of it is run when it changes. */
  readonly kind: KindInfo;
  readonly watches?: readonly Watch<Resource, R>[];
  readonly signals?: readonly Signal<R>[];
  readonly limits?: Partial<ControllerLimits>;
  /** For `concurrencyPerGroup`; without it all are one group. */
  groupOf?(object: R): string;
  readonly finalizer?: Finalizer<R>;
  /** @param store Refuses what is not declared above. */
  begin(store: ResourceStore): Work<R>;
};

/** One that no single kind moves: when it does what is its own. */
export type FreeController = Declaration & {
  /** Those that it takes off objects, as they stand in `metadata.finalizers`. */
  readonly finalizers?: readonly string[];
  /** Made anew at each start. @param store Refuses what is not declared above. */
  begin(store: ResourceStore): Service;
};
