// Who owns an object, and whom it owns: asked of the store's index, so it is true this moment, and what no schema accepts is among them.
import {
  apiVersionOf,
  type KindInfo,
  type OwnerReference,
  ownersIndex,
  type Resource,
  type ResourceKey,
} from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { hasSoundMetadata } from "@neverland/store/stored-fault.ts";

export type Dependent = { readonly kind: KindInfo; readonly object: Resource };

type Deps = { readonly store: Pick<ResourceStore, "list">; readonly kinds: readonly KindInfo[] };

/** @param namespace An owner with a namespace owns nothing outside of it. */
export async function findDependents(uid: string, { store, kinds }: Deps, namespace = ""): Promise<Dependent[]> {
  const fields = [{ key: ownersIndex, operator: "in", values: [uid] }] as const;
  const options = { fields, ...(namespace !== "" && { namespace }) };
  const lists = await Promise.all(
    kinds.map(async (kind) => ({ kind, items: (await store.list(kind, options)).items.filter(hasSoundMetadata) })),
  );
  return lists.flatMap(({ kind, items }) => items.map((object) => ({ kind, object })));
}

/** Where the owner is that a reference of an object in this namespace names; `undefined` for one of a kind that is not kept here. */
export function findOwner(
  { apiVersion, kind, name }: OwnerReference,
  namespace: string,
  kinds: readonly KindInfo[],
): { readonly kind: KindInfo; readonly key: ResourceKey } | undefined {
  const found = kinds.find((each) => each.kind === kind && apiVersionOf(each) === apiVersion);
  return found && { kind: found, key: { namespace: found.scope === "cluster" ? "" : namespace, name } };
}
