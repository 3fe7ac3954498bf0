// Keeps a reader up to date with one kind of resource: everything once, then every change, for as long as it is wanted.
import type { KindInfo, Resource } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import { Backoff } from "@neverland/platform/wait/backoff.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import { type ResourceStore, StoreError } from "./resource-store.ts";

export type Follower<R extends Resource = Resource> = {
  /** Everything there is: at the start, and again whenever changes may have been missed. Forget what is not in it. */
  onList(items: readonly R[]): void;
  onChange(type: "added" | "modified" | "deleted", object: R): void;
  /** The store failed; it is asked again after `retryInMs`. */
  onError(error: unknown, retryInMs: number): void;
};

export type Following = {
  /** Resolves once the first list was handed over. Rejects when `signal` aborts before that. */
  readonly ready: Promise<void>;
  /** Resolves after `signal` aborted. */
  readonly done: Promise<void>;
};

const retries = { firstMs: 50, longestMs: 5000 };

/** Handing over never throws away the watch: an error of the follower's own is passed to `onError` as any other. */
export function follow<R extends Resource>(
  { store, clock, signal }: { store: Pick<ResourceStore, "list" | "watch">; clock: Clock; signal: AbortSignal },
  kind: KindInfo,
  follower: Follower<R>,
): Following {
  const ready = Promise.withResolvers<void>();
  // Nobody may be waiting for it when the signal aborts.
  ready.promise.catch(() => undefined);
  const run = async () => {
    const backoff = new Backoff(retries);
    while (!signal.aborted) {
      try {
        await listAndWatch(store, kind, follower, signal, () => {
          ready.resolve();
          backoff.reset();
        });
      } catch (error) {
        const retryMs = backoff.nextMs();
        // After `gone` the list says what was missed; that is no fault.
        if (!(error instanceof StoreError && error.code === "gone")) follower.onError(error, retryMs);
        await pause(clock, retryMs, signal);
      }
    }
    ready.reject(signal.reason);
  };
  return { ready: ready.promise, done: run() };
}

async function listAndWatch<R extends Resource>(
  store: Pick<ResourceStore, "list" | "watch">,
  kind: KindInfo,
  follower: Follower<R>,
  signal: AbortSignal,
  listed: () => void,
): Promise<void> {
  const { items, resourceVersion } = await store.list(kind);
  // Objects were validated by the kind's schema when they were written.
  follower.onList(items as R[]);
  listed();
  for await (const event of store.watch(kind, { resourceVersion, signal }))
    if (event.type !== "bookmark") follower.onChange(event.type, event.object as R);
}
