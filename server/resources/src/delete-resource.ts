// Deletes an object, with what shall become of the objects that it owns.
import type { KindInfo, Resource, ResourceKey } from "@neverland/api";
import { type Preconditions, type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { isStandIn } from "@neverland/store/stored-fault.ts";

export type DeletePolicy = {
  /** Put on the object before it is deleted, for the garbage collector to act on. */
  readonly finalizer?: string;
  readonly dryRun: boolean;
};

/** How often a delete is tried anew when another write came between. */
const attempts = 8;

/**
 * @returns The object: gone, or marked as on its way out when finalizers hold it.
 * @throws {StoreError}
 */
export async function deleteResource(
  store: ResourceStore,
  kind: KindInfo,
  key: ResourceKey,
  preconditions: Preconditions,
  { finalizer, dryRun }: DeletePolicy,
): Promise<{ resource: Resource; isGone: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const live = await store.get(kind, key);
    if (!live) throw new StoreError("not-found", `${kind.kind} ${key.namespace}/${key.name} not found`);
    if (dryRun) return { resource: live, isGone: true };
    try {
      const held = isMet(preconditions, live) ? await hold(store, kind, live, finalizer) : live;
      const resource = await store.delete(kind, key, held === live ? preconditions : { uid: held.metadata.uid });
      return { resource, isGone: !resource.metadata.finalizers?.length };
    } catch (error) {
      const isLate = error instanceof StoreError && error.code === "conflict" && isMet(preconditions, live);
      if (!isLate || attempt === attempts) throw error;
    }
  }
}

/** The object with the finalizer that the wanted policy needs; records own nothing, so need none, nor does what cannot be read: its uid is not known. */
async function hold(
  store: ResourceStore,
  kind: KindInfo,
  live: Resource,
  finalizer: string | undefined,
): Promise<Resource> {
  const finalizers = live.metadata.finalizers ?? [];
  const needless = !finalizer || kind.record || finalizers.includes(finalizer) || live.metadata.deletionTimestamp;
  if (needless || isStandIn(live)) return live;
  const metadata = { ...live.metadata, finalizers: [...finalizers, finalizer] };
  return await store.update(kind, { ...live, metadata });
}

function isMet({ uid, resourceVersion }: Preconditions, { metadata }: Resource): boolean {
  return (!uid || uid === metadata.uid) && (!resourceVersion || resourceVersion === metadata.resourceVersion);
}
