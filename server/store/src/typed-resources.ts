// The store, narrowed to one kind and its types, as components get it.
import { apiVersionOf, type KindInfo, type Resource, type ResourceKey, type ResourceOf } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import type {
  ListOptions,
  NewResource,
  Preconditions,
  ResourceList,
  ResourceStore,
  WatchEvent,
  WatchOptions,
} from "./resource-store.ts";
import { faultOf } from "./stored-fault.ts";

export type TypedWatchEvent<R extends Resource> =
  | { readonly type: "added" | "modified" | "deleted"; readonly object: R }
  | { readonly type: "bookmark"; readonly resourceVersion: string };

/** A resource to create; the kind is known, so it need not be said. */
export type TypedNewResource<R extends Resource> = Omit<NewResource<R>, "apiVersion" | "kind">;

/**
 * As ResourceStore, for one kind; promises and errors are the same. What the kind's schemas do not accept (stored-fault.ts) is not
 * there for who reads through this. Narrow it with `Pick` to what a component may do.
 */
export interface TypedStore<R extends Resource> {
  get(key: ResourceKey): Promise<R | undefined>;
  /** What is wrong with an object that is there and that `get` leaves out. `undefined` of what is not there, and of what is right. */
  faultOf(key: ResourceKey): Promise<string | undefined>;
  list(options?: ListOptions): Promise<Omit<ResourceList, "items"> & { readonly items: R[] }>;
  create(resource: TypedNewResource<R>): Promise<R>;
  update(resource: R): Promise<R>;
  updateStatus(resource: R): Promise<R>;
  delete(key: ResourceKey, preconditions?: Preconditions): Promise<R>;
  watch(options: WatchOptions): AsyncIterable<TypedWatchEvent<R>>;
}

/** `typedStore(store, kinds.Workflow)`. */
export function typedStore<K extends KindInfo>(store: ResourceStore, kind: K): TypedStore<ResourceOf<K>> {
  type R = ResourceOf<K>;
  // Objects were validated by the kind's schemas, or typed by this interface, when they were written.
  const typed = (object: Resource) => object as R;
  return {
    get: async (key) => {
      const object = await store.get(kind, key);
      return object && faultOf(object) === undefined ? typed(object) : undefined;
    },
    faultOf: async (key) => {
      const object = await store.get(kind, key);
      return object && faultOf(object);
    },
    list: async (options) => {
      const list = await store.list(kind, options);
      return { ...list, items: (await withoutFaulty(list.items)).map(typed) };
    },
    create: async (resource) =>
      typed(await store.create(kind, { ...resource, apiVersion: apiVersionOf(kind), kind: kind.kind } as NewResource)),
    update: async (resource) => typed(await store.update(kind, resource)),
    updateStatus: async (resource) => typed(await store.updateStatus(kind, resource)),
    delete: async (key, preconditions) => typed(await store.delete(kind, key, preconditions)),
    watch: (options) => withoutFaults(store.watch(kind, options)) as AsyncIterable<TypedWatchEvent<R>>,
  };
}

/** Soon after a start each is looked at for the first time, so in slices. */
async function withoutFaulty(items: readonly Resource[]): Promise<Resource[]> {
  const breather = new Breather();
  const sound: Resource[] = [];
  for (const item of items) {
    if (breather.isDue) await breather.breathe();
    if (faultOf(item) === undefined) sound.push(item);
  }
  return sound;
}

async function* withoutFaults(events: AsyncIterable<WatchEvent>): AsyncGenerator<WatchEvent> {
  for await (const event of events) if (event.type === "bookmark" || faultOf(event.object) === undefined) yield event;
}
