// What there is of one kind, in memory: by key, in the order of keys, and by each indexed field.
import { formatKey, type Resource, type ResourceKey } from "@neverland/api";
import { FieldIndex } from "./field-index.ts";
import { compareKeys, type KeyRange, SortedResources } from "./sorted-resources.ts";

export class KindTable {
  readonly #byId = new Map<string, Resource>();
  readonly #sorted = new SortedResources();
  readonly #indexes = new Map<string, FieldIndex>();
  /** How many objects each namespace has: a name is looked for in each. */
  readonly #namespaces = new Map<string, number>();

  get(key: ResourceKey): Resource | undefined {
    return this.#byId.get(formatKey(key));
  }

  put(resource: Resource): void {
    const id = formatKey(resource.metadata);
    const { namespace } = resource.metadata;
    const before = this.#byId.get(id);
    this.#byId.set(id, resource);
    this.#sorted.put(resource);
    for (const index of this.#indexes.values()) index.replace(id, before, resource);
    if (!before) this.#namespaces.set(namespace, (this.#namespaces.get(namespace) ?? 0) + 1);
  }

  delete(key: ResourceKey): void {
    const id = formatKey(key);
    const before = this.#byId.get(id);
    if (!before) return;
    this.#byId.delete(id);
    this.#sorted.delete(key);
    for (const index of this.#indexes.values()) index.replace(id, before, undefined);
    const left = (this.#namespaces.get(key.namespace) ?? 0) - 1;
    if (left > 0) this.#namespaces.set(key.namespace, left);
    else this.#namespaces.delete(key.namespace);
  }

  /** In the order of keys. A list of one's own. */
  list(range: KeyRange, limit?: number): Resource[] {
    return this.#sorted.list(range, limit);
  }

  count(range: KeyRange): number {
    return this.#sorted.count(range);
  }

  /** Namespaces that have objects of this kind. */
  namespaces(): Iterable<string> {
    return this.#namespaces.keys();
  }

  /** Keeps an index by the field from now on. */
  addIndex(path: string): void {
    if (this.#indexes.has(path)) return;
    const index = new FieldIndex(path);
    for (const [id, resource] of this.#byId) index.replace(id, undefined, resource);
    this.#indexes.set(path, index);
  }

  /**
   * What has one of the values in the field, in the order of keys, at the cost of what is found.
   * @returns `undefined` when there is no index that can tell.
   */
  find(path: string, values: readonly string[], { namespace, after }: KeyRange): Resource[] | undefined {
    const ids = this.#idsWith(path, values, namespace);
    if (!ids) return undefined;
    const found = [...new Set(ids)].map((id) => this.#byId.get(id)).filter((resource) => resource !== undefined);
    return found
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
      .filter(({ metadata }) => after === undefined || compareKeys(metadata, after) > 0)
      .sort((a, b) => compareKeys(a.metadata, b.metadata));
  }

  #idsWith(path: string, values: readonly string[], namespace: string | undefined): string[] | undefined {
    if (path === "metadata.name") {
      const namespaces = namespace === undefined ? [...this.#namespaces.keys()] : [namespace];
      return values.flatMap((name) => namespaces.map((each) => formatKey({ namespace: each, name })));
    }
    // What lacks the field counts as empty, and is in no index.
    if (values.includes("")) return undefined;
    const index = this.#indexes.get(path);
    return index && values.flatMap((value) => [...index.find(value)]);
  }
}
