// Something for each of very many resources, by their keys. No text is made of a key, so that a hundred thousand of them cost their
// places alone.
import type { ResourceKey } from "@neverland/api";
import { SplitMap } from "./split-map.ts";

/** Values are never `undefined`. */
export class KeyMap<Value extends {}> {
  readonly #byNamespace = new Map<string, SplitMap<Value>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get({ namespace, name }: ResourceKey): Value | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  has({ namespace, name }: ResourceKey): boolean {
    return this.#byNamespace.get(namespace)?.has(name) === true;
  }

  /** @returns What was there before. */
  set({ namespace, name }: ResourceKey, value: Value): Value | undefined {
    const names = this.#byNamespace.getOrInsertComputed(namespace, () => new SplitMap());
    const before = names.get(name);
    names.set(name, value);
    this.#size += before === undefined ? 1 : 0;
    return before;
  }

  /** @returns What was there. */
  delete({ namespace, name }: ResourceKey): Value | undefined {
    const names = this.#byNamespace.get(namespace);
    const value = names?.get(name);
    if (names?.delete(name)) this.#size -= 1;
    if (names?.size === 0) this.#byNamespace.delete(namespace);
    return value;
  }

  clear(): void {
    this.#byNamespace.clear();
    this.#size = 0;
  }

  /** Those of one namespace after those of another. What is deleted meanwhile does not disturb; nothing may be added. */
  *values(): Iterable<Value> {
    for (const names of this.#byNamespace.values()) yield* names.values();
  }
}
