// sprig: values that may not be set, and flow.
import { toBytes } from "../values/bytes.ts";
import { typeOf } from "../values/values.ts";
import { deepEqual, isEmpty, kindOf } from "./casts.ts";
import { any, bool, fn, type GoFunction, refuse, string, variadic } from "./signature.ts";

export const defaultFunctions: Readonly<Record<string, GoFunction>> = {
  default: variadic([any], any, any, (fallback, [given = null]) => (isEmpty(given) ? fallback : given)),
  empty: fn([any], bool, isEmpty),
  coalesce: variadic([], any, any, (values) => values.find((value) => !isEmpty(value)) ?? null),
  all: variadic([], any, bool, (values) => !values.some(isEmpty)),
  any: variadic([], any, bool, (values) => values.some((value) => !isEmpty(value))),
  ternary: fn([any, any, bool], any, (yes, no, condition) => (condition ? yes : no)),
  fail: fn([string], string, (message) => refuse(message)),
};

export const typeFunctions: Readonly<Record<string, GoFunction>> = {
  typeOf: fn([any], string, (value) => toBytes(typeOf(value)?.name ?? "<nil>")),
  typeIs: fn([string, any], bool, (name, value) => name === (typeOf(value)?.name ?? "<nil>")),
  typeIsLike: fn([string, any], bool, (name, value) => {
    const actual = typeOf(value)?.name ?? "<nil>";
    return name === actual || `*${name}` === actual;
  }),
  kindOf: fn([any], string, kindOf),
  kindIs: fn([string, any], bool, (kind, value) => kind === kindOf(value)),
  deepEqual: fn([any, any], bool, deepEqual),
};
