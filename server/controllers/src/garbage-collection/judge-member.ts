// What follows for one object that is owned, or that waits for what it owns: decided on the store as it is this moment.
import { findKind, type OwnerReference, type Resource } from "@neverland/api";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { isStandIn } from "@neverland/store/stored-fault.ts";
import type { Member, Ownership } from "./ownership.ts";

type Deps = { readonly store: ResourceStore; readonly ownership: Ownership };

/** So many writes are waited for at once: they share their way to the disk, and none of thousands waits for each. */
const atOnce = 100;

/** Safe to repeat: what was done is found done. */
export async function judgeMember(uid: string, deps: Deps): Promise<void> {
  const member = deps.ownership.get(uid);
  const object = member && (await deps.store.get(member.kind, member.key));
  if (member === undefined || object?.metadata.uid !== uid) return;
  const { finalizers = [], deletionTimestamp, ownerReferences } = object.metadata;
  if (deletionTimestamp && finalizers?.includes(orphanFinalizer)) return await orphanDependents(member, object, deps);
  if (deletionTimestamp && finalizers?.includes(foregroundFinalizer))
    return await deleteDependents(member, object, deps);
  if (deletionTimestamp || !ownerReferences?.length) return;
  for (const owner of ownerReferences) if (await isThere(owner, object, deps)) return;
  await unlessGone(deps.store.delete(member.kind, member.key, { uid }));
}

async function deleteDependents(member: Member, owner: Resource, { store, ownership }: Deps): Promise<void> {
  const dependents = dependentsOf(owner, ownership);
  await inBatches(dependents, async ({ uid, kind, key }) => {
    const isOnItsWay = Boolean((await store.get(kind, key))?.metadata.deletionTimestamp);
    if (!isOnItsWay) await unlessGone(store.delete(kind, key, { uid }));
  });
  // Each that goes brings its owner back here.
  if (dependents.length === 0) await removeFinalizer(member, owner, foregroundFinalizer, store);
}

async function orphanDependents(member: Member, owner: Resource, { store, ownership }: Deps): Promise<void> {
  await inBatches(dependentsOf(owner, ownership), async ({ uid, kind, key }) => {
    const object = await store.get(kind, key);
    if (object?.metadata.uid !== uid) return;
    const ownerReferences = object.metadata.ownerReferences?.filter((each) => each.uid !== owner.metadata.uid) ?? [];
    await unlessGone(store.update(kind, { ...object, metadata: { ...object.metadata, ownerReferences } }));
  });
  await removeFinalizer(member, owner, orphanFinalizer, store);
}

function dependentsOf({ metadata }: Resource, ownership: Ownership): (Member & { uid: string })[] {
  return [...ownership.dependentsOf(metadata.uid)].flatMap((uid) => {
    const member = ownership.get(uid);
    return member?.key.namespace === metadata.namespace ? [{ ...member, uid }] : [];
  });
}

async function removeFinalizer({ kind }: Member, object: Resource, name: string, store: ResourceStore): Promise<void> {
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== name);
  await unlessGone(store.update(kind, { ...object, metadata: { ...object.metadata, finalizers } }));
}

/** An owner of a kind that is not kept here, or that cannot be read, cannot be judged: what it owns stays. */
async function isThere(owner: OwnerReference, { metadata }: Resource, { store }: Deps): Promise<boolean> {
  const kind = findKind(owner.apiVersion, owner.kind);
  if (!kind) return true;
  const { namespace } = metadata;
  const found = await store.get(kind, { namespace, name: owner.name });
  return found !== undefined && (found.metadata.uid === owner.uid || isStandIn(found));
}

async function inBatches<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) await Promise.all(items.slice(from, from + atOnce).map(work));
}

async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "not-found")) throw error;
  }
}
