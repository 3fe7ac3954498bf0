// sprig: lists. No function changes the list it is given.

import { anyType, sliceOf } from "../values/types.ts";
import { anySlice, GoSlice, type GoValue, listOf } from "../values/values.ts";
import { deepEqual, isEmpty, itemsOf, textsOf, toInt64 } from "./casts.ts";
import {
  any,
  bool,
  type CallContext,
  fn,
  type GoFunction,
  int,
  ints,
  list,
  refuse,
  string,
  strings,
  variadic,
} from "./signature.ts";

function made(items: readonly GoValue[], { budget }: CallContext): readonly GoValue[] {
  budget.spendItems(items.length);
  return items;
}

function includes(items: readonly GoValue[], wanted: GoValue, context: CallContext): boolean {
  return items.some((item) => deepEqual(wanted, item, context));
}

function uniq(value: GoValue, context: CallContext): GoValue[] {
  const kept: GoValue[] = [];
  for (const item of itemsOf(value, "Cannot find uniq on type")) {
    if (!includes(kept, item, context)) kept.push(item);
  }
  return kept;
}

function sliceList(value: GoValue, indexes: readonly GoValue[]): GoValue {
  const items = itemsOf(value, "list should be type of slice or array but");
  if (items.length === 0 || !(value instanceof GoSlice)) return null;
  const [start = 0, end = items.length] = indexes.map((index) => Number(toInt64(index)));
  if (start < 0 || start > end || end > items.length) return refuse("reflect.Value.Slice: slice index out of bounds");
  return new GoSlice(value.type, items.slice(start, end));
}

function chunk(size: number, value: GoValue, context: CallContext): GoValue {
  const items = itemsOf(value, "Cannot chunk type");
  if (size < 1) return refuse("runtime error: makeslice: len out of range");
  const chunks: GoValue[] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(listOf(items.slice(at, at + size)));
  return new GoSlice(sliceOf(sliceOf(anyType)), made(chunks, context));
}

/** Numbers from `start` until before `stop`; none when `step` leads the other way. */
function untilStep(start: number, stop: number, step: number, { budget }: CallContext): number[] {
  const rising = stop >= start;
  if (rising ? step <= 0 : step >= 0) return [];
  const count = Math.max(Math.ceil((stop - start) / step), 0);
  budget.spendItems(count);
  return Array.from({ length: count }, (_, i) => start + i * step);
}

/** Each is there twice: sprig's plain form panics where its `must` form returns the error, and both end the template. */
const twins: Readonly<Record<string, GoFunction>> = {
  append: fn([any, any], list, (value, item, context) =>
    made([...itemsOf(value, "Cannot push on type"), item], context),
  ),
  prepend: fn([any, any], list, (value, item, context) =>
    made([item, ...itemsOf(value, "Cannot prepend on type")], context),
  ),
  first: fn([any], any, (value) => itemsOf(value, "Cannot find first on type")[0] ?? null),
  last: fn([any], any, (value) => itemsOf(value, "Cannot find last on type").at(-1) ?? null),
  rest: fn([any], any, (value, context) => allBut(itemsOf(value, "Cannot find rest on type"), 1, undefined, context)),
  initial: fn([any], any, (value, context) => allBut(itemsOf(value, "Cannot find initial on type"), 0, -1, context)),
  reverse: fn([any], list, (value, context) =>
    made(itemsOf(value, "Cannot find reverse on type").toReversed(), context),
  ),
  uniq: fn([any], list, uniq),
  compact: fn([any], list, (value) => itemsOf(value, "Cannot compact on type").filter((item) => !isEmpty(item))),
  without: variadic([any], any, list, (value, unwanted, context) =>
    itemsOf(value, "Cannot find without on type").filter((item) => !includes(unwanted, item, context)),
  ),
  has: fn([any, any], bool, (wanted, value, context) =>
    value === null ? false : includes(itemsOf(value, "Cannot find has on type"), wanted, context),
  ),
  slice: variadic([any], any, any, sliceList),
  chunk: fn([int, any], any, chunk),
};

/** Of an empty list, a nil list. */
function allBut(items: readonly GoValue[], start: number, end: number | undefined, context: CallContext): GoSlice {
  return new GoSlice(anySlice, made(items.slice(start, end), context), items.length === 0);
}

export function withMustTwins(functions: Readonly<Record<string, GoFunction>>): Record<string, GoFunction> {
  const both = Object.entries(functions).flatMap(([name, body]) => [
    [name, body] as const,
    [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, body] as const,
  ]);
  return Object.fromEntries(both);
}

const listOfArgs = variadic([], any, list, (items, context) => made(items, context));
const doubled = withMustTwins(twins);

export const listFunctions: Readonly<Record<string, GoFunction>> = {
  ...doubled,
  ...withMustTwins({ push: twins.append ?? listOfArgs }),
  list: listOfArgs,
  tuple: listOfArgs,
  concat: variadic([], any, list, (lists, context) =>
    made(
      lists.flatMap((value) => {
        if (!(value instanceof GoSlice)) itemsOf(value, "Cannot concat type");
        return value instanceof GoSlice ? [...value.items] : [];
      }),
      context,
    ),
  ),
  sortAlpha: fn([any], strings, (value, context) => textsOf(value, context).sort()),
  toStrings: fn([any], strings, (value, context) => (value === null ? [] : textsOf(value, context))),
  until: fn([int], ints, (count, context) => untilStep(0, count, count < 0 ? -1 : 1, context)),
  untilStep: fn([int, int, int], ints, untilStep),
  seq: variadic([], int, string, (params, context) => sequence(params, context).join(" ")),
};

/** As the command of that name: last; first and last; first, step and last. */
function sequence(params: readonly number[], context: CallContext): number[] {
  const [a = 0, b = 0, c = 0] = params;
  if (params.length === 0 || params.length > 3) return [];
  const [start, step, end] =
    params.length === 1 ? [1, undefined, a] : params.length === 2 ? [a, undefined, b] : [a, b, c];
  const direction = end < start ? -1 : 1;
  if (step !== undefined && direction === -1 && step > 0) return [];
  return untilStep(start, end + direction, step ?? direction, context);
}
