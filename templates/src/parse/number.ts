// What a number constant is worth, by the rules of Go's text/template.
import { quote } from "../fmt/quote.ts";
import type { NumberValue } from "./nodes.ts";
import { parseGoFloat, parseGoInt } from "./parse-number.ts";
import { unquoteRune } from "./unquote.ts";

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;

export type NumberResult = { readonly number: NumberValue } | { readonly problem: string };

export function numberOfRune(source: string): NumberResult {
  const result = unquoteRune(source);
  if ("problem" in result) return result;
  return { number: { ...ofInteger(BigInt(result.rune)), complex: undefined } };
}

export function numberOfComplex(source: string): NumberResult {
  const split = source.search(/[+-][^+-]*i$/);
  // The sign of an exponent does not split the two parts.
  const at = /[eEpP]/.test(source[split - 1] ?? "") ? source.slice(0, split).search(/[+-][^+-]*$/) : split;
  const real = parseGoFloat(source.slice(0, at));
  const imaginary = parseGoFloat(source.slice(at, -1));
  if (real === undefined || imaginary === undefined) return { problem: "syntax error scanning complex number" };
  return { number: ofComplex(real, imaginary) };
}

export function numberOf(source: string): NumberResult {
  if (source.endsWith("i")) {
    const imaginary = parseGoFloat(source.slice(0, -1));
    if (imaginary !== undefined) return { number: ofComplex(0, imaginary) };
  }
  const int = parseGoInt(source);
  const fits = int === undefined ? undefined : ofInteger(int, source);
  if (fits?.float !== undefined) return { number: fits };
  const float = parseGoFloat(source);
  if (float === undefined) return { problem: `illegal number syntax: ${quote(source)}` };
  if (!/[.eEpP]/.test(source)) return { problem: `integer overflow: ${quote(source)}` };
  return { number: ofFloat(float) };
}

function ofInteger(value: bigint, source = ""): NumberValue {
  const int = value >= MIN_INT && value <= MAX_INT ? value : undefined;
  const signed = /^[+-]/.test(source) && value !== 0n;
  const uint = value >= 0n && value <= MAX_UINT && !signed ? value : undefined;
  const float = int === undefined && uint === undefined ? undefined : Number(value);
  return { int, uint, float, complex: undefined };
}

function ofFloat(value: number): NumberValue {
  const whole = Number.isInteger(value) ? BigInt(value) : undefined;
  return {
    int: whole !== undefined && whole >= MIN_INT && whole <= MAX_INT ? whole : undefined,
    uint: whole !== undefined && whole >= 0n && whole <= MAX_UINT ? whole : undefined,
    float: value,
    complex: undefined,
  };
}

function ofComplex(real: number, imaginary: number): NumberValue {
  const complex = { real, imaginary };
  return imaginary === 0
    ? { ...ofFloat(real), complex }
    : { int: undefined, uint: undefined, float: undefined, complex };
}
