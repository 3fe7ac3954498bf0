// Which fields one object has that another has not, or has otherwise.

import { isDeepStrictEqual } from "node:util";
import { isObject } from "@neverland/api";
import { type FieldSet, type Fields, fieldsOf, type ListTypes, listTypes, partsOf, typesBelow } from "./field-set.ts";

export type FieldChanges = { readonly changed: FieldSet; readonly removed: FieldSet };

const none: FieldChanges = { changed: undefined, removed: undefined };

/** Parts that are the same object are not looked into: of most objects most stays. */
export function fieldChanges(live: unknown, next: unknown): FieldChanges {
  if (isEmpty(live)) return { changed: wholeOf(next), removed: undefined };
  if (isEmpty(next)) return { changed: undefined, removed: wholeOf(live) };
  return changesAt(live, next, listTypes, false);
}

function wholeOf(object: unknown): FieldSet {
  return isEmpty(object) ? undefined : fieldsOf(object);
}

function isEmpty(object: unknown): boolean {
  return !isObject(object) || Object.keys(object).length === 0;
}

function changesAt(live: unknown, next: unknown, types: ListTypes | undefined, isItem: boolean): FieldChanges {
  if (live === next) return none;
  const before = partsOf(live, types);
  const after = partsOf(next, types);
  if (before && after && Array.isArray(live) === Array.isArray(next)) return changesIn(before, after, types);
  if (!before && !after) return isDeepStrictEqual(live, next) ? none : { changed: {}, removed: undefined };
  const changed = fieldsOf(next, types, isItem);
  if (before) return { changed, removed: fieldsOf(live, types, isItem) };
  // An empty map that was filled is there still: adding to it takes nothing from who owns it.
  return { changed, removed: isObject(live) ? undefined : {} };
}

function changesIn(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  types: ListTypes | undefined,
): FieldChanges {
  const changed: [string, Fields][] = [];
  const removed: [string, Fields][] = [];
  for (const [step, child] of after) {
    const isItem = step.startsWith("k:");
    const changes = before.has(step)
      ? changesAt(before.get(step), child, typesBelow(types, step), isItem)
      : { changed: fieldsOf(child, typesBelow(types, step), isItem), removed: undefined };
    if (changes.changed) changed.push([step, changes.changed]);
    if (changes.removed) removed.push([step, changes.removed]);
  }
  for (const [step, child] of before)
    if (!after.has(step)) removed.push([step, fieldsOf(child, typesBelow(types, step), step.startsWith("k:"))]);
  return { changed: setOf(changed), removed: setOf(removed) };
}

function setOf(children: [string, Fields][]): FieldSet {
  return children.length === 0 ? undefined : Object.fromEntries(children);
}
