// Whether something is under way on an object that is to be deleted, so that its controller has to end that first.
import { type HeldInDeletion, type KindInfo, kinds, type Resource } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { valueAt } from "@neverland/store/selector.ts";
import { faultOf } from "@neverland/store/stored-fault.ts";

type Store = Pick<ResourceStore, "list">;

/** @returns The finalizer that is to be on the object before it is deleted. */
export async function holdOf(
  store: Store,
  { heldInDeletion }: KindInfo,
  object: Resource,
): Promise<string | undefined> {
  // No controller is given what no schema accepts, so nobody would ever let go of it.
  if (heldInDeletion === undefined || faultOf(object) !== undefined) return undefined;
  const { finalizer, field, values, records } = heldInDeletion;
  const users = await usersOf(store, heldInDeletion, object);
  if (users.some((each) => values.includes(textAt(each, field)))) return finalizer;
  for (const each of users)
    if (records.before.includes(textAt(each, field)))
      if ((await listNaming(store, records, each, each.metadata.uid)).length > 0) return finalizer;
  return undefined;
}

/** @returns The finalizer, where it may begin at any moment: whoever began before the mark is seen by another look after it. */
export async function holdWhileMarked(
  store: Store,
  { heldInDeletion }: KindInfo,
  object: Resource,
): Promise<string | undefined> {
  if (heldInDeletion === undefined || faultOf(object) !== undefined) return undefined;
  const { finalizer, field, records } = heldInDeletion;
  const users = await usersOf(store, heldInDeletion, object);
  return users.some((each) => records.before.includes(textAt(each, field))) ? finalizer : undefined;
}

/** Those whose field says whether something is under way: the object itself, or all that name it. */
async function usersOf(store: Store, { user }: HeldInDeletion, object: Resource): Promise<readonly Resource[]> {
  return user === undefined ? [object] : await listNaming(store, user, object, object.metadata.name);
}

function textAt(object: Resource, field: string): string {
  return String(valueAt(object, field));
}

async function listNaming(
  store: Store,
  { kind, path }: { readonly kind: string; readonly path: string },
  { metadata: { namespace } }: Resource,
  name: string,
): Promise<readonly Resource[]> {
  const info = Object.values<KindInfo>(kinds).find((each) => each.kind === kind);
  if (info === undefined) return [];
  const fields = [{ key: path, operator: "in", values: [name] }] as const;
  return (await store.list(info, { namespace, fields })).items;
}
