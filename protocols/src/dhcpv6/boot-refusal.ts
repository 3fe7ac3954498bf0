// The little of DHCPv6 that it takes to tell netbooting firmware that there is nothing to boot over IPv6.
import type { MacAddress } from "../ip/address.ts";
import { macFromBytes } from "../ip/address.ts";
import { PacketError } from "../packet-error.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";

/** A SOLICIT (RFC 8415 §8, §18.2.1), as far as it matters here. */
export interface BootSolicit {
  /** 24 bits. */
  readonly transactionId: number;
  /** The client's identifier (DUID), to be sent back. */
  readonly clientId: Uint8Array;
  /** Option 16: who asks. Firmware says `PXEClient:…` or `HTTPClient:…`, an operating system does not. */
  readonly vendorClasses: readonly string[];
}

const MessageType6 = { solicit: 1, advertise: 2 } as const;
const Option6 = { clientId: 1, serverId: 2, preference: 7, vendorClass: 16 } as const;
const longestDuidBytes = 130;

/**
 * Reads a datagram to a DHCPv6 server; undefined when it is another message than a SOLICIT with a client identifier.
 * @throws {PacketError} `truncated` or `malformed`, and nothing else.
 */
export function decodeBootSolicit(bytes: Uint8Array): BootSolicit | undefined {
  const r = new Reader(bytes);
  if (r.u8("message type") !== MessageType6.solicit) return undefined;
  const transactionId = r.u8("transaction") * 0x10000 + r.u16("transaction");
  let clientId: Uint8Array | undefined;
  const vendorClasses: string[] = [];
  while (r.remaining > 0) {
    const code = r.u16("option code");
    const value = r.bytes(r.u16(`length of option ${code}`), `option ${code}`);
    if (code === Option6.clientId) clientId = value;
    if (code === Option6.vendorClass) vendorClasses.push(...readVendorClass(value));
  }
  if (clientId === undefined) return undefined;
  if (clientId.length === 0 || clientId.length > longestDuidBytes)
    throw new PacketError("malformed", `a client identifier has ${clientId.length} bytes`);
  return { transactionId, clientId, vendorClasses };
}

/** True for firmware that looks for a boot file. */
export function solicitsBoot({ vendorClasses }: BootSolicit): boolean {
  return vendorClasses.some((text) => text.startsWith("PXEClient") || text.startsWith("HTTPClient"));
}

/**
 * An ADVERTISE that offers neither address nor boot file, at the highest preference, which ends the collecting of offers
 * at once (RFC 8415 §18.2.1): firmware finds nothing to select in it and goes on to its next boot entry.
 * @param serverMac Six bytes, for our identifier (DUID-LL, §11.4).
 */
export function encodeBootRefusal(solicit: BootSolicit, serverMac: Uint8Array): Uint8Array {
  const w = new Writer().u8(MessageType6.advertise);
  w.u8(solicit.transactionId >>> 16).u16(solicit.transactionId & 0xffff);
  w.u16(Option6.clientId).u16(solicit.clientId.length).bytes(solicit.clientId);
  w.u16(Option6.serverId)
    .u16(4 + serverMac.length)
    .u16(3)
    .u16(1)
    .bytes(serverMac);
  return w.u16(Option6.preference).u16(1).u8(255).toBytes();
}

/** The Ethernet address within a link-local address that was formed from one; undefined for any other address. */
export function macFromLinkLocal(address: string): MacAddress | undefined {
  const groups = /^fe80::([0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,3})(?:%.*)?$/i.exec(address)?.[1]?.split(":");
  if (groups === undefined) return undefined;
  const hex = groups
    .map((group) => group.padStart(4, "0"))
    .join("")
    .padStart(16, "0");
  const [a = 0, b = 0, c = 0, d, e, f = 0, g = 0, h = 0] = (hex.match(/../g) ?? []).map((pair) =>
    Number.parseInt(pair, 16),
  );
  return d === 0xff && e === 0xfe ? macFromBytes(Uint8Array.of(a ^ 0x02, b, c, f, g, h)) : undefined;
}

/** Enterprise number, then texts with two bytes of length each (RFC 8415 §21.16). */
function readVendorClass(value: Uint8Array): string[] {
  const r = new Reader(value);
  r.u32("enterprise number");
  const texts: string[] = [];
  while (r.remaining > 0) texts.push(String.fromCharCode(...r.bytes(r.u16("length of class"), "vendor class")));
  return texts;
}
