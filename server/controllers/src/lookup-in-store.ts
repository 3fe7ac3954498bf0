// Objects that others name, looked for in the store.
import { formatFinding, type KindInfo, kinds, type Resource, spellingsOf } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { briefLook, lookAtReferences, type RunLookup } from "./look-at-references.ts";

/** Of a hall of machines no one is found by a slip of the pen, and all others wait while names are compared. */
const mostNames = 200;

export function lookupInStore(store: Pick<ResourceStore, "get" | "list">): RunLookup {
  return {
    get: async (kind, key) => await store.get(kind, key),
    names: async (kind, namespace) => {
      const { items } = await store.list(kind, { namespace, limit: mostNames });
      return items.map(({ metadata }) => metadata.name);
    },
    machineOf: async (worker) => {
      const values = spellingsOf(worker);
      for (const key of ["spec.interfaces[].dhcp.mac", "spec.agentID"]) {
        const { items } = await store.list(kinds.Hardware, { fields: [{ key, operator: "in", values }], limit: 1 });
        if (items[0] !== undefined) return items[0];
      }
      return undefined;
    },
  };
}

/** As the API warns of it. */
export async function referencesInWords(
  kind: KindInfo,
  object: Resource,
  store: Pick<ResourceStore, "get" | "list">,
): Promise<string[]> {
  return (await lookAtReferences(kind, object, lookupInStore(store), briefLook)).map(formatFinding);
}
