// The value of a quoted string or character constant, by Go's rules.
import { decodeRune, encodeRune } from "../values/bytes.ts";

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 0x5c,
  "'": 0x27,
  '"': 0x22,
};
const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** One character of a quoted text: a rune, or with `isByte` a byte of a string. */
interface Unquoted {
  readonly code: number;
  readonly isByte: boolean;
  readonly next: number;
}

/** @param source With its quotes. @returns undefined when it is not valid. */
export function unquoteString(source: string): string | undefined {
  if (source.startsWith("`")) return source.slice(1, -1).replaceAll("\r", "");
  const parts: string[] = [];
  for (let at = 1; at < source.length - 1; ) {
    const char = unquoteChar(source, at, '"');
    if (char === undefined || char.next > source.length - 1) return undefined;
    parts.push(char.isByte ? String.fromCharCode(char.code) : encodeRune(char.code));
    at = char.next;
  }
  return parts.join("");
}

/** @param source With its quotes. @returns The rune, or what Go complains of. */
export function unquoteRune(source: string): { rune: number } | { problem: string } {
  const char = unquoteChar(source, 1, "'");
  if (char === undefined) return { problem: "invalid syntax" };
  return char.next === source.length - 1 ? { rune: char.code } : { problem: `malformed character constant: ${source}` };
}

function unquoteChar(source: string, at: number, quote: string): Unquoted | undefined {
  const first = source[at];
  if (first === undefined || first === quote) return undefined;
  if (first !== "\\") {
    const { rune, sizeBytes } = decodeRune(source, at);
    // A byte that is no UTF-8 stays that byte.
    const isByte = sizeBytes === 1;
    return { code: isByte && quote === '"' ? source.charCodeAt(at) : rune, isByte, next: at + sizeBytes };
  }
  const letter = source[at + 1] ?? "";
  const simple = SIMPLE[letter];
  if (simple !== undefined) {
    const otherQuote = (letter === "'" || letter === '"') && letter !== quote;
    return otherQuote ? undefined : { code: simple, isByte: false, next: at + 2 };
  }
  const hexLength = HEX_LENGTH[letter];
  if (hexLength !== undefined) return numericEscape(source, at + 2, hexLength, 16, letter === "x");
  return numericEscape(source, at + 1, 3, 8, true);
}

function numericEscape(
  source: string,
  at: number,
  length: number,
  radix: 8 | 16,
  isByte: boolean,
): Unquoted | undefined {
  const digits = source.slice(at, at + length);
  const valid = radix === 8 ? /^[0-7]{3}$/ : /^[0-9a-fA-F]+$/;
  if (digits.length !== length || !valid.test(digits)) return undefined;
  const code = Number.parseInt(digits, radix);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  if (isByte ? code > 255 : code > 0x10ffff || surrogate) return undefined;
  return { code, isByte, next: at + length };
}
