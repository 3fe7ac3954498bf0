// The resources of one kind in the order of their keys: blocks of a few hundred, so that nothing costs more than a block.
import type { Resource, ResourceKey } from "@neverland/api";

/** What of the order is asked for: a namespace, or all; only what comes after a key. */
export type KeyRange = { readonly namespace?: string; readonly after?: ResourceKey };

const largestBlock = 512;

type Place = { readonly block: number; readonly index: number };

export class SortedResources {
  /** No block is empty. */
  readonly #blocks: Resource[][] = [];

  static of(...resources: readonly Resource[]): SortedResources {
    const sorted = new SortedResources();
    for (const resource of resources) sorted.put(resource);
    return sorted;
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  get(key: ResourceKey): Resource | undefined {
    const { block, index } = this.#placeOf(key);
    const found = this.#blocks[block]?.[index];
    return found !== undefined && sameKey(found.metadata, key) ? found : undefined;
  }

  /** Puts a resource in its place, instead of the one with the same key. @returns That one. */
  put(resource: Resource): Resource | undefined {
    const last = this.#blocks.at(-1)?.at(-1);
    if (last === undefined || compareKeys(last.metadata, resource.metadata) < 0) {
      this.#append(resource);
      return undefined;
    }
    const { block, index } = this.#placeOf(resource.metadata);
    const items = this.#blocks[block];
    if (items === undefined) return undefined; // there is one that is not less than the last
    const found = items[index];
    const isThere = found !== undefined && sameKey(found.metadata, resource.metadata);
    if (isThere) {
      items[index] = resource;
      return found;
    }
    items.splice(index, 0, resource);
    if (items.length > largestBlock) this.#blocks.splice(block + 1, 0, items.splice(largestBlock / 2));
    return undefined;
  }

  /** @returns What was there. */
  delete(key: ResourceKey): Resource | undefined {
    const { block, index } = this.#placeOf(key);
    const items = this.#blocks[block];
    const found = items?.[index];
    if (items === undefined || found === undefined || !sameKey(found.metadata, key)) return undefined;
    items.splice(index, 1);
    if (items.length === 0) this.#blocks.splice(block, 1);
    return found;
  }

  /** Namespaces that have any, in order, at the cost of a look-up each. */
  namespaces(): string[] {
    const found: string[] = [];
    for (let place: Place = { block: 0, index: 0 }; ; ) {
      const namespace = this.#blocks[place.block]?.[place.index]?.metadata.namespace;
      if (namespace === undefined) return found;
      found.push(namespace);
      place = this.#placeOf({ namespace: `${namespace}\0`, name: "" });
    }
  }

  /** At most `limit` of them, in order. A list of one's own: later changes are not seen in it. */
  list(range: KeyRange, limit = Number.POSITIVE_INFINITY): Resource[] {
    const [from, to] = this.#bounds(range);
    const found: Resource[][] = [];
    let length = 0;
    for (let block = from.block; block <= to.block && length < limit; block++) {
      const start = block === from.block ? from.index : 0;
      const items = this.#blocks[block]?.slice(start, block === to.block ? to.index : undefined) ?? [];
      found.push(items);
      length += items.length;
    }
    const all = found.flat();
    return all.length > limit ? all.slice(0, limit) : all;
  }

  count(range: KeyRange): number {
    const [from, to] = this.#bounds(range);
    return Math.max(this.#rank(to) - this.#rank(from), 0);
  }

  #append(resource: Resource): void {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.length < largestBlock) last.push(resource);
    else this.#blocks.push([resource]);
  }

  #bounds({ namespace, after }: KeyRange): [Place, Place] {
    const afterKey = after && { namespace: after.namespace, name: `${after.name}\0` }; // the least that is greater
    const start = namespace === undefined ? undefined : { namespace, name: "" };
    const later = afterKey && start ? (compareKeys(afterKey, start) > 0 ? afterKey : start) : (afterKey ?? start);
    const from = later === undefined ? { block: 0, index: 0 } : this.#placeOf(later);
    const end = { block: this.#blocks.length, index: 0 };
    return [from, namespace === undefined ? end : this.#placeOf({ namespace: `${namespace}\0`, name: "" })];
  }

  /** Where the first stands whose key is not less; behind the last block when there is none. */
  #placeOf(key: ResourceKey): Place {
    const block = firstIndex(this.#blocks, (items) => isLess(items.at(-1), key));
    return { block, index: firstIndex(this.#blocks[block] ?? [], (item) => isLess(item, key)) };
  }

  #rank({ block, index }: Place): number {
    let before = index;
    for (let at = 0; at < block; at++) before += this.#blocks[at]?.length ?? 0;
    return before;
  }
}

function isLess(resource: Resource | undefined, key: ResourceKey): boolean {
  return resource !== undefined && compareKeys(resource.metadata, key) < 0;
}

/** By halving: the first item for which `isBefore` is false; the length when it is true for all. */
function firstIndex<T>(items: readonly T[], isBefore: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(items[middle] as T))
      low = middle + 1; // the middle is within the list
    else high = middle;
  }
  return low;
}

export function isInRange(key: ResourceKey, { namespace, after }: KeyRange): boolean {
  if (namespace !== undefined && key.namespace !== namespace) return false;
  return after === undefined || compareKeys(key, after) > 0;
}

export function sameKey(key: ResourceKey, other: ResourceKey): boolean {
  return key.name === other.name && key.namespace === other.namespace;
}

/** Where `key` stands in the order of a list, relative to `other`. */
export function compareKeys(key: ResourceKey, other: ResourceKey): number {
  return compareText(key.namespace, other.namespace) || compareText(key.name, other.name);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
