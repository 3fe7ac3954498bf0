// sprig: strings. Positions and lengths count bytes, as they do there.

import { printDefault } from "../fmt/print-value.ts";
import { quote } from "../fmt/quote.ts";
import { toBytes, toText } from "../values/bytes.ts";
import { trimSpace } from "../values/spaces.ts";
import type { GoValue } from "../values/values.ts";
import { spendOf, textOfValue, textsOf } from "./casts.ts";
import { any, bool, type CallContext, fn, type GoFunction, int, refuse, string, variadic } from "./signature.ts";

function repeat(count: number, text: string, { budget }: CallContext): string {
  if (count < 0) return refuse("strings: negative Repeat count");
  budget.spendBytes(count * text.length);
  return text.repeat(count);
}

function replaceAll(from: string, to: string, text: string, { budget }: CallContext): string {
  const parts = split(from, text);
  budget.spendBytes(text.length + (parts.length - 1) * (to.length - from.length));
  // An empty search text stands before and after every rune.
  return from === "" ? to + parts.map((part) => part + to).join("") : parts.join(to);
}

/** Go's strings.Split: an empty separator splits into runes. */
export function split(separator: string, text: string): string[] {
  return separator === "" ? Array.from(toText(text), toBytes) : text.split(separator);
}

function indent(spaces: number, text: string, { budget }: CallContext): string {
  if (spaces < 0) return refuse("strings: negative Repeat count");
  const lines = text.split("\n");
  budget.spendBytes(text.length + lines.length * spaces);
  const pad = " ".repeat(spaces);
  return lines.map((line) => pad + line).join("\n");
}

/** Cuts any of the characters off both ends. */
function trimAll(chars: string, text: string): string {
  const unwanted = new Set(toText(chars));
  const runes = Array.from(toText(text));
  const start = runes.findIndex((rune) => !unwanted.has(rune));
  const end = runes.findLastIndex((rune) => !unwanted.has(rune));
  return start < 0 ? "" : toBytes(runes.slice(start, end + 1).join(""));
}

function substr(start: number, end: number, text: string): string {
  const [from, to] = start < 0 ? [0, end] : [start, end < 0 || end > text.length ? text.length : end];
  if (from > to || to > text.length || to < 0) {
    return refuse(`runtime error: slice bounds out of range [${from}:${to}] with length ${text.length}`);
  }
  return text.slice(from, to);
}

function trunc(count: number, text: string): string {
  if (count < 0) return text.length + count > 0 ? text.slice(text.length + count) : text;
  return text.slice(0, count);
}

function withoutNil(values: readonly GoValue[]): GoValue[] {
  return values.filter((value) => value !== null);
}

function quoteAll(values: readonly GoValue[], context: CallContext): string {
  return withoutNil(values)
    .map((value) => quote(textOfValue(value, context)))
    .join(" ");
}

const onText = (change: (text: string) => string) => fn([string], string, (bytes) => toBytes(change(toText(bytes))));

export const stringFunctions: Readonly<Record<string, GoFunction>> = {
  hello: fn([], string, () => "Hello!"),
  trim: fn([string], string, trimSpace),
  trimAll: fn([string, string], string, trimAll),
  trimall: fn([string, string], string, trimAll),
  trimPrefix: fn([string, string], string, (prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: fn([string, string], string, (suffix, text) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  upper: onText((text) => Array.from(text, upperRune).join("")),
  lower: onText((text) => Array.from(text, lowerRune).join("")),
  title: onText((text) => text.replace(/(?<![\p{L}\p{Nd}_]|[^\0-\x7f\s])\p{L}/gu, upperRune)),
  untitle: onText((text) => text.replace(/(?<!\S)\S/gu, lowerRune)),
  swapcase: onText((text) => Array.from(text, swapRune).join("")),
  nospace: onText((text) => text.replace(/[\s\u0085]/gu, "")),
  initials: onText((text) => (text.match(/(?<!\S)\S/gu) ?? []).join("")),
  repeat: fn([int, string], string, repeat),
  substr: fn([int, int, string], string, substr),
  trunc: fn([int, string], string, trunc),
  contains: fn([string, string], bool, (part, text) => text.includes(part)),
  hasPrefix: fn([string, string], bool, (prefix, text) => text.startsWith(prefix)),
  hasSuffix: fn([string, string], bool, (suffix, text) => text.endsWith(suffix)),
  quote: variadic([], any, string, quoteAll),
  squote: variadic([], any, string, (values, context) =>
    withoutNil(values)
      .map((value) => `'${printDefault(value, spendOf(context))}'`)
      .join(" "),
  ),
  cat: variadic([], any, string, (values, context) =>
    withoutNil(values)
      .map((value) => printDefault(value, spendOf(context)))
      .join(" "),
  ),
  indent: fn([int, string], string, indent),
  nindent: fn([int, string], string, (spaces, text, context) => `\n${indent(spaces, text, context)}`),
  replace: fn([string, string, string], string, replaceAll),
  plural: fn([string, string, int], string, (one, many, count) => (count === 1 ? one : many)),
  toString: fn([any], string, textOfValue),
  join: fn([string, any], string, (separator, value, context) => {
    const texts = textsOf(value, context);
    context.budget.spendBytes(texts.reduce((size, text) => size + text.length + separator.length, 0));
    return texts.join(separator);
  }),
};

/** One rune at a time, as Go does: no letter becomes two. */
function upperRune(rune: string): string {
  const upper = rune.toUpperCase();
  return Array.from(upper).length === 1 ? upper : rune;
}
function lowerRune(rune: string): string {
  const lower = rune.toLowerCase();
  return Array.from(lower).length === 1 ? lower : rune;
}
function swapRune(rune: string): string {
  return /\p{Lu}|\p{Lt}/u.test(rune) ? lowerRune(rune) : upperRune(rune);
}
