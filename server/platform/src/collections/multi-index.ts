// Objects by id and by each of the keys that they have: any number of keys to an object, any number of objects to a key.

type Entry<Item> = { readonly id: string; readonly item: Item; readonly keys: readonly string[] };

/** A change costs what the object's keys are, whatever else is in the index; objects of one key are found in the order they came. */
export class MultiIndex<Item> {
  readonly #keysOf: (item: Item) => Iterable<string>;
  readonly #entries = new Map<string, Entry<Item>>();
  /** Most keys are one object's alone: a map is made for those that are looked up or shared. */
  readonly #byKey = new Map<string, Entry<Item> | Map<string, Item>>();
  readonly #none: ReadonlyMap<string, Item> = new Map();

  /** @param keysOf Is asked once for each object that is put in; a key named twice counts once. */
  constructor(keysOf: (item: Item) => Iterable<string>) {
    this.#keysOf = keysOf;
  }

  get size(): number {
    return this.#entries.size;
  }

  ids(): IterableIterator<string> {
    return this.#entries.keys();
  }

  get(id: string): Item | undefined {
    return this.#entries.get(id)?.item;
  }

  /** The objects that have `key`, by their ids. */
  find(key: string): ReadonlyMap<string, Item> {
    const found = this.#byKey.get(key);
    return found === undefined ? this.#none : this.#mapOf(key, found);
  }

  /** How many objects have `key`. */
  count(key: string): number {
    const found = this.#byKey.get(key);
    if (found === undefined) return 0;
    return found instanceof Map ? found.size : 1;
  }

  /** Takes the place of an object with the same id. When `keysOf` throws, nothing has changed. @returns The object it replaced. */
  put(id: string, item: Item): Item | undefined {
    const entry = { id, item, keys: [...new Set(this.#keysOf(item))] };
    const before = this.delete(id);
    this.#entries.set(id, entry);
    for (const key of entry.keys) {
      const found = this.#byKey.get(key);
      if (found === undefined) this.#byKey.set(key, entry);
      else this.#mapOf(key, found).set(id, item);
    }
    return before;
  }

  /** @returns The object that was there. */
  delete(id: string): Item | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    for (const key of entry.keys) {
      const found = this.#byKey.get(key);
      if (found instanceof Map) found.delete(id);
      if (found === entry || (found instanceof Map && found.size === 0)) this.#byKey.delete(key);
    }
    return entry.item;
  }

  clear(): void {
    this.#entries.clear();
    this.#byKey.clear();
  }

  #mapOf(key: string, found: Entry<Item> | Map<string, Item>): Map<string, Item> {
    if (found instanceof Map) return found;
    const map = new Map([[found.id, found.item]]);
    this.#byKey.set(key, map);
    return map;
  }
}
