// Keeps somebody's in-memory copy of one kind up to date: lists once, follows the watch, and lists again when told to.
import type { Resource } from "@neverland/api";
import { StoreError } from "./resource-store.ts";
import type { TypedStore } from "./typed-resources.ts";

/** Each call is whole before the next one; `replace` has everything there is. */
export interface MirrorSink<R extends Resource> {
  replace(items: readonly R[]): void;
  upsert(item: R): void;
  remove(item: R): void;
}

/**
 * @returns Once the first list is in the sink. `ended` resolves when the mirror has ended, which is when `signal` aborts.
 *   It rejects when the store fails.
 */
export async function startMirror<R extends Resource>(
  store: Pick<TypedStore<R>, "list" | "watch">,
  sink: MirrorSink<R>,
  signal: AbortSignal,
): Promise<{ ended: Promise<void> }> {
  const first = await listInto(store, sink);
  return { ended: follow(store, sink, first, signal) };
}

async function listInto<R extends Resource>(store: Pick<TypedStore<R>, "list">, sink: MirrorSink<R>): Promise<string> {
  const { items, resourceVersion } = await store.list();
  sink.replace(items);
  return resourceVersion;
}

async function follow<R extends Resource>(
  store: Pick<TypedStore<R>, "list" | "watch">,
  sink: MirrorSink<R>,
  from: string,
  signal: AbortSignal,
): Promise<void> {
  let resourceVersion = from;
  while (!signal.aborted) {
    try {
      for await (const event of store.watch({ resourceVersion, signal })) {
        if (event.type === "bookmark") resourceVersion = event.resourceVersion;
        else if (event.type === "deleted") sink.remove(event.object);
        else sink.upsert(event.object);
      }
    } catch (error) {
      if (!(error instanceof StoreError && error.code === "gone")) throw error;
      resourceVersion = await listInto(store, sink);
    }
  }
}
