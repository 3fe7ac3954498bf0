// Option values that are numbers, addresses or text.
import { type Ipv4Address, ipv4FromBytes, ipv4ToBytes } from "../ip/address.ts";
import { PacketError } from "../packet-error.ts";

/** @throws {PacketError} `malformed` unless it is one byte. */
export function readU8(value: Uint8Array): number {
  const [byte] = value;
  if (value.length !== 1 || byte === undefined)
    throw new PacketError("malformed", `a one-byte option has ${value.length} bytes`);
  return byte;
}

/** @throws {PacketError} `malformed` unless it is two bytes. */
export function readU16(value: Uint8Array): number {
  if (value.length !== 2) throw new PacketError("malformed", `a two-byte option has ${value.length} bytes`);
  return value.reduce((number, byte) => number * 256 + byte, 0);
}

/** @throws {PacketError} `malformed` unless it is four bytes. */
export function readU32(value: Uint8Array): number {
  if (value.length !== 4) throw new PacketError("malformed", `a four-byte option has ${value.length} bytes`);
  return value.reduce((number, byte) => number * 256 + byte, 0);
}

/** @throws {PacketError} `malformed` unless it is whole addresses, and at least one. */
export function readIpv4List(value: Uint8Array): Ipv4Address[] {
  if (value.length === 0 || value.length % 4 !== 0)
    throw new PacketError("malformed", `a list of IPv4 addresses has ${value.length} bytes`);
  return Array.from({ length: value.length / 4 }, (_, i) => ipv4FromBytes(value.subarray(i * 4, i * 4 + 4)));
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
