// Who has a value: nearly always one, so that a set is made only for values that several have.
import { SplitMap } from "./split-map.ts";

/** In the order in which they came to it. Holders are known by identity, and are no sets themselves. */
export class Holders<Holder extends object> {
  readonly #byValue = new SplitMap<Holder | Set<Holder>>();

  count(value: string): number {
    const found = this.#byValue.get(value);
    if (found === undefined) return 0;
    return found instanceof Set ? found.size : 1;
  }

  has(value: string, holder: Holder): boolean {
    const found = this.#byValue.get(value);
    return found === holder || (found instanceof Set && found.has(holder));
  }

  /** At most `most` of them. */
  first(value: string, most: number): Holder[] {
    const found = this.#byValue.get(value);
    if (found === undefined) return [];
    return found instanceof Set ? [...found.values().take(most)] : [found];
  }

  add(value: string, holder: Holder): void {
    const found = this.#byValue.getOrInsert(value, holder);
    if (found instanceof Set) found.add(holder);
    else if (found !== holder) this.#byValue.set(value, new Set([found, holder]));
  }

  delete(value: string, holder: Holder): void {
    const found = this.#byValue.get(value);
    if (found instanceof Set) found.delete(holder);
    if (found === holder || (found instanceof Set && found.size === 0)) this.#byValue.delete(value);
  }

  clear(): void {
    this.#byValue.clear();
  }
}
