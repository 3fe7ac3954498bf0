// The object half of server-side apply: merges what is applied into the live object, and takes fields away again.
import { isObject, type JsonObject } from "@neverland/api";
import { type FieldSet, type Fields, isField, itemStep, type ListTypes, listTypes, typesBelow } from "./field-set.ts";

/** `live` with everything in `applied` as `applied` says. Maps are merged, lists replaced but for those with a type. */
export function mergeApplied(live: unknown, applied: unknown, types: ListTypes | undefined = listTypes): unknown {
  if (isObject(live) && isObject(applied)) {
    const merged = new Map(Object.entries(live));
    for (const [name, value] of Object.entries(applied))
      merged.set(name, mergeApplied(merged.get(name), value, typesBelow(types, `f:${name}`)));
    return Object.fromEntries(merged);
  }
  if (typeof types !== "string" || !Array.isArray(live) || !Array.isArray(applied)) return applied;
  const items = new Map(live.map((item) => [itemStep(item, types), item]));
  for (const item of applied) {
    const step = itemStep(item, types);
    items.set(step, mergeApplied(items.get(step), item, undefined));
  }
  return [...items.values()];
}

/**
 * `value` without the fields, and without the maps and lists that this leaves empty, but for those that somebody owns.
 * @param owners What is owned from here on down, by each owner.
 */
export function removeFields(
  value: unknown,
  gone: Fields,
  owners: readonly Fields[],
  types: ListTypes | undefined = listTypes,
): unknown {
  if (isField(gone)) return undefined;
  if (isObject(value)) {
    const left = removeMembers(value, gone, owners, types);
    return Object.keys(left).length === 0 && !owners.some(isField) ? undefined : left;
  }
  if (!Array.isArray(value) || typeof types !== "string") return value;
  const left = value.map((item) => removeBelow(item, itemStep(item, types), gone, owners, types));
  const items = left.filter((item) => item !== undefined);
  return items.length === 0 ? undefined : items;
}

function removeMembers(
  value: JsonObject,
  gone: Fields,
  owners: readonly Fields[],
  types: ListTypes | undefined,
): JsonObject {
  const entries = Object.entries(value).map(([name, child]): [string, unknown] => [
    name,
    removeBelow(child, `f:${name}`, gone, owners, types),
  ]);
  return Object.fromEntries(entries.filter(([, child]) => child !== undefined));
}

function removeBelow(
  child: unknown,
  step: string,
  gone: Fields,
  owners: readonly Fields[],
  types: ListTypes | undefined,
): unknown {
  const below = gone[step];
  return below === undefined ? child : removeFields(child, below, ownersBelow(owners, step), typesBelow(types, step));
}

/** Of the fields in `mine`, those that no other has, nor anything beneath them. */
export function unowned(mine: FieldSet, owners: readonly Fields[]): FieldSet {
  if (mine === undefined) return undefined;
  if (isField(mine) && owners.length === 0) return {};
  const children = Object.entries(mine).flatMap(([step, child]): [string, Fields][] => {
    const below = step === "." ? undefined : unowned(child, ownersBelow(owners, step));
    return below === undefined ? [] : [[step, below]];
  });
  return children.length === 0 ? undefined : Object.fromEntries(children);
}

function ownersBelow(owners: readonly Fields[], step: string): Fields[] {
  return owners.flatMap((fields) => fields[step] ?? []);
}

/** Without members that are null: in what is applied they say nothing. */
export function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(entries.map(([key, child]) => [key, withoutNulls(child)]));
}
