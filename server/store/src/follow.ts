// Keeps a reader up to date with one kind of resource: everything once, then every change, for as long as it is wanted.
import { formatKey, type KindInfo, type Resource } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import { Backoff } from "@neverland/platform/wait/backoff.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import { type ResourceStore, StoreError } from "./resource-store.ts";

export type ChangeType = "added" | "modified" | "deleted";

export type Follower<R extends Resource = Resource> = {
  /**
   * Each object that there is, then each that changes. When changes may have been missed, the difference is handed over: what
   * has gone meanwhile is `deleted`, as it was last seen. Objects are shared and frozen.
   */
  onChange(type: ChangeType, object: R): void;
  /**
   * Instead of the difference, everything there is in one call: at the start, and again whenever changes may have been
   * missed. Holds the event loop for as long as it takes, so it is for kinds of which there are few.
   */
  onList?(items: readonly R[]): void;
  /**
   * The store failed, and is asked again after `retryInMs`; or the follower threw at one object, which `error` names
   * (StoreError `not-taken`): the rest goes on without it, nothing is tried again, and `retryInMs` is 0.
   */
  onError(error: unknown, retryInMs: number): void;
};

export type Following = {
  /** Resolves once all there is was handed over. Rejects when `signal` aborts before that. */
  readonly ready: Promise<void>;
  /** Resolves after `signal` aborted. */
  readonly done: Promise<void>;
};

type FollowDeps = { store: Pick<ResourceStore, "list" | "watch">; clock: Clock; signal: AbortSignal };

const retries = { firstMs: 50, longestMs: 5000 };

export function follow<R extends Resource>(
  { store, clock, signal }: FollowDeps,
  kind: KindInfo,
  follower: Follower<R>,
): Following {
  const ready = Promise.withResolvers<void>();
  // Nobody may be waiting for it when the signal aborts.
  ready.promise.catch(() => undefined);
  const forget = onAbort(signal, () => ready.reject(signal.reason));
  const run = async () => {
    const backoff = new Backoff(retries);
    const handover = new Handover(kind, follower, signal);
    while (!signal.aborted) {
      try {
        const { items, resourceVersion } = await store.list(kind);
        // Objects were validated by the kind's schema when they were written.
        await handover.list(items as R[]);
        ready.resolve();
        backoff.reset();
        for await (const event of store.watch(kind, { resourceVersion, signal }))
          if (event.type !== "bookmark") handover.change(event.type, event.object as R);
      } catch (error) {
        const retryMs = backoff.nextMs();
        // After `gone` the list says what was missed; that is no fault.
        if (!(error instanceof StoreError && error.code === "gone")) follower.onError(error, retryMs);
        await pause(clock, retryMs, signal);
      }
    }
    forget();
  };
  return { ready: ready.promise, done: run() };
}

/** Hands objects to the follower one by one: one that it cannot take costs neither the others nor the watch. */
class Handover<R extends Resource> {
  readonly #kind: KindInfo;
  readonly #follower: Follower<R>;
  readonly #signal: AbortSignal;
  /** What the follower was given, for finding what has gone during a gap. */
  readonly #given = new Map<string, R>();

  constructor(kind: KindInfo, follower: Follower<R>, signal: AbortSignal) {
    this.#kind = kind;
    this.#follower = follower;
    this.#signal = signal;
  }

  async list(items: readonly R[]): Promise<void> {
    if (this.#follower.onList && this.#takesWhole(items)) return;
    const breather = new Breather();
    const present = new Set<string>();
    for (const item of items) {
      if (breather.isDue) await breather.breathe();
      if (this.#signal.aborted) return;
      const id = formatKey(item.metadata);
      present.add(id);
      const before = this.#given.get(id);
      if (before?.metadata.resourceVersion === item.metadata.resourceVersion) continue;
      this.change(before === undefined ? "added" : "modified", item);
    }
    for (const [id, object] of this.#given) if (!present.has(id)) this.change("deleted", object);
  }

  change(type: ChangeType, object: R): void {
    const id = formatKey(object.metadata);
    if (type === "deleted") this.#given.delete(id);
    else if (!this.#follower.onList) this.#given.set(id, object);
    try {
      this.#follower.onChange(type, object);
    } catch (cause) {
      const text = `${this.#kind.kind} ${id} could not be taken as it is, and is left out until it changes: ${cause}`;
      this.#follower.onError(new StoreError("not-taken", text, { cause }), 0);
    }
  }

  /** A list with an object that the follower throws at is handed over again, one by one, to find which it is. */
  #takesWhole(items: readonly R[]): boolean {
    try {
      this.#follower.onList?.(items);
      return true;
    } catch {
      this.#follower.onList?.([]);
      for (const item of items) this.change("added", item);
      return true;
    }
  }
}
