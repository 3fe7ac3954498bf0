// Option values that are numbers, addresses or text.
import { type Ipv4Address, ipv4ToBytes } from "../ip/address.ts";
import { PacketError } from "../packet-error.ts";

/** @throws {PacketError} `malformed` unless it is two bytes. */
export function readU16(value: Uint8Array): number {
  if (value.length !== 2) throw new PacketError("malformed", `a two-byte option has ${value.length} bytes`);
  return value.reduce((number, byte) => number * 256 + byte, 0);
}

/** Text without the zero bytes that some clients put at its end (RFC 2132 §2 forbids relying on them). */
export function readText(value: Uint8Array): string {
  let end = value.length;
  while (end > 0 && value[end - 1] === 0) end--;
  return String.fromCharCode(...value.subarray(0, end));
}

export function writeU8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function writeU32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function writeIpv4List(addresses: readonly Ipv4Address[]): Uint8Array {
  return Uint8Array.from(addresses.flatMap((address) => [...ipv4ToBytes(address)]));
}

export function writeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
