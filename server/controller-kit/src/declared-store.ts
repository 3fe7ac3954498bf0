// The store as a controller declared that it uses it: who writes what is data, and held to.
import { apiVersionOf, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import { sameJson } from "@neverland/store/resource-json.ts";
import type {
  ListOptions,
  NewResource,
  Preconditions,
  ResourceList,
  ResourceStore,
  WatchEvent,
  WatchOptions,
} from "@neverland/store/resource-store.ts";
import type { Controller, FreeController, Output } from "./controller.ts";
import { KitError } from "./kit-error.ts";

export type Declared = Pick<Controller, "name" | "reads" | "writes"> &
  Partial<Pick<Controller, "kind" | "watches" | "finalizer">> &
  Pick<FreeController, "finalizers">;

/** @throws {KitError} `two-writers`, when one wants for itself what another writes too. */
export function refuseTwoWriters(controllers: readonly Declared[]): void {
  const writers = new Map<string, { readonly name: string; readonly mode: Output["mode"] }>();
  const claim = (output: string, { name, mode }: { readonly name: string; readonly mode: Output["mode"] }) => {
    const other = writers.get(output);
    if (other !== undefined && (mode === "exclusive" || other.mode === "exclusive"))
      throw new KitError(
        "two-writers",
        `${other.name} and ${name} both declare that they write ${output}, and ${mode === "exclusive" ? name : other.name} wants it for itself: let one of them write it, or declare it shared in both`,
      );
    writers.set(output, { name, mode });
  };
  for (const controller of controllers) {
    const { name } = controller;
    for (const { kind, part, mode } of outputsOf(controller)) claim(`the ${part} of ${kind.kind}`, { name, mode });
    for (const finalizer of finalizersOf(controller)) claim(`the finalizer ${finalizer}`, { name, mode: "exclusive" });
  }
}

/** Its finalizer goes on and off the objects of its kind. */
function outputsOf({ kind, finalizer, writes }: Declared): readonly Output[] {
  if (kind === undefined || finalizer === undefined) return writes;
  return [...writes, { kind, part: "metadata", mode: "shared" }];
}

function finalizersOf({ finalizer, finalizers = [] }: Declared): readonly string[] {
  return finalizer === undefined ? finalizers : [finalizer.name, ...finalizers];
}

/** Every call for what the controller did not declare, and every call once `isOver`, throws `KitError` `undeclared`. */
export class DeclaredStore implements ResourceStore {
  readonly #store: ResourceStore;
  readonly #name: string;
  readonly #reads: ReadonlySet<KindInfo>;
  readonly #writes: ReadonlySet<string>;
  readonly #finalizers: readonly string[];
  #isOver = false;

  constructor(store: ResourceStore, declared: Declared) {
    const { name, kind, watches = [], reads = [], writes } = declared;
    this.#store = store;
    this.#name = name;
    const own = kind === undefined ? [] : [kind];
    this.#reads = new Set([
      ...own,
      ...watches.map((watch) => watch.kind),
      ...reads,
      ...writes.map((output) => output.kind),
    ]);
    this.#writes = new Set(outputsOf(declared).map((output) => idOf(output.part, output.kind)));
    this.#finalizers = finalizersOf(declared);
  }

  /** After a stop: what a run that was left to itself still asks for is another's now. */
  end(): void {
    this.#isOver = true;
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
    await this.#mustUpdate(kind, resource);
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
    this.#mustRun(`read ${kind.kind}`);
    if (this.#reads.has(kind)) return;
    throw new KitError("undeclared", `${this.#name} read ${kind.kind}, which it does not declare: add it to its reads`);
  }

  #mustWrite(kind: KindInfo, part: Output["part"]): void {
    this.#mustRun(`write the ${part} of ${kind.kind}`);
    if (!this.#writes.has(idOf(part, kind))) throw this.#undeclared(`the ${part} of ${kind.kind}`, "its writes");
  }

  async #mustUpdate(kind: KindInfo, resource: Resource): Promise<void> {
    this.#mustRun(`write the spec of ${kind.kind}`);
    const mayWriteAll = this.#writes.has(idOf("spec", kind));
    if (!mayWriteAll && !this.#writes.has(idOf("metadata", kind)))
      throw this.#undeclared(`the spec of ${kind.kind}`, "its writes");
    const stored = await this.#store.get(kind, resource.metadata);
    const { resourceVersion: version } = resource.metadata;
    // Then the store refuses it, with a sentence of its own.
    if (stored === undefined || (version && version !== stored.metadata.resourceVersion)) return;
    const [before, after] = [stored.metadata.finalizers ?? [], resource.metadata.finalizers ?? []];
    const changed = [...before, ...after].filter((name) => before.includes(name) !== after.includes(name));
    const foreign = changed.find((name) => !this.#finalizers.includes(name));
    if (foreign !== undefined) throw this.#undeclared(`the finalizer ${foreign}`, "its finalizers");
    if (!mayWriteAll && !sameJson(contentOf(stored), contentOf(resource)))
      throw this.#undeclared(`the spec of ${kind.kind}`, "its writes");
  }

  #mustRun(what: string): void {
    if (!this.#isOver) return;
    throw new KitError("undeclared", `${this.#name} was about to ${what} after it was stopped; nothing was written`);
  }

  #undeclared(what: string, where: string): KitError {
    return new KitError(
      "undeclared",
      `${this.#name} was about to write ${what}, which it does not declare; nothing was written: add it to ${where}, or leave it to whoever owns it`,
    );
  }
}

function contentOf({ metadata: _, status: __, apiVersion: ___, kind: ____, ...content }: Resource): unknown {
  return content;
}

function idOf(part: Output["part"], kind: KindInfo): string {
  return `${part} ${kind.plural}.${apiVersionOf(kind)}`;
}
