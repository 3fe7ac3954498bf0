// Events in the order of their numbers, of which any may go at any time: appending and leaving cost next to nothing.

import type { MachineEvent } from "@neverland/api";
import type { Segment } from "../log/segment.ts";

/** One event, as it is kept in memory: its text, and what it is found by. */
export type Entry = {
  readonly version: number;
  readonly atMs: number;
  readonly namespace: string;
  readonly name: string;
  /** The log's line. */
  readonly text: string;
  /** In memory alone, beyond a budget: it goes when others come, and no watch is owed it. */
  readonly isPassing: boolean;
  count: number;
  untilMs: number;
  isGone: boolean;
  /** Those it is in. */
  lists: readonly EntryList[];
  /** The file it is in; `undefined`: in memory alone. */
  segment: Segment | undefined;
  /** What readers see of it, while it was looked at a moment ago. */
  object: MachineEvent | undefined;
};

/** Below this many there is nothing to tidy. */
const fewest = 16;
/** So many are looked at with each that comes or goes while a list is tidied: it is done long before it has grown again. */
const stepEntries = 32;

/** There are some for each machine: no closure of their own. */
type ListHome = { delete(key: string): unknown };

export class EntryList {
  #entries: Entry[] = [];
  #size = 0;
  /** While the list is tidied: those of the first `looked` entries that had not gone. */
  #tidied: { readonly entries: Entry[]; looked: number } | undefined;
  /** Everything before it has gone. */
  #first = 0;
  readonly #home: ListHome | undefined;
  readonly #key: string;

  /** @param home Where it is kept: when the last of its entries has gone, it is taken out there. */
  constructor(home?: ListHome, key = "") {
    this.#home = home;
    this.#key = key;
  }

  /** How many are there. */
  get size(): number {
    return this.#size;
  }

  /**
   * In order; some that have gone are still among them. When the list is tidied, or a short one grows, it is another one: whoever goes through
   * this one in slices may go on.
   */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  append(entry: Entry): void {
    // `push` and spreading set room for sixteen more aside, and most machines have a few events.
    if (this.#entries.length < fewest) this.#entries = this.#entries.concat(entry);
    else this.#entries.push(entry);
    this.#size += 1;
    this.#tidy();
  }

  /** Takes note that one of its entries has gone. */
  noteGone(): void {
    this.#size -= 1;
    if (this.#size === 0) this.#home?.delete(this.#key);
    this.#tidy();
  }

  /** A step at a time, since it is done while packets wait. */
  #tidy(): void {
    const isDue = this.#entries.length >= fewest && this.#size * 2 <= this.#entries.length;
    if (this.#tidied === undefined && !isDue) return;
    this.#tidied ??= { entries: [], looked: 0 };
    const { entries, looked } = this.#tidied;
    const end = Math.min(looked + stepEntries, this.#entries.length);
    for (let at = looked; at < end; at += 1) {
      const entry = this.#entries[at];
      if (entry !== undefined && !entry.isGone) entries.push(entry);
    }
    this.#tidied.looked = end;
    if (end < this.#entries.length) return;
    this.#entries = entries;
    this.#first = 0;
    this.#tidied = undefined;
  }

  /** Puts right what was appended out of order. */
  sort(): void {
    this.#entries = this.#entries.toSorted((a, b) => a.version - b.version);
    this.#first = 0;
    this.#tidied = undefined;
  }

  /** The first that has not gone. */
  oldest(): Entry | undefined {
    while (this.#entries[this.#first]?.isGone) this.#first += 1;
    return this.#entries[this.#first];
  }
}

/** Where the entries after `version` begin. */
export function indexAfter(entries: readonly Entry[], version: number): number {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((entries[middle]?.version ?? Number.POSITIVE_INFINITY) > version) to = middle;
    else from = middle + 1;
  }
  return from;
}
