// Whether something is under way on an object that is to be deleted, so that its controller has to end that first.
import { type KindInfo, kinds, type Resource } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { valueAt } from "@neverland/store/selector.ts";
import { faultOf } from "@neverland/store/stored-fault.ts";

/** @returns The finalizer that is to be on the object before it is deleted. */
export async function holdOf(
  store: Pick<ResourceStore, "list">,
  { heldInDeletion }: KindInfo,
  object: Resource,
): Promise<string | undefined> {
  // No controller is given what no schema accepts, so nobody would ever let go of it.
  if (heldInDeletion === undefined || faultOf(object) !== undefined) return undefined;
  const { finalizer, user, field, values } = heldInDeletion;
  const isUnderWay = (each: Resource) => values.includes(String(valueAt(each, field)));
  const users = user === undefined ? [object] : await usersOf(store, user, object);
  return users.some(isUnderWay) ? finalizer : undefined;
}

async function usersOf(
  store: Pick<ResourceStore, "list">,
  { kind, path }: NonNullable<NonNullable<KindInfo["heldInDeletion"]>["user"]>,
  { metadata }: Resource,
): Promise<readonly Resource[]> {
  const info = Object.values<KindInfo>(kinds).find((each) => each.kind === kind);
  if (info === undefined) return [];
  const fields = [{ key: path, operator: "in", values: [metadata.name] }] as const;
  return (await store.list(info, { namespace: metadata.namespace, fields })).items;
}
