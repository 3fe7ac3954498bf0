// Objects by id and by each of the keys that they have: any number of keys to an object, any number of objects to a key.

/** A change costs what the object's keys are, whatever else is in the index; objects of one key are found in the order they came. */
export class MultiIndex<Item> {
  readonly #keysOf: (item: Item) => Iterable<string>;
  readonly #entries = new Map<string, { readonly item: Item; readonly keys: ReadonlySet<string> }>();
  readonly #byKey = new Map<string, Map<string, Item>>();
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
    return this.#byKey.get(key) ?? this.#none;
  }

  /** Takes the place of an object with the same id. When `keysOf` throws, nothing has changed. @returns The object it replaced. */
  put(id: string, item: Item): Item | undefined {
    const keys = new Set(this.#keysOf(item));
    const before = this.delete(id);
    this.#entries.set(id, { item, keys });
    for (const key of keys) this.#byKey.getOrInsertComputed(key, () => new Map()).set(id, item);
    return before;
  }

  /** @returns The object that was there. */
  delete(id: string): Item | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    for (const key of entry.keys) {
      const items = this.#byKey.get(key);
      items?.delete(id);
      if (items?.size === 0) this.#byKey.delete(key);
    }
    return entry.item;
  }

  clear(): void {
    this.#entries.clear();
    this.#byKey.clear();
  }
}
