// What there is of one kind, in memory: by key, in the order of keys, and by each indexed field.
import type { Resource, ResourceKey } from "@neverland/api";
import { FieldIndex } from "./field-index.ts";
import { compareKeys, isInRange, type KeyRange, SortedResources } from "./sorted-resources.ts";

export class KindTable {
  readonly #sorted = new SortedResources();
  readonly #indexes = new Map<string, FieldIndex>();

  get(key: ResourceKey): Resource | undefined {
    return this.#sorted.get(key);
  }

  put(resource: Resource): void {
    const before = this.#sorted.put(resource);
    for (const index of this.#indexes.values()) index.replace(before, resource);
  }

  delete(key: ResourceKey): void {
    const before = this.#sorted.delete(key);
    if (!before) return;
    for (const index of this.#indexes.values()) index.replace(before, undefined);
  }

  /** In the order of keys. A list of one's own. */
  list(range: KeyRange, limit?: number): Resource[] {
    return this.#sorted.list(range, limit);
  }

  /** What there is now, and stays as it is whatever is put here. */
  snapshot(): SortedResources {
    return this.#sorted.snapshot();
  }

  count(range: KeyRange): number {
    return this.#sorted.count(range);
  }

  /** Namespaces that have objects of this kind. */
  namespaces(): string[] {
    return this.#sorted.namespaces();
  }

  /** Keeps an index by the field from now on. */
  addIndex(path: string): void {
    if (this.#indexes.has(path)) return;
    const index = new FieldIndex(path);
    for (const resource of this.#sorted.list({})) index.replace(undefined, resource);
    this.#indexes.set(path, index);
  }

  /**
   * At most `limit` of what has one of the values in the field, in the order of keys, at the cost of what is found.
   * @returns `undefined` when there is no index that can tell.
   */
  find(path: string, values: readonly string[], range: KeyRange, limit?: number): Resource[] | undefined {
    if (path === "metadata.name") return inOrder(values.map((name) => this.#named(name, range)));
    // What lacks the field counts as empty, and is in no index.
    const index = values.includes("") ? undefined : this.#indexes.get(path);
    const [value, ...others] = values;
    if (index === undefined || value === undefined || others.length > 0)
      return index && inOrder(values.map((each) => index.find(each, range, limit)));
    return index.find(value, range, limit);
  }

  #named(name: string, range: KeyRange): Resource[] {
    const namespaces = range.namespace === undefined ? this.namespaces() : [range.namespace];
    const found = namespaces.map((namespace) => this.get({ namespace, name }));
    return found.filter((resource) => resource !== undefined).filter(({ metadata }) => isInRange(metadata, range));
  }
}

/** Lists in order as one; what is in several is there once. */
function inOrder(lists: readonly Resource[][]): Resource[] {
  const [first = [], ...others] = lists.filter((list) => list.length > 0);
  if (others.length === 0) return first;
  const all = [first, ...others].flat().sort((a, b) => compareKeys(a.metadata, b.metadata));
  return all.filter((resource, at) => resource !== all[at - 1]);
}
