// The store as a controller declared that it uses it: who writes what is data, and held to.
import { apiVersionOf, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import type {
  ListOptions,
  NewResource,
  Preconditions,
  ResourceList,
  ResourceStore,
  WatchEvent,
  WatchOptions,
} from "@neverland/store/resource-store.ts";
import type { Controller, Output } from "./controller.ts";
import { KitError } from "./kit-error.ts";

type Declared = Pick<Controller, "name" | "kind" | "watches" | "reads" | "writes">;

/** @throws {KitError} `two-writers`, when one wants for itself what another writes too. */
export function refuseTwoWriters(controllers: readonly Declared[]): void {
  const writers = new Map<string, { readonly name: string; readonly mode: Output["mode"] }>();
  for (const { name, writes } of controllers)
    for (const { kind, part, mode } of writes) {
      const output = `the ${part} of ${kind.kind}`;
      const other = writers.get(output);
      if (other !== undefined && (mode === "exclusive" || other.mode === "exclusive"))
        throw new KitError(
          "two-writers",
          `${other.name} and ${name} both declare that they write ${output}, and ${mode === "exclusive" ? name : other.name} wants it for itself: let one of them write it, or declare it shared in both`,
        );
      writers.set(output, { name, mode });
    }
}

/** Every call for what the controller did not declare throws `KitError` `undeclared`. */
export class DeclaredStore implements ResourceStore {
  readonly #store: ResourceStore;
  readonly #name: string;
  readonly #reads: ReadonlySet<KindInfo>;
  readonly #writes: ReadonlySet<string>;

  constructor(store: ResourceStore, { name, kind, watches = [], reads = [], writes }: Declared) {
    this.#store = store;
    this.#name = name;
    this.#reads = new Set([
      kind,
      ...watches.map((watch) => watch.kind),
      ...reads,
      ...writes.map((output) => output.kind),
    ]);
    this.#writes = new Set(writes.map((output) => `${output.part} ${idOf(output.kind)}`));
  }

  async get(kind: KindInfo, key: ResourceKey): Promise<Resource | undefined> {
    this.#mustRead(kind);
    return await this.#store.get(kind, key);
  }

  async list(kind: KindInfo, options?: ListOptions): Promise<ResourceList> {
    this.#mustRead(kind);
    return await this.#store.list(kind, options);
  }

  async namespaces(kind: KindInfo): Promise<readonly string[]> {
    this.#mustRead(kind);
    return await this.#store.namespaces(kind);
  }

  watch(kind: KindInfo, options: WatchOptions): AsyncIterable<WatchEvent> {
    this.#mustRead(kind);
    return this.#store.watch(kind, options);
  }

  async create(kind: KindInfo, resource: NewResource): Promise<Resource> {
    this.#mustWrite(kind, "whole");
    return await this.#store.create(kind, resource);
  }

  async update(kind: KindInfo, resource: Resource): Promise<Resource> {
    this.#mustWrite(kind, "spec");
    return await this.#store.update(kind, resource);
  }

  async updateStatus(kind: KindInfo, resource: Resource): Promise<Resource> {
    this.#mustWrite(kind, "status");
    return await this.#store.updateStatus(kind, resource);
  }

  async delete(kind: KindInfo, key: ResourceKey, preconditions?: Preconditions): Promise<Resource> {
    this.#mustWrite(kind, "whole");
    return await this.#store.delete(kind, key, preconditions);
  }

  async close(): Promise<void> {
    throw new KitError("undeclared", `${this.#name} closed the store, which is not its own`);
  }

  #mustRead(kind: KindInfo): void {
    if (this.#reads.has(kind)) return;
    throw new KitError("undeclared", `${this.#name} read ${kind.kind}, which it does not declare: add it to its reads`);
  }

  #mustWrite(kind: KindInfo, part: Output["part"]): void {
    if (this.#writes.has(`${part} ${idOf(kind)}`)) return;
    throw new KitError(
      "undeclared",
      `${this.#name} was about to write the ${part} of ${kind.kind}, which it does not declare; nothing was written: add it to its writes, or leave it to whoever owns it`,
    );
  }
}

function idOf(kind: KindInfo): string {
  return `${kind.plural}.${apiVersionOf(kind)}`;
}
