// Whether something is under way on an object that is to be deleted, so that its controller has to end that first.
import { type KindInfo, kinds, type Resource } from "@neverland/api";
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
  const { finalizer, user, field, values, records } = heldInDeletion;
  const users = user === undefined ? [object] : await listNaming(store, user, object, object.metadata.name);
  if (users.some((each) => values.includes(textAt(each, field)))) return finalizer;
  for (const each of users)
    if (records.before.includes(textAt(each, field)))
      if ((await listNaming(store, records, each, each.metadata.uid)).length > 0) return finalizer;
  return undefined;
}

/** @returns The finalizer, where it may begin at any moment: nobody begins on an object that is marked. */
export function holdWhileMarked({ heldInDeletion }: KindInfo, object: Resource): string | undefined {
  if (heldInDeletion === undefined || heldInDeletion.user !== undefined || faultOf(object) !== undefined)
    return undefined;
  const { finalizer, field, records } = heldInDeletion;
  return records.before.includes(textAt(object, field)) ? finalizer : undefined;
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
