// What is done with JSON values of any shape.
import { isObject, type JsonObject } from "@neverland/api";

/** The object with one member set, or taken away when `value` is `undefined`. `__proto__` is a key like any other. */
export function withMember(object: JsonObject, key: string, value: unknown): JsonObject {
  if (value !== undefined) return { ...object, [key]: value };
  if (!Object.hasOwn(object, key)) return object;
  const { [key]: _, ...others } = object;
  return others;
}

/** How many values without parts there are in `value`; no further than `limit` is counted. Does not recurse. */
export function countLeaves(value: unknown, limit: number): number {
  const open: unknown[] = [value];
  let count = 0;
  while (open.length > 0 && count < limit) {
    const item = open.pop();
    const others = open.length;
    // Every write is counted: no list of the parts is made for it. Values of JSON inherit nothing that is enumerable.
    if (Array.isArray(item)) for (let at = 0; at < item.length; at++) open.push(item[at]);
    else if (isObject(item)) for (const key in item) open.push(item[key]);
    if (open.length === others) count += 1;
  }
  return count;
}

/** Whether nothing in `value` is nested deeper than `limit`. Looks no deeper than that, so it cannot itself run out of stack. */
export function isShallow(value: unknown, limit: number): boolean {
  if (limit < 0) return false;
  if (Array.isArray(value)) return value.every((item) => isShallow(item, limit - 1));
  if (!isObject(value)) return true;
  for (const key in value) if (!isShallow(value[key], limit - 1)) return false;
  return true;
}
