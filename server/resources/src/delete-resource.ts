// Deletes an object, with what shall become of the objects that it owns.
import type { KindInfo, Resource, ResourceKey } from "@neverland/api";
import { decideDelete, type Stamp } from "@neverland/store/resource-lifecycle.ts";
import { type Preconditions, type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { isStandIn } from "@neverland/store/stored-fault.ts";
import { holdOf, holdWhileMarked } from "./rules/deletion-holds.ts";

export type DeletePolicy = {
  /** Put on the object before it is deleted, for the garbage collector to act on. */
  readonly finalizer?: string;
  readonly dryRun: boolean;
};

/** How often a delete is tried anew when another write came between. */
const attempts = 8;

/**
 * @param stampOf What a dry run writes on the object.
 * @returns The object: gone, or marked as on its way out when finalizers hold it.
 * @throws {StoreError}
 */
export async function deleteResource(
  store: ResourceStore,
  kind: KindInfo,
  key: ResourceKey,
  preconditions: Preconditions,
  { finalizer, dryRun }: DeletePolicy,
  stampOf: (live: Resource | undefined) => Stamp,
): Promise<{ resource: Resource; isGone: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const live = await store.get(kind, key);
    const hold = live && (await holdOf(store, kind, live));
    const held = live && [finalizer, hold].reduce((object, each) => withFinalizer(kind, object, each), live);
    // The store's own decision, before anything is written: what its caller demands of the object is not tried again.
    const { object } = decideDelete(kind, held, key, preconditions, stampOf(live));
    if (dryRun) return ended(object);
    const marked = held && withFinalizer(kind, held, hold ?? (await holdWhileMarked(store, kind, held)));
    try {
      if (marked === undefined || marked === live) return ended(await store.delete(kind, key, preconditions));
      const { uid } = (await store.update(kind, marked)).metadata;
      const left = await store.delete(kind, key, { uid });
      return ended(held === undefined || marked === held ? left : await lessUnlessBegun(store, kind, left, held));
    } catch (error) {
      const isLate = error instanceof StoreError && error.code === "conflict";
      if (!isLate || attempt === attempts) throw error;
    }
  }
}

/**
 * The mark kept everybody from beginning; whoever was told before that he may has left his word by now, and is waited for by its controller.
 * Otherwise the object goes as if it had not been held.
 */
async function lessUnlessBegun(
  store: ResourceStore,
  kind: KindInfo,
  marked: Resource,
  { metadata: { finalizers } }: Resource,
): Promise<Resource> {
  if ((await holdOf(store, kind, marked)) !== undefined) return marked;
  const free = { ...marked, metadata: { ...marked.metadata, finalizers: [...(finalizers ?? [])] } };
  try {
    return await store.update(kind, free);
  } catch (error) {
    // Its controller was quicker.
    if (!(error instanceof StoreError && (error.code === "conflict" || error.code === "not-found"))) throw error;
    const now = await store.get(kind, marked.metadata);
    return now?.metadata.uid === marked.metadata.uid ? now : free;
  }
}

function ended(resource: Resource) {
  return { resource, isGone: !resource.metadata.finalizers?.length };
}

/**
 * The object with the finalizer that the wanted policy needs; the same one when it needs none. Records own nothing, so need none,
 * nor does what cannot be read: its uid is not known.
 */
function withFinalizer(kind: KindInfo, live: Resource, finalizer: string | undefined): Resource {
  const finalizers = live.metadata.finalizers ?? [];
  const needless = !finalizer || kind.record || finalizers.includes(finalizer) || live.metadata.deletionTimestamp;
  if (needless || isStandIn(live)) return live;
  return { ...live, metadata: { ...live.metadata, finalizers: [...finalizers, finalizer] } };
}
