// Files whose content follows from their length: whoever reads one knows whether each byte is right.

const patternBytes = 1 << 20;

/** The same bytes each time; a block out of its place is found out. */
export function paperFile(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at < Math.min(sizeBytes, patternBytes); at += 1) bytes[at] = (at * 31 + (at >>> 8) * 17) & 0xff;
  for (let at = patternBytes; at < sizeBytes; at += patternBytes) {
    bytes.copy(bytes, at, 0, Math.min(patternBytes, sizeBytes - at));
    bytes.writeUInt8((at / patternBytes) & 0xff, at);
  }
  return bytes;
}
