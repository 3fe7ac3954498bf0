// Asking a link by ARP who has an address (RFC 826, RFC 5227 §2.1.1), and reading who says that it has one.
import {
  type Ipv4Address,
  ipv4FromNumber,
  ipv4ToBytes,
  type MacAddress,
  macFromBytes,
  macToBytes,
} from "../ip/address.ts";
import { Writer } from "../writer.ts";

const ethernet = 1;
const ipv4 = 0x0800;
const request = 1;
const reply = 2;
const sizeBytes = 28;

/**
 * What goes behind the Ethernet header. It names no address of its sender's, so that nobody's memory of who has which changes by it.
 * @param sender The card that asks.
 */
export function buildAddressProbe(sender: MacAddress, wanted: Ipv4Address): Uint8Array {
  const w = new Writer().u16(ethernet).u16(ipv4).u8(6).u8(4).u16(request);
  return w.bytes(macToBytes(sender)).zeros(4).zeros(6).bytes(ipv4ToBytes(wanted)).toBytes();
}

/** Who says, by an ARP request or reply, that it has which address. @returns Undefined for what is no such message, or broken. */
export function readAddressClaim(bytes: Uint8Array): { mac: MacAddress; address: Ipv4Address } | undefined {
  if (bytes.length < sizeBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const operation = view.getUint16(6);
  if (view.getUint16(0) !== ethernet || view.getUint16(2) !== ipv4) return undefined;
  if (bytes[4] !== 6 || bytes[5] !== 4 || (operation !== request && operation !== reply)) return undefined;
  return { mac: macFromBytes(bytes.subarray(8, 14)), address: ipv4FromNumber(view.getUint32(14)) };
}
