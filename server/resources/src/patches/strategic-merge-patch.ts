// Strategic merge patch, as kubectl sends it for the kinds that it has built in: a merge patch that knows the lists of
// ObjectMeta, with `$` members that say what a merge patch cannot.

import { isObject, type JsonObject, member } from "@neverland/api";
import { itemStep, type ListTypes, listTypes, typesBelow } from "../fields/field-set.ts";

const deleteFromList = "$deleteFromPrimitiveList/";

/** Directives for lists that no kind here has are no concern; `$setElementOrder` is but for looks. */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  return merge(target, patch, listTypes);
}

function merge(target: unknown, patch: unknown, types: ListTypes | undefined): unknown {
  if (Array.isArray(patch) && typeof types === "string")
    return mergeItems(Array.isArray(target) ? target : [], patch, types);
  return isObject(patch) ? mergeMembers(asObject(target), patch, types) : patch;
}

function mergeMembers(target: JsonObject, patch: JsonObject, types: ListTypes | undefined): JsonObject {
  const directive = member(patch, "$patch");
  const retained = member(patch, "$retainKeys");
  const merged = new Map(directive === "replace" || directive === "delete" ? [] : Object.entries(target));
  if (Array.isArray(retained)) for (const key of merged.keys()) if (!retained.includes(key)) merged.delete(key);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deleteFromList)) removeItems(merged, key.slice(deleteFromList.length), value);
    else if (key.startsWith("$")) continue;
    else if (value === null || member(value, "$patch") === "delete") merged.delete(key);
    else merged.set(key, merge(merged.get(key), value, typesBelow(types, `f:${key}`)));
  }
  return Object.fromEntries(merged);
}

function mergeItems(target: readonly unknown[], patch: readonly unknown[], type: "set" | "by-uid"): unknown[] {
  const items = new Map(target.map((item) => [itemStep(item, type), item]));
  for (const item of patch) {
    const step = itemStep(item, type);
    if (member(item, "$patch") === "delete") items.delete(step);
    else items.set(step, isObject(item) ? mergeMembers(asObject(items.get(step)), item, undefined) : item);
  }
  return [...items.values()];
}

function removeItems(members: Map<string, unknown>, name: string, gone: unknown): void {
  const list = members.get(name);
  if (Array.isArray(list) && Array.isArray(gone))
    members.set(
      name,
      list.filter((item) => !gone.includes(item)),
    );
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
