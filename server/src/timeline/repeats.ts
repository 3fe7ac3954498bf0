// Recognises a fact that was told a moment ago, so that it is counted rather than written again.

/** Bounded: the facts told longest ago are forgotten first. */
export class Repeats<T> {
  readonly #most: number;
  readonly #facts = new Map<string, { readonly value: T; lastMs: number }>();

  constructor(most: number) {
    this.#most = most;
  }

  /** The fact told before under this key, if that was at most `windowMs` ago; hearing it again keeps it fresh. */
  find(key: string, nowMs: number, windowMs: number): T | undefined {
    const fact = this.#facts.get(key);
    if (fact === undefined || nowMs - fact.lastMs > windowMs) return undefined;
    this.#keep(key, { value: fact.value, lastMs: nowMs });
    return fact.value;
  }

  add(key: string, value: T, nowMs: number): void {
    this.#keep(key, { value, lastMs: nowMs });
    const [oldest] = this.#facts.keys();
    if (this.#facts.size > this.#most && oldest !== undefined) this.#facts.delete(oldest);
  }

  get size(): number {
    return this.#facts.size;
  }

  #keep(key: string, fact: { readonly value: T; lastMs: number }): void {
    this.#facts.delete(key);
    this.#facts.set(key, fact);
  }
}
