// A namespace is there with its first object: who writes need not make it, as Kubernetes demands, but sees it like any other object.
import { apiVersionOf, type KindInfo, qualifiedName } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { type ResourceStore, StoreError, writesAtOnce } from "@neverland/store/resource-store.ts";
import { ResourceError } from "./resource-error.ts";
import { prepared, toResource } from "./resource-input.ts";
import { validateResource } from "./rules/validate-resource.ts";

/** Where objects are that say nothing of it: always there. */
const defaultNamespace = "default";

export class Namespaces {
  readonly #store: ResourceStore;
  readonly #kind: KindInfo;
  /** By name, those that are not durable yet: of a hall that is posted at once each object would write its namespace anew. */
  readonly #making = new Map<string, Promise<void>>();

  /** @param kind Its objects are the namespaces. */
  constructor(store: ResourceStore, kind: KindInfo) {
    this.#store = store;
    this.#kind = kind;
  }

  /**
   * Makes the namespace that an object is to be made in. A record goes with what it tells of, and makes none.
   * @throws {ResourceError} `forbidden`: it is being deleted.
   */
  async take(kind: KindInfo, objectName: string, namespace: string): Promise<void> {
    if (kind.scope === "cluster" || kind.record) return;
    const live = await this.#store.get(this.#kind, { namespace: "", name: namespace });
    if (live === undefined) return await this.#make(namespace);
    if (!live.metadata.deletionTimestamp) return;
    const message = `namespace ${namespace} is being terminated`;
    const faults = [{ reason: "NamespaceTerminating", message, field: "metadata.namespace" }];
    throw new ResourceError(
      "forbidden",
      `${qualifiedName(kind, kind.plural)} "${objectName}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated; try again when it has gone`,
      { kind, objectName, faults },
    );
  }

  /** Those of objects that were there before namespaces were kept, and the one that is always there. */
  async makeAll(kinds: readonly KindInfo[]): Promise<void> {
    const holding = kinds.filter((kind) => kind.scope === "namespace" && !kind.record);
    const used = await Promise.all(holding.map((kind) => this.#store.namespaces(kind)));
    const names = [...new Set([defaultNamespace, ...used.flat()])];
    const breather = new Breather();
    for (let from = 0; from < names.length; from += writesAtOnce) {
      if (breather.isDue) await breather.breathe();
      await Promise.all(names.slice(from, from + writesAtOnce).map((name) => this.#makeMissing(name)));
    }
  }

  async #makeMissing(name: string): Promise<void> {
    if ((await this.#store.get(this.#kind, { namespace: "", name })) === undefined) await this.#make(name);
  }

  async #make(name: string): Promise<void> {
    const make = () => this.#create(name).finally(() => this.#making.delete(name));
    await this.#making.getOrInsertComputed(name, make);
  }

  async #create(name: string): Promise<void> {
    const object = { apiVersion: apiVersionOf(this.#kind), kind: this.#kind.kind, metadata: { name } };
    const resource = toResource(this.#kind, prepared(this.#kind, object), { namespace: "" });
    validateResource(this.#kind, resource);
    try {
      await this.#store.create(this.#kind, resource);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "already-exists") throw error; // another was quicker
    }
  }

  /** @throws {ResourceError} `forbidden`. */
  refuseDeletion(kind: KindInfo, name: string): void {
    if (kind !== this.#kind || name !== defaultNamespace) return;
    const text = `${kind.plural} "${name}" is forbidden: this namespace may not be deleted; delete what is in it`;
    throw new ResourceError("forbidden", text, { kind, objectName: name });
  }
}
