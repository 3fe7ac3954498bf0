// A ResourceStore whose writes go by way of the write path: what controllers and components are given.
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { WritePath } from "./write-path.ts";

/**
 * Promises and StoreErrors are the store's; what the rules refuse is a ResourceError.
 *
 * What a component creates, it owns (`metadata.managedFields`). What it changes of another's object stays the other's:
 * lists are one value, so a component that turned one switch in a list would own all of it, and the next apply of the
 * file that holds the list would be refused.
 * @param manager The component's name.
 */
export function guardedStore(writes: WritePath, manager: string): ResourceStore {
  const options = { manager, dryRun: false };
  return {
    ...writes.reads,
    create: async (kind, resource) => await writes.create(kind, resource, resource.metadata, options),
    update: async (kind, resource) =>
      await writes.change({ ...keyOf(resource.metadata), kind, half: "content" }, () => resource, options.dryRun),
    updateStatus: async (kind, resource) => await writes.updateStatus(kind, resource),
    delete: async (kind, key, preconditions = {}) =>
      (await writes.delete(kind, key, preconditions, { dryRun: false })).resource,
    // Whoever opened the store closes it: others are using it.
    close: async () => undefined,
  };
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  return { namespace, name };
}
