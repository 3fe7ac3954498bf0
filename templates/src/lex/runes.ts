// Character classes of the template language.
import { isPrintable } from "../fmt/quote.ts";
import { decodeRune, encodeRune } from "../values/bytes.ts";

const LETTER_OR_DIGIT = /^[\p{L}\p{Nd}_]$/u;

export function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t" || char === "\r" || char === "\n";
}

export function isAlphaNumeric(rune: number | undefined): boolean {
  return rune !== undefined && LETTER_OR_DIGIT.test(String.fromCodePoint(rune));
}

export function skipSpaces(input: string, at: number): number {
  let end = at;
  while (isSpace(input[end])) end++;
  return end;
}

export function beforeSpaces(input: string, from: number, end: number): number {
  let at = end;
  while (at > from && isSpace(input[at - 1])) at--;
  return at;
}

/** The rune at a byte offset as Go's `%#U` writes it: `U+0001`, `U+00E9 'é'`. */
export function runeName(input: string, at: number): string {
  const { rune } = decodeRune(input, at);
  const shown = isPrintable(rune) ? ` '${encodeRune(rune)}'` : "";
  return `U+${rune.toString(16).toUpperCase().padStart(4, "0")}${shown}`;
}
