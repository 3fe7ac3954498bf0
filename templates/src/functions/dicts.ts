// sprig: dicts. `set`, `unset` and the merges change the dict they are given, as they do there.
import { dictOf, GoMap, GoPointer, GoSlice, GoStruct, type GoValue, sortedKeys } from "../values/values.ts";
import { isEmpty, textOfValue } from "./casts.ts";
import { withMustTwins } from "./lists.ts";
import {
  any,
  bool,
  type CallContext,
  dict,
  fn,
  type GoFunction,
  list,
  refuse,
  string,
  strings,
  variadic,
} from "./signature.ts";

function makeDict(args: readonly GoValue[], context: CallContext): GoMap {
  const entries = new Map<string, GoValue>();
  for (let i = 0; i < args.length; i += 2) {
    const value = i + 1 < args.length ? (args[i + 1] ?? null) : "";
    entries.set(textOfValue(args[i] ?? null, context), value);
  }
  return dictOf(entries);
}

function set(target: GoMap, key: string, value: GoValue, context: CallContext): GoMap {
  if (target.isNil) return refuse("assignment to entry in nil map");
  if (holds(value, target, context)) return refuse("a dict cannot hold itself");
  target.entries.set(key, value);
  return target;
}

/** Go would print such a dict for ever. */
function holds(value: GoValue, wanted: GoMap, context: CallContext): boolean {
  context.budget.spend();
  if (value === wanted) return true;
  if (value instanceof GoMap) return [...value.entries.values()].some((entry) => holds(entry, wanted, context));
  return value instanceof GoSlice && value.items.some((item) => holds(item, wanted, context));
}

function picked(source: GoMap, keep: (key: string) => boolean): GoMap {
  return dictOf(new Map([...source.entries].filter(([key]) => keep(key))));
}

/** Fills what the target lacks; with `overwrite`, also what it has. Dicts inside are merged likewise. */
function merge(target: GoMap, sources: readonly GoMap[], overwrite: boolean, context: CallContext): GoMap {
  for (const source of sources) mergeOne(target, source, overwrite, context);
  return target;
}

function mergeOne(target: GoMap, source: GoMap, overwrite: boolean, context: CallContext): void {
  for (const [key, value] of source.entries) {
    context.budget.spend();
    const present = target.entries.get(key);
    if (present instanceof GoMap && value instanceof GoMap && present !== value) {
      mergeOne(present, value, overwrite, context);
    } else if (present === undefined || (overwrite ? !isEmpty(value) : isEmpty(present))) {
      set(target, key, value, context);
    }
  }
}

/** `dig "a" "b" default dict`: what is at a.b, or the default where a key is missing. */
function dig(args: readonly GoValue[]): GoValue {
  if (args.length < 3) return refuse("dig needs at least three arguments");
  const fallback = args.at(-2) ?? null;
  let found: GoValue = args.at(-1) ?? null;
  for (const key of args.slice(0, -2)) {
    if (typeof key !== "string") return refuse("interface conversion: interface {} is not string");
    if (!(found instanceof GoMap)) return refuse("interface conversion: interface {} is not map[string]interface {}");
    const next: GoValue | undefined = found.entries.get(key);
    if (next === undefined) return fallback;
    found = next;
  }
  return found;
}

function deepCopy(value: GoValue, context: CallContext): GoValue {
  context.budget.spend();
  if (value instanceof GoSlice) {
    return new GoSlice(
      value.type,
      value.items.map((item) => deepCopy(item, context)),
      value.isNil,
    );
  }
  if (value instanceof GoPointer) return new GoPointer(value.type, deepCopy(value.target, context));
  if (value instanceof GoStruct)
    return new GoStruct(
      value.type,
      value.fields.map((field) => deepCopy(field, context)),
    );
  if (!(value instanceof GoMap)) return value;
  const entries = [...value.entries].map(([key, entry]) => [key, deepCopy(entry, context)] as const);
  return new GoMap(value.type, new Map(entries), value.isNil);
}

export const dictFunctions: Readonly<Record<string, GoFunction>> = {
  dict: variadic([], any, dict, makeDict),
  get: fn([dict, string], any, (source, key) => (source.entries.has(key) ? (source.entries.get(key) ?? null) : "")),
  set: fn([dict, string, any], dict, set),
  unset: fn([dict, string], dict, (source, key) => {
    source.entries.delete(key);
    return source;
  }),
  hasKey: fn([dict, string], bool, (source, key) => source.entries.has(key)),
  pluck: variadic([string], dict, list, (key, sources) =>
    sources.filter((source) => source.entries.has(key)).map((source) => source.entries.get(key) ?? null),
  ),
  // Go gives keys and values in a random order; ours is that of the keys, so that a render can be repeated.
  keys: variadic([], dict, strings, (sources) => sources.flatMap(sortedKeys)),
  values: fn([dict], list, (source) => sortedKeys(source).map((key) => source.entries.get(key) ?? null)),
  pick: variadic([dict], string, dict, (source, keys) => picked(source, (key) => keys.includes(key))),
  omit: variadic([dict], string, dict, (source, keys) => picked(source, (key) => !keys.includes(key))),
  ...withMustTwins({
    merge: variadic([dict], dict, any, (target, sources, context) => merge(target, sources, false, context)),
    mergeOverwrite: variadic([dict], dict, any, (target, sources, context) => merge(target, sources, true, context)),
    deepCopy: fn([any], any, deepCopy),
  }),
  dig: variadic([], any, any, dig),
};
