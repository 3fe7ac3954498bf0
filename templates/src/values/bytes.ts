// Go strings are bytes: here a Go string is a JavaScript string with one character (0 to 255) per byte.

const RUNE_ERROR = 0xfffd;
const ASCII = /^[\0-\x7f]*$/;

/** UTF-8 bytes of a JavaScript text. */
export function toBytes(text: string): string {
  if (ASCII.test(text)) return text;
  const encoded = new TextEncoder().encode(text);
  const parts: string[] = [];
  for (let at = 0; at < encoded.length; at += 8192) parts.push(String.fromCharCode(...encoded.subarray(at, at + 8192)));
  return parts.join("");
}

/** The text that UTF-8 bytes spell; what is not UTF-8 becomes U+FFFD. */
export function toText(bytes: string): string {
  if (ASCII.test(bytes)) return bytes;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(toUint8(bytes));
}

function toUint8(bytes: string): Uint8Array {
  return Uint8Array.from(bytes, (char) => char.charCodeAt(0));
}

export interface DecodedRune {
  readonly rune: number;
  readonly sizeBytes: number;
}

const INVALID_RUNE: DecodedRune = { rune: RUNE_ERROR, sizeBytes: 1 };
// Smallest rune that needs this many bytes; a longer spelling of a smaller one is not UTF-8.
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

/** The rune at a byte offset, by the rules of Go's utf8.DecodeRune: a bad byte is U+FFFD of size 1. */
export function decodeRune(bytes: string, at: number): DecodedRune {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { rune: first, sizeBytes: 1 };
  const sizeBytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + sizeBytes > bytes.length) return INVALID_RUNE;
  let rune = first & (0xff >> (sizeBytes + 1));
  for (let i = 1; i < sizeBytes; i++) {
    const next = bytes.charCodeAt(at + i);
    if (next >> 6 !== 2) return INVALID_RUNE;
    rune = (rune << 6) | (next & 0x3f);
  }
  const surrogate = rune >= 0xd800 && rune <= 0xdfff;
  return rune < (SMALLEST[sizeBytes] ?? 0) || rune > 0x10ffff || surrogate ? INVALID_RUNE : { rune, sizeBytes };
}

/** UTF-8 bytes of one rune; what is no Unicode scalar becomes U+FFFD. */
export function encodeRune(rune: number): string {
  const valid = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  return toBytes(String.fromCodePoint(valid ? rune : RUNE_ERROR));
}

export function decodeRunes(bytes: string): DecodedRune[] {
  const runes: DecodedRune[] = [];
  for (let at = 0; at < bytes.length; ) {
    const decoded = decodeRune(bytes, at);
    runes.push(decoded);
    at += decoded.sizeBytes;
  }
  return runes;
}

export function runeCount(bytes: string): number {
  return ASCII.test(bytes) ? bytes.length : decodeRunes(bytes).length;
}
