// White space as Go's unicode.IsSpace has it, which differs from JavaScript's (U+0085 yes, U+FEFF no).
import { decodeRunes } from "./bytes.ts";

const SPACES: ReadonlySet<number> = new Set([
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
  0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
]);

function isSpaceRune(rune: number): boolean {
  return SPACES.has(rune);
}

/** strings.TrimSpace of a byte string. */
export function trimSpace(bytes: string): string {
  let start = 0;
  let end = 0;
  let at = 0;
  for (const { rune, sizeBytes } of decodeRunes(bytes)) {
    at += sizeBytes;
    if (!isSpaceRune(rune)) end = at;
    else if (end === 0) start = at;
  }
  return end === 0 ? "" : bytes.slice(start, end);
}
