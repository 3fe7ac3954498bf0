// What makes one value of another, as a JSON merge patch (RFC 7386).

import { isDeepStrictEqual } from "node:util";
import { isObject } from "@neverland/api/json-value";

/** @returns `undefined` when there is nothing to change. */
export function mergePatchBetween(before: unknown, after: unknown): unknown {
  if (isDeepStrictEqual(before, after)) return undefined;
  if (!isObject(before) || !isObject(after)) return after;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changes = [...names].flatMap((name): [string, unknown][] => {
    if (!Object.hasOwn(after, name)) return [[name, null]];
    const change = Object.hasOwn(before, name) ? mergePatchBetween(before[name], after[name]) : after[name];
    return change === undefined ? [] : [[name, change]];
  });
  return Object.fromEntries(changes);
}

/** Whether two merge patches change the same field, or one changes what holds the other's. */
export function patchesMeet(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return false;
  if (!isObject(a) || !isObject(b)) return true;
  return Object.keys(a).some((name) => Object.hasOwn(b, name) && patchesMeet(a[name], b[name]));
}
