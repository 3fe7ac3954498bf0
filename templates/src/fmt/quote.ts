// Go's quoted strings and runes, as `%q` and strconv.Quote write them.
import { decodeRunes, encodeRune } from "../values/bytes.ts";

// Go prints what is a letter, mark, number, punctuation or symbol, and of the spaces only U+0020.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x0c, "\\f"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x09, "\\t"],
  [0x0b, "\\v"],
  [0x5c, "\\\\"],
]);

export function isPrintable(rune: number): boolean {
  return PRINTABLE.test(String.fromCodePoint(rune));
}

/** @param bytes A Go string. @param asciiOnly Escapes everything else, as `%+q`. */
export function quote(bytes: string, asciiOnly = false): string {
  let at = 0;
  let quoted = '"';
  for (const { rune, sizeBytes } of decodeRunes(bytes)) {
    const badByte = rune === 0xfffd && sizeBytes === 1;
    quoted += badByte ? `\\x${hex(bytes.charCodeAt(at), 2)}` : escapeRune(rune, '"', asciiOnly);
    at += sizeBytes;
  }
  return `${quoted}"`;
}

export function quoteRune(rune: number, asciiOnly = false): string {
  const valid = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  return `'${escapeRune(valid ? rune : 0xfffd, "'", asciiOnly)}'`;
}

function escapeRune(rune: number, delimiter: string, asciiOnly: boolean): string {
  const char = String.fromCodePoint(rune);
  if (char === delimiter) return `\\${char}`;
  const known = ESCAPES.get(rune);
  if (known !== undefined) return known;
  if (isPrintable(rune) && (rune < 0x80 || !asciiOnly)) return encodeRune(rune);
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

/** Whether `%#q` may write the string between backquotes: one line, valid UTF-8, no control character but tab. */
export function canBackquote(bytes: string): boolean {
  return decodeRunes(bytes).every(({ rune, sizeBytes }) => {
    const badByte = rune === 0xfffd && sizeBytes === 1;
    return !badByte && rune !== 0xfeff && (rune === 0x09 || rune >= 0x20) && rune !== 0x60 && rune !== 0x7f;
  });
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
