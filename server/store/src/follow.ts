// Keeps a reader up to date with one kind of resource: everything once, then every change, for as long as it is wanted.
import { formatKey, type KindInfo, type Resource } from "@neverland/api";
import { KeyMap } from "@neverland/platform/collections/key-map.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import { Backoff } from "@neverland/platform/wait/backoff.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import { type ResourceStore, StoreError } from "./resource-store.ts";
import { faultOf, hasSoundMetadata } from "./stored-fault.ts";

export type ChangeType = "added" | "modified" | "deleted";

export type Follower<R extends Resource = Resource> = {
  /** `metadata`: it looks at nothing else, and is given also those of which only the rest is not acceptable. */
  readonly needs?: "metadata";
  /**
   * Each object that there is, then each that changes. When changes may have been missed, the difference is handed over: what
   * has gone meanwhile is `deleted`, as it was last seen. Objects are shared and frozen.
   */
  onChange(type: ChangeType, object: R): void;
  /**
   * A list has been handed over: at the start, and again after each gap. `items` is everything there is, also what was left out
   * because no schema accepts it: nothing but `metadata` can be relied on.
   */
  onListed?(items: readonly Resource[]): void;
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
        await handover.list(items);
        ready.resolve();
        backoff.reset();
        for await (const event of store.watch(kind, { resourceVersion, signal }))
          if (event.type !== "bookmark") handover.change(event.type, event.object);
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
  readonly #given = new KeyMap<Resource>();

  constructor(kind: KindInfo, follower: Follower<R>, signal: AbortSignal) {
    this.#kind = kind;
    this.#follower = follower;
    this.#signal = signal;
  }

  async list(items: readonly Resource[]): Promise<void> {
    const breather = new Breather();
    // Of what was given before, if anything: a first list needs no second one beside it.
    const present = this.#given.size > 0 ? new KeyMap<Resource>() : undefined;
    for (const item of items) {
      if (breather.isDue) await breather.breathe();
      if (this.#signal.aborted) return;
      present?.set(item.metadata, item);
      if (present === undefined || !this.#isKnown(item)) this.change("modified", item);
    }
    if (present !== undefined)
      for (const object of this.#given.values()) {
        if (breather.isDue) await breather.breathe();
        if (!present.has(object.metadata)) this.change("deleted", object);
      }
    this.#follower.onListed?.(items);
  }

  #isKnown({ metadata }: Resource): boolean {
    return this.#given.get(metadata)?.metadata.resourceVersion === metadata.resourceVersion;
  }

  change(type: ChangeType, object: Resource): void {
    // What no schema accepts is as good as not there.
    if (type === "deleted" || !this.#isAcceptable(object)) {
      const before = this.#given.delete(object.metadata);
      if (before) this.#hand("deleted", type === "deleted" ? object : before);
    } else {
      const before = this.#given.set(object.metadata, object);
      // Deleted and made anew during a gap: who follows is told that the one it knew has gone.
      const isAnother = before !== undefined && before.metadata.uid !== object.metadata.uid;
      if (isAnother) this.#hand("deleted", before);
      this.#hand(before && !isAnother ? "modified" : "added", object);
    }
  }

  #isAcceptable(object: Resource): boolean {
    return this.#follower.needs === "metadata" ? hasSoundMetadata(object) : faultOf(object) === undefined;
  }

  #hand(type: ChangeType, object: Resource): void {
    try {
      // Validated by the kind's schemas when it was written, or when it was loaded.
      this.#follower.onChange(type, object as R);
    } catch (cause) {
      const id = `${this.#kind.kind} ${formatKey(object.metadata)}`;
      const text = `${id} could not be taken as it is, and is left out until it changes: ${cause}`;
      this.#follower.onError(new StoreError("not-taken", text, { cause }), 0);
    }
  }
}
