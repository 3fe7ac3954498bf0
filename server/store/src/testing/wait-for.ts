// Waits in tests: until a resource is as wanted, told by the store's own watch.
import { formatKey, type Resource, type ResourceKey } from "@neverland/api";
import type { TypedStore } from "../typed-resources.ts";

/** @throws {Error} After `timeoutMs` (10 s), with the resource as it was last seen. */
export async function waitFor<R extends Resource>(
  store: Pick<TypedStore<R>, "get" | "watch" | "list">,
  key: ResourceKey,
  isWanted: (resource: R) => boolean,
  timeoutMs = 10_000,
): Promise<R> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { resourceVersion } = await store.list();
  let last = await store.get(key);
  if (last !== undefined && isWanted(last)) return last;
  for await (const event of store.watch({ resourceVersion, signal })) {
    if (event.type === "bookmark" || formatKey(event.object.metadata) !== formatKey(key)) continue;
    last = event.object;
    if (event.type !== "deleted" && isWanted(last)) return last;
  }
  throw new Error(`waited ${timeoutMs} ms for ${formatKey(key)}; last seen: ${JSON.stringify(last, null, 1)}`);
}
