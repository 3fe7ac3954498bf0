// sprig: integers (int64, which wraps as Go's does) and floats.
import { parseDecimalInt } from "../parse/parse-number.ts";
import { toText } from "../values/bytes.ts";
import type { GoValue } from "../values/values.ts";
import { textOfValue, toFloat64, toInt64 } from "./casts.ts";
import * as decimals from "./decimals.ts";
import { any, bigInt, float, fn, type GoFunction, int, int64, refuse, string, variadic } from "./signature.ts";

const MAX_INT64 = 2n ** 63n - 1n;

function divide(left: GoValue, right: GoValue, operate: (a: bigint, b: bigint) => bigint): bigint {
  const divisor = toInt64(right);
  return divisor === 0n ? refuse("runtime error: integer divide by zero") : operate(toInt64(left), divisor);
}

function fold(first: bigint, rest: readonly GoValue[], operate: (a: bigint, b: bigint) => bigint): bigint {
  return rest.reduce<bigint>((total, value) => BigInt.asIntN(64, operate(total, toInt64(value))), first);
}

function foldFloats(first: GoValue, rest: readonly GoValue[], operate: (a: number, b: number) => number): number {
  return rest.reduce<number>((total, value) => operate(total, toFloat64(value)), toFloat64(first));
}

function round(value: GoValue, places: number, [roundOn = 0.5]: readonly number[]): number {
  const power = 10 ** places;
  const digit = power * toFloat64(value);
  const fraction = digit - Math.trunc(digit);
  return (fraction >= roundOn ? Math.ceil(digit) : Math.floor(digit)) / power;
}

function atoi(text: string): bigint {
  const value = parseDecimalInt(toText(text)) ?? 0n;
  return value > MAX_INT64 ? MAX_INT64 : value < -MAX_INT64 - 1n ? -MAX_INT64 - 1n : value;
}

/** Math.max and Math.min take no bigint. */
function larger(a: bigint, b: bigint): bigint {
  if (a < b) return b;
  return a;
}
function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

const largest = variadic([any], any, int64, (first, rest) => fold(toInt64(first), rest, larger));

export const numberFunctions: Readonly<Record<string, GoFunction>> = {
  atoi: fn([string], bigInt, atoi),
  int: fn([any], bigInt, toInt64),
  int64: fn([any], int64, toInt64),
  float64: fn([any], float, toFloat64),
  toDecimal: fn([any], int64, (value, context) => {
    const text = textOfValue(value, context);
    return /^[0-7]{1,21}$/.test(text) ? BigInt(`0o${text}`) : 0n;
  }),
  add: variadic([], any, int64, (values) => fold(0n, values, (a, b) => a + b)),
  add1: fn([any], int64, (value) => toInt64(value) + 1n),
  sub: fn([any, any], int64, (a, b) => toInt64(a) - toInt64(b)),
  mul: variadic([any], any, int64, (first, rest) => fold(toInt64(first), rest, (a, b) => a * b)),
  div: fn([any, any], int64, (a, b) => divide(a, b, (left, right) => left / right)),
  mod: fn([any, any], int64, (a, b) => divide(a, b, (left, right) => left % right)),
  max: largest,
  biggest: largest,
  min: variadic([any], any, int64, (first, rest) => fold(toInt64(first), rest, smaller)),
  add1f: fn([any], float, (value) => decimals.add(toFloat64(value), 1)),
  addf: variadic([], any, float, (values) => foldFloats(0, values, decimals.add)),
  subf: variadic([any], any, float, (first, rest) => foldFloats(first, rest, (a, b) => decimals.add(a, -b))),
  mulf: variadic([any], any, float, (first, rest) => foldFloats(first, rest, decimals.multiply)),
  divf: variadic([any], any, float, (first, rest) => foldFloats(first, rest, decimals.divide)),
  maxf: variadic([any], any, float, (first, rest) => foldFloats(first, rest, Math.max)),
  minf: variadic([any], any, float, (first, rest) => foldFloats(first, rest, Math.min)),
  ceil: fn([any], float, (value) => Math.ceil(toFloat64(value))),
  floor: fn([any], float, (value) => Math.floor(toFloat64(value))),
  round: variadic([any, int], float, float, round),
};
