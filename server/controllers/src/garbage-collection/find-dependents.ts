// Who is owned by an object: asked of the store's index, so it is true this moment, and what no schema accepts is among them.
import { type KindInfo, ownersIndex, type Resource } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { hasSoundMetadata } from "@neverland/store/stored-fault.ts";

export type Dependent = { readonly kind: KindInfo; readonly object: Resource };

type Deps = { readonly store: Pick<ResourceStore, "list">; readonly kinds: readonly KindInfo[] };

/** @param namespace An owner with a namespace owns nothing outside of it. */
export async function findDependents(uid: string, { store, kinds }: Deps, namespace?: string): Promise<Dependent[]> {
  const fields = [{ key: ownersIndex, operator: "in", values: [uid] }] as const;
  const options = { fields, ...(namespace !== undefined && { namespace }) };
  const lists = await Promise.all(
    kinds.map(async (kind) => ({ kind, items: (await store.list(kind, options)).items.filter(hasSoundMetadata) })),
  );
  return lists.flatMap(({ kind, items }) => items.map((object) => ({ kind, object })));
}
