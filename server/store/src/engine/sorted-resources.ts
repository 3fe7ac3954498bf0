// The resources of one kind in the order of their keys: blocks of a few hundred, so that nothing costs more than a block. A snapshot
// shares the blocks: who writes into one that is shared copies it first.
import type { Resource, ResourceKey } from "@neverland/api";

/** What of the order is asked for: a namespace, or all; only what comes after a key. */
export type KeyRange = { readonly namespace?: string; readonly after?: ResourceKey };

const largestBlock = 512;

/** A state that nothing changes any more. */
export type Snapshot = Pick<SortedResources, "list" | "count" | "from">;

/** `era`: the time between two snapshots in which the list was made; what is of an earlier one is in a snapshot, too. */
type Block = { readonly era: number; readonly items: Resource[] };

type Place = { readonly block: number; readonly index: number };

export class SortedResources {
  /** No block is empty. */
  #blocks: Block[] = [];
  #era = 0;

  static of(...resources: readonly Resource[]): SortedResources {
    const sorted = new SortedResources();
    for (const resource of resources) sorted.put(resource);
    return sorted;
  }

  /** What there is now, for the cost of its blocks' number. What is written into either does not show in the other. */
  snapshot(): SortedResources {
    const copy = new SortedResources();
    copy.#blocks = [...this.#blocks];
    this.#era += 1;
    copy.#era = this.#era;
    return copy;
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  get(key: ResourceKey): Resource | undefined {
    const { block, index } = this.#placeOf(key);
    const found = this.#blocks[block]?.items[index];
    return found !== undefined && sameKey(found.metadata, key) ? found : undefined;
  }

  /** Puts a resource in its place, instead of the one with the same key. @returns That one. */
  put(resource: Resource): Resource | undefined {
    const last = this.#blocks.at(-1)?.items.at(-1);
    if (last === undefined || compareKeys(last.metadata, resource.metadata) < 0) {
      this.#append(resource);
      return undefined;
    }
    const { block, index } = this.#placeOf(resource.metadata);
    const items = this.#own(block);
    if (items === undefined) return undefined; // there is one that is not less than the last
    const found = items[index];
    const isThere = found !== undefined && sameKey(found.metadata, resource.metadata);
    if (isThere) {
      items[index] = resource;
      return found;
    }
    items.splice(index, 0, resource);
    if (items.length > largestBlock) this.#blocks.splice(block + 1, 0, this.#block(items.splice(largestBlock / 2)));
    return undefined;
  }

  /** @returns What was there. */
  delete(key: ResourceKey): Resource | undefined {
    const { block, index } = this.#placeOf(key);
    const found = this.#blocks[block]?.items[index];
    if (found === undefined || !sameKey(found.metadata, key)) return undefined;
    const items = this.#own(block) ?? [];
    items.splice(index, 1);
    if (items.length === 0) this.#blocks.splice(block, 1);
    return found;
  }

  /** Namespaces that have any, in order, at the cost of a look-up each. */
  namespaces(): string[] {
    const found: string[] = [];
    for (let place: Place = { block: 0, index: 0 }; ; ) {
      const namespace = this.#blocks[place.block]?.items[place.index]?.metadata.namespace;
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
      const items = this.#blocks[block]?.items.slice(start, block === to.block ? to.index : undefined) ?? [];
      found.push(items);
      length += items.length;
    }
    const all = found.flat();
    return all.length > limit ? all.slice(0, limit) : all;
  }

  /** All of them, in order, each when it is asked for: for a snapshot, which does not change meanwhile. */
  *from(range: KeyRange): Iterable<Resource> {
    const [from, to] = this.#bounds(range);
    for (let { block, index } = from; block <= to.block; block += 1, index = 0) {
      const items = this.#blocks[block]?.items ?? [];
      const end = block === to.block ? to.index : items.length;
      for (; index < end; index += 1) yield items[index] as Resource; // within the block
    }
  }

  count(range: KeyRange): number {
    const [from, to] = this.#bounds(range);
    return Math.max(this.#rank(to) - this.#rank(from), 0);
  }

  #append(resource: Resource): void {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.items.length < largestBlock) this.#own(this.#blocks.length - 1)?.push(resource);
    else this.#blocks.push(this.#block([resource]));
  }

  #block(items: Resource[]): Block {
    return { era: this.#era, items };
  }

  /** The items of a block, to be written into: no snapshot has them. */
  #own(at: number): Resource[] | undefined {
    const block = this.#blocks[at];
    if (block === undefined || block.era === this.#era) return block?.items;
    const own = this.#block([...block.items]);
    this.#blocks[at] = own;
    return own.items;
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
    const block = firstIndex(this.#blocks, ({ items }) => isLess(items.at(-1), key));
    return { block, index: firstIndex(this.#blocks[block]?.items ?? [], (item) => isLess(item, key)) };
  }

  #rank({ block, index }: Place): number {
    let before = index;
    for (let at = 0; at < block; at++) before += this.#blocks[at]?.items.length ?? 0;
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
