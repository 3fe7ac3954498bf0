// What the API warns of in what an object names, looked for in the store.
import {
  formatFinding,
  type KindInfo,
  kinds,
  type MachineLookup,
  machineFields,
  mostNames,
  type Resource,
  spellingsOf,
} from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { briefLook, lookAtReferences } from "@neverland/workflow-rules/written/look-at-references.ts";

type Store = Pick<ResourceStore, "get" | "list">;

export async function referencesInWords(kind: KindInfo, object: Resource, store: Store): Promise<string[]> {
  return (await lookAtReferences(kind, object, lookupIn(store), briefLook)).map(formatFinding);
}

function lookupIn(store: Store): MachineLookup {
  return {
    get: async (kind, key) => await store.get(kind, key),
    names: async (kind, namespace) => {
      const { items } = await store.list(kind, { namespace, limit: mostNames });
      return items.map(({ metadata }) => metadata.name);
    },
    machineOf: async (worker) => {
      const values = spellingsOf(worker);
      for (const key of machineFields) {
        const { items } = await store.list(kinds.Hardware, { fields: [{ key, operator: "in", values }], limit: 1 });
        if (items[0] !== undefined) return items[0];
      }
      return undefined;
    },
  };
}
