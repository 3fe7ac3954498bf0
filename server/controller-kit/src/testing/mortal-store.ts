// A store whose process may be killed at any of its writes: before it, or after it was written and before anyone heard of that.
import type { KindInfo, Resource, ResourceKey } from "@neverland/api";
import type { NewResource, Preconditions, ResourceStore } from "@neverland/store/resource-store.ts";

/** The n-th write from now, from 0; `after`: it is durable, and its answer is lost. */
export type Death = { readonly write: number; readonly when: "before" | "after" };

/** What is read after the death never answers, as nobody is there to hear it; the store behind it lives on. */
export class MortalStore implements ResourceStore {
  readonly died = Promise.withResolvers<void>();
  readonly #store: ResourceStore;
  readonly #death: Death | undefined;
  #writes = 0;
  #isDead = false;

  constructor(store: ResourceStore, death: Death | undefined) {
    this.#store = store;
    this.#death = death;
  }

  get writes(): number {
    return this.#writes;
  }

  get: ResourceStore["get"] = async (kind, key) => await this.#read(this.#store.get(kind, key));
  list: ResourceStore["list"] = async (kind, options) => await this.#read(this.#store.list(kind, options));
  namespaces: ResourceStore["namespaces"] = async (kind) => await this.#read(this.#store.namespaces(kind));
  watch: ResourceStore["watch"] = (kind, options) => this.#store.watch(kind, options);
  create = async (kind: KindInfo, resource: NewResource) => await this.#write(() => this.#store.create(kind, resource));
  update = async (kind: KindInfo, resource: Resource) => await this.#write(() => this.#store.update(kind, resource));
  updateStatus = async (kind: KindInfo, resource: Resource) =>
    await this.#write(() => this.#store.updateStatus(kind, resource));
  delete = async (kind: KindInfo, key: ResourceKey, preconditions?: Preconditions) =>
    await this.#write(() => this.#store.delete(kind, key, preconditions));
  close = async () => undefined;

  async #read<T>(answer: Promise<T>): Promise<T> {
    const value = await answer;
    return this.#isDead ? await never<T>() : value;
  }

  async #write<T>(write: () => Promise<T>): Promise<T> {
    if (this.#isDead) return await never<T>();
    const isLast = this.#writes === this.#death?.write;
    this.#writes += 1;
    if (!isLast) return await this.#read(write());
    this.#isDead = true;
    if (this.#death?.when === "after") await write().catch(() => undefined);
    this.died.resolve();
    return await never<T>();
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
