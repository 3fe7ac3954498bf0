// Recognises a fact that was told a moment ago, so that it is counted rather than written again.
import { type RecentMap, recentMap } from "@neverland/platform/recent-map.ts";

/** Bounded: the facts told longest ago are forgotten first. */
export class Repeats<T> {
  readonly #facts: RecentMap<string, { readonly value: T; readonly lastMs: number }>;

  constructor(most: number) {
    this.#facts = recentMap(most);
  }

  /** The fact told before under this key, if that was at most `windowMs` ago; hearing it again keeps it fresh. */
  find(key: string, nowMs: number, windowMs: number): T | undefined {
    const fact = this.#facts.get(key);
    if (fact === undefined || nowMs - fact.lastMs > windowMs) return undefined;
    this.add(key, fact.value, nowMs);
    return fact.value;
  }

  add(key: string, value: T, nowMs: number): void {
    this.#facts.set(key, { value, lastMs: nowMs });
  }

  get size(): number {
    return this.#facts.size;
  }
}
