// Which objects have a value in one field, in the order of keys. Most values belong to one object, so an order is made only for the
// second.
import type { Resource } from "@neverland/api";
import { SplitMap } from "@neverland/platform/collections/split-map.ts";
import { type FieldStep, stepsOf, textsAt } from "../selector.ts";
import { isInRange, type KeyRange, SortedResources, sameKey } from "./sorted-resources.ts";

const none: readonly string[] = [];
const few = 4;

export class FieldIndex {
  readonly #steps: readonly FieldStep[];
  readonly #found = new SplitMap<Resource | SortedResources>();

  /** @param path As of KindInfo.indexes: dotted, `[]` after a step that is a list. */
  constructor(path: string) {
    this.#steps = stepsOf(path);
  }

  /** At most `limit` of those in the range, in order. A list of one's own. */
  find(value: string, range: KeyRange, limit?: number): Resource[] {
    const found = this.#found.get(value);
    if (found instanceof SortedResources) return found.list(range, limit);
    return found !== undefined && isInRange(found.metadata, range) ? [found] : [];
  }

  /** An object was `before` and is `after`; `undefined` where it was not or is not there. */
  replace(before: Resource | undefined, after: Resource | undefined): void {
    const now = after === undefined ? none : textsAt(after, this.#steps);
    // A write shares with the object before what it left as it was: the values are the same, only their object is another.
    const isLeft = before !== undefined && after !== undefined && this.#topOf(before) === this.#topOf(after);
    const old = before === undefined || isLeft ? none : textsAt(before, this.#steps);
    if (before) for (const value of goneFrom(old, now)) this.#remove(value, before);
    if (after) for (const value of now) if (value !== "") this.#put(value, after);
  }

  #topOf(resource: Resource): unknown {
    return Reflect.get(resource, this.#steps[0]?.name ?? "");
  }

  #put(value: string, resource: Resource): void {
    const found = this.#found.getOrInsert(value, resource);
    if (found === resource) return;
    if (found instanceof SortedResources) found.put(resource);
    else if (sameKey(found.metadata, resource.metadata)) this.#found.set(value, resource);
    else this.#found.set(value, SortedResources.of(found, resource));
  }

  #remove(value: string, { metadata }: Resource): void {
    const found = this.#found.get(value);
    if (found instanceof SortedResources) {
      found.delete(metadata);
      if (found.isEmpty) this.#found.delete(value);
    } else if (found !== undefined && sameKey(found.metadata, metadata)) this.#found.delete(value);
  }
}

/** Those of `old` that are not among `now`. Most objects have one value or none, some a thousand. */
function goneFrom(old: readonly string[], now: readonly string[]): readonly string[] {
  if (old.length <= few) return old.filter((value) => !now.includes(value));
  const still = new Set(now);
  return old.filter((value) => !still.has(value));
}
