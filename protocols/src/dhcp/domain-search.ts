// Option 119, domain search list (RFC 3397): DNS names, which a sender may have compressed (RFC 1035 §4.1.4).
import { PacketError } from "../packet-error.ts";
import { Writer } from "../writer.ts";

const longestNameBytes = 255;
const mostNames = 64;

/**
 * Names without the last dot.
 * @throws {PacketError} `truncated`, `malformed` (a pointer that does not point back, a reserved label type) or `too-long`.
 */
export function readDomainSearch(value: Uint8Array): string[] {
  const names: string[] = [];
  for (let at = 0; at < value.length; ) {
    if (names.length === mostNames) throw new PacketError("too-long", `more than ${mostNames} search domains`);
    const { labels, next } = readName(value, at);
    names.push(labels.join("."));
    at = next;
  }
  return names;
}

/** Names are written in full: a receiver without decompression reads them too. */
export function writeDomainSearch(names: readonly string[]): Uint8Array {
  const w = new Writer();
  for (const name of names) {
    const labels = name.split(".").filter((label) => label !== "");
    for (const label of labels) writeLabel(w, label);
    w.u8(0);
  }
  return w.toBytes();
}

function writeLabel(w: Writer, label: string): void {
  const bytes = new TextEncoder().encode(label);
  if (bytes.length > 63)
    throw new PacketError("too-long", `the label ${label} has ${bytes.length} bytes; 63 is the most`);
  w.u8(bytes.length).bytes(bytes);
}

/** `next` is where the name ends in its own place, before any pointer was followed. */
function readName(value: Uint8Array, start: number): { labels: string[]; next: number } {
  const labels: string[] = [];
  let next: number | undefined;
  let at = start;
  let limit = start;
  for (let sizeBytes = 0; sizeBytes <= longestNameBytes; ) {
    const length = byteAt(value, at);
    if (length === 0) return { labels, next: next ?? at + 1 };
    if (length >= 0xc0) {
      const target = (length & 0x3f) * 256 + byteAt(value, at + 1);
      next ??= at + 2;
      // Only backwards, and further back each time: no chain of pointers can loop.
      if (target >= limit)
        throw new PacketError("malformed", `domain search: pointer to ${target} does not point back`);
      at = target;
      limit = target;
    } else if (length > 63) throw new PacketError("malformed", `domain search: label type ${length >> 6} is reserved`);
    else {
      if (at + 1 + length > value.length)
        throw new PacketError("truncated", `domain search: label at byte ${at} is cut`);
      labels.push(String.fromCharCode(...value.subarray(at + 1, at + 1 + length)));
      sizeBytes += 1 + length;
      at += 1 + length;
    }
  }
  throw new PacketError("too-long", `domain search: a name has more than ${longestNameBytes} bytes`);
}

function byteAt(value: Uint8Array, at: number): number {
  const byte = value[at];
  if (byte === undefined) throw new PacketError("truncated", `domain search: no byte ${at}`);
  return byte;
}
