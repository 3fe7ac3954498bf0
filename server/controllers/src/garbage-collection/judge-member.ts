// What follows for one object that is owned, or that waits for what it owns: decided on the store as it is this moment, and on
// metadata alone, so that what no schema accepts comes to its end as the rest does.
import type { KindInfo, OwnerReference, Resource, ResourceKey } from "@neverland/api";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { hasSoundMetadata, isStandIn } from "@neverland/store/stored-fault.ts";
import { type Dependent, findDependents, findOwner } from "./owners.ts";

type Deps = { readonly store: ResourceStore; readonly kinds: readonly KindInfo[] };

/** So many writes are waited for at once: they share their way to the disk, and none of thousands waits for each. */
const atOnce = 100;

/** Safe to repeat: what was done is found done. */
export async function judgeMember(kind: KindInfo, key: ResourceKey, deps: Deps): Promise<void> {
  const object = await deps.store.get(kind, key);
  if (object === undefined || !hasSoundMetadata(object)) return;
  const { uid, finalizers, deletionTimestamp, ownerReferences } = object.metadata;
  if (deletionTimestamp && finalizers?.includes(orphanFinalizer)) return await orphanDependents(kind, object, deps);
  if (isWaiting(object)) return await deleteDependents(kind, object, deps);
  if (deletionTimestamp || !ownerReferences?.length) return;
  for (const owner of ownerReferences) if (await isThere(owner, object, deps)) return;
  await unlessGone(deps.store.delete(kind, key, { uid }));
}

async function deleteDependents(kind: KindInfo, owner: Resource, deps: Deps): Promise<void> {
  const { uid, namespace } = owner.metadata;
  const dependents = await findDependents(uid, deps, namespace);
  const staying = dependents.filter(({ object }) => !object.metadata.deletionTimestamp);
  await inBatches(staying, async ({ kind, object: { metadata } }) => {
    await unlessGone(deps.store.delete(kind, metadata, { uid: metadata.uid }));
  });
  // Each that goes brings its owner back here. Of a circle none would: who waits for this one is not waited for.
  const waiting = await waitingFor(owner, deps);
  if (dependents.every(({ object }) => waiting.has(object.metadata.uid)))
    await removeFinalizer(kind, owner, foregroundFinalizer, deps);
}

/** Uids of the object itself and of all who wait for it to go, as its owners or as theirs. */
async function waitingFor(object: Resource, { store, kinds }: Deps): Promise<ReadonlySet<string>> {
  const waiting = new Set([object.metadata.uid]);
  const toLookAt = [object];
  for (let at = toLookAt.pop(); at !== undefined; at = toLookAt.pop()) {
    for (const reference of at.metadata.ownerReferences ?? []) {
      const owner = findOwner(reference, at.metadata.namespace, kinds);
      const found = owner && (await store.get(owner.kind, owner.key));
      if (found?.metadata.uid !== reference.uid || waiting.has(reference.uid) || !isWaiting(found)) continue;
      waiting.add(reference.uid);
      toLookAt.push(found);
    }
  }
  return waiting;
}

function isWaiting({ metadata: { deletionTimestamp, finalizers } }: Resource): boolean {
  return Boolean(deletionTimestamp) && finalizers?.includes(foregroundFinalizer) === true;
}

async function orphanDependents(kind: KindInfo, owner: Resource, deps: Deps): Promise<void> {
  const { uid, namespace } = owner.metadata;
  await inBatches(await findDependents(uid, deps, namespace), async ({ kind, object }) => {
    const ownerReferences = object.metadata.ownerReferences?.filter((each) => each.uid !== uid) ?? [];
    await unlessGone(deps.store.update(kind, { ...object, metadata: { ...object.metadata, ownerReferences } }));
  });
  await removeFinalizer(kind, owner, orphanFinalizer, deps);
}

async function removeFinalizer(kind: KindInfo, object: Resource, name: string, { store }: Deps): Promise<void> {
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== name);
  await unlessGone(store.update(kind, { ...object, metadata: { ...object.metadata, finalizers } }));
}

/** An owner of a kind that is not kept here, or that cannot be read, cannot be judged: what it owns stays. */
async function isThere(reference: OwnerReference, { metadata }: Resource, { store, kinds }: Deps): Promise<boolean> {
  const owner = findOwner(reference, metadata.namespace, kinds);
  if (owner === undefined) return true;
  const found = await store.get(owner.kind, owner.key);
  return found !== undefined && (found.metadata.uid === reference.uid || isStandIn(found));
}

async function inBatches(dependents: readonly Dependent[], work: (one: Dependent) => Promise<void>): Promise<void> {
  for (let from = 0; from < dependents.length; from += atOnce)
    await Promise.all(dependents.slice(from, from + atOnce).map(work));
}

async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "not-found")) throw error;
  }
}
