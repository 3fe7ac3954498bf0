// Addresses as text and as bytes: IPv4 and Ethernet, parsed once and strictly.
import { PacketError } from "../packet-error.ts";

/** Dotted quad without leading zeros, as `10.77.0.1`. */
export type Ipv4Address = string & { readonly brand: "ipv4" };
/** Six lower-case hex pairs with colons, as `52:54:00:00:00:01`. */
export type MacAddress = string & { readonly brand: "mac" };

/** `0.0.0.0`: "no address" in the header of a DHCP message. */
export const unspecifiedIpv4 = "0.0.0.0" as Ipv4Address;
export const broadcastIpv4 = "255.255.255.255" as Ipv4Address;

/** Reads a dotted quad; undefined for anything else, such as `010.0.0.1` (octal to some readers) or `1.2.3`. */
export function parseIpv4(text: string): Ipv4Address | undefined {
  const parts = text.split(".");
  const strict = parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  return strict ? (text as Ipv4Address) : undefined;
}

const [dot, zero] = [0x2e, 0x30];
/** Each byte as two digits. */
export const hexPairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** As {@link parseMac} writes it: nearly all texts that it is given. */
const plainMac = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/** Reads a MAC address written with colons, dashes, dots (Cisco's form) or nothing between the digits. */
export function parseMac(text: string): MacAddress | undefined {
  if (plainMac.test(text)) return text as MacAddress;
  const form = /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12})$/i;
  if (!form.test(text)) return undefined;
  const pairs = text.replace(/[^0-9a-f]/gi, "").match(/../g) ?? [];
  return pairs.join(":").toLowerCase() as MacAddress;
}

/** @throws {PacketError} `malformed` when there are not four bytes. */
export function ipv4FromBytes(bytes: Uint8Array): Ipv4Address {
  if (bytes.length !== 4) throw new PacketError("malformed", `an IPv4 address has 4 bytes, not ${bytes.length}`);
  const [a, b, c, d] = bytes;
  return `${a}.${b}.${c}.${d}` as Ipv4Address;
}

export function ipv4ToBytes(address: Ipv4Address): Uint8Array {
  const bytes = new Uint8Array(4);
  let at = 0;
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    if (code === dot) at++;
    else bytes[at] = (bytes[at] ?? 0) * 10 + code - zero;
  }
  return bytes;
}

/** The address as an unsigned 32-bit number, for masks. */
export function ipv4ToNumber(address: Ipv4Address): number {
  return ipv4ToBytes(address).reduce((value, byte) => value * 256 + byte, 0);
}

export function ipv4FromNumber(value: number): Ipv4Address {
  return ipv4FromBytes(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
}

/** @throws {PacketError} `malformed` when there are not six bytes. */
export function macFromBytes(bytes: Uint8Array): MacAddress {
  if (bytes.length !== 6) throw new PacketError("malformed", `an Ethernet address has 6 bytes, not ${bytes.length}`);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  return `${hexPairs[a]}:${hexPairs[b]}:${hexPairs[c]}:${hexPairs[d]}:${hexPairs[e]}:${hexPairs[f]}` as MacAddress;
}

export function macToBytes(mac: MacAddress): Uint8Array {
  return Uint8Array.from(mac.split(":"), (pair) => Number.parseInt(pair, 16));
}
