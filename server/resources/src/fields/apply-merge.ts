// The object half of server-side apply: merges what is applied into the live object, and takes fields away again.

import { isObject, type JsonObject, member, withMember } from "../json.ts";
import { itemStep, listType } from "./field-set.ts";

/** `live` with everything in `applied` as `applied` says. Maps are merged, lists replaced but for those with a type. */
export function mergeApplied(live: unknown, applied: unknown, path: readonly string[] = []): unknown {
  if (isObject(live) && isObject(applied)) {
    const merged = new Map(Object.entries(live));
    for (const [name, value] of Object.entries(applied))
      merged.set(name, mergeApplied(merged.get(name), value, [...path, `f:${name}`]));
    return Object.fromEntries(merged);
  }
  const type = listType(path);
  if (type === undefined || !Array.isArray(live) || !Array.isArray(applied)) return applied;
  const items = new Map(live.map((item) => [itemStep(item, type), item]));
  for (const item of applied) {
    const step = itemStep(item, type);
    items.set(step, mergeApplied(items.get(step), item, [...path, step]));
  }
  return [...items.values()];
}

/**
 * `value` without the field at `path`, and without the maps and lists that this leaves empty.
 * @param isOwned Whether a path (a FieldSet's string) is somebody's: such a map stays, though empty.
 */
export function removeField(
  value: unknown,
  path: readonly string[],
  isOwned: (path: string) => boolean,
  at: readonly string[] = [],
): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  const below = (child: unknown) => removeField(child, rest, isOwned, [...at, step]);
  if (isObject(value)) {
    const left = removeMember(value, step.slice(2), below);
    return Object.keys(left).length === 0 && !isOwned(JSON.stringify(at)) ? undefined : left;
  }
  const type = listType(at);
  if (!Array.isArray(value) || type === undefined) return value;
  const items = value.map((item) => (itemStep(item, type) === step ? below(item) : item));
  const left = items.filter((item) => item !== undefined);
  return left.length === 0 ? undefined : left;
}

function removeMember(value: JsonObject, name: string, below: (child: unknown) => unknown): JsonObject {
  const child = member(value, name);
  return child === undefined ? value : withMember(value, name, below(child));
}

/** Without members that are null: in what is applied they say nothing. */
export function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(entries.map(([key, child]) => [key, withoutNulls(child)]));
}
