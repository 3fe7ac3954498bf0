// Recognises a fact that was told a moment ago, so that it is counted rather than written again.

import { type RecentMap, recentMap } from "@neverland/platform/collections/recent-map.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";

/** Bounded: the facts told longest ago are forgotten first. Keys are short ones. */
export class Repeats<T> {
  readonly #clock: Clock;
  readonly #facts: RecentMap<string, { readonly value: T; readonly lastMs: number }>;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#facts = recentMap(most);
  }

  /** The fact told before under this key, if that was at most `windowMs` ago; hearing it again keeps it fresh. */
  find(key: string, windowMs: number): T | undefined {
    const fact = this.#facts.get(key);
    // A clock that is set makes nothing longer ago, or shorter, than it was.
    if (fact === undefined || this.#clock.nowMs() - this.#clock.asOfNowMs(fact.lastMs) > windowMs) return undefined;
    this.add(key, fact.value);
    return fact.value;
  }

  add(key: string, value: T): void {
    this.#facts.set(key, { value, lastMs: this.#clock.nowMs() });
  }
}
