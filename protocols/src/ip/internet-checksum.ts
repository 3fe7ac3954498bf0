// The checksum of IPv4, UDP and ICMPv6 (RFC 1071).

/** One's complement of the one's complement sum of all 16-bit words; an odd last byte counts as the upper half of a word. */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  const bytes = Uint8Array.of(...parts.flatMap((part) => [...part]));
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
