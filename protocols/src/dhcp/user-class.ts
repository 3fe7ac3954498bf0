// Option 77, user class: RFC 3004's list, and the bare text that iPXE sends.
import { readText } from "./option-values.ts";

/**
 * The classes a client claims. A value that is exactly length-prefixed items is RFC 3004's list; anything else is one
 * class of bare text, as every iPXE sends it. Bare text that happens to parse as a list cannot be a printable word:
 * its first byte would be a length below 32.
 */
export function readUserClasses(value: Uint8Array): string[] {
  return readItems(value) ?? (value.length === 0 ? [] : [readText(value)]);
}

/** RFC 3004 §4: each item is one byte of length and as many bytes. Undefined when the lengths do not add up. */
function readItems(value: Uint8Array): string[] | undefined {
  const items: string[] = [];
  for (let at = 0; at < value.length; ) {
    const length = value[at] ?? 0;
    if (length === 0 || at + 1 + length > value.length) return undefined;
    items.push(readText(value.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return items.length === 0 ? undefined : items;
}
