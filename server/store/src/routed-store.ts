// One store of several: some kinds live elsewhere than the rest, and who reads or writes them need not know.
import type { KindInfo } from "@neverland/api";
import type { ResourceStore } from "./resource-store.ts";

/**
 * Versions of a kind that lives elsewhere are its own store's: they are not to be compared with those of the rest.
 * @param elsewhere What keeps which kind. @returns A store whose `close` closes all of them.
 */
export function routedStore(rest: ResourceStore, elsewhere: ReadonlyMap<KindInfo, ResourceStore>): ResourceStore {
  const of = (kind: KindInfo): ResourceStore => elsewhere.get(kind) ?? rest;
  return {
    get: (kind, key) => of(kind).get(kind, key),
    list: (kind, options) => of(kind).list(kind, options),
    namespaces: (kind) => of(kind).namespaces(kind),
    create: (kind, resource) => of(kind).create(kind, resource),
    update: (kind, resource) => of(kind).update(kind, resource),
    updateStatus: (kind, resource) => of(kind).updateStatus(kind, resource),
    delete: (kind, key, preconditions) => of(kind).delete(kind, key, preconditions),
    watch: (kind, options) => of(kind).watch(kind, options),
    close: async () => {
      for (const store of [...elsewhere.values(), rest]) await store.close();
    },
  };
}
