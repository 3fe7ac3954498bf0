// A UDP datagram in an IPv4 packet, for a receiver that cannot be asked for its address yet (no ARP).
import { PacketError } from "../packet-error.ts";
import { Writer } from "../writer.ts";
import { type Ipv4Address, ipv4ToBytes } from "./address.ts";
import { internetChecksum } from "./internet-checksum.ts";

export interface UdpEnds {
  readonly source: Ipv4Address;
  readonly sourcePort: number;
  readonly destination: Ipv4Address;
  readonly destinationPort: number;
}

const ipv4HeaderBytes = 20;
const udpHeaderBytes = 8;
const protocolUdp = 17;

/**
 * The packet from the IPv4 header on (RFC 791, RFC 768), with both checksums.
 * @throws {PacketError} `too-long` when the payload does not fit into one packet.
 */
export function buildUdpPacket(ends: UdpEnds, payload: Uint8Array): Uint8Array {
  const udpBytes = udpHeaderBytes + payload.length;
  if (ipv4HeaderBytes + udpBytes > 0xffff)
    throw new PacketError("too-long", `${payload.length} bytes in one UDP datagram`);
  const addresses = Uint8Array.of(...ipv4ToBytes(ends.source), ...ipv4ToBytes(ends.destination));
  const pseudoHeader = new Writer().bytes(addresses).u8(0).u8(protocolUdp).u16(udpBytes).toBytes();
  const udpChecksum = internetChecksum(pseudoHeader, udpHeader(ends, udpBytes, 0), payload);
  // RFC 768: a computed 0 is sent as all ones, since 0 means "no checksum".
  const udp = udpHeader(ends, udpBytes, udpChecksum === 0 ? 0xffff : udpChecksum);
  const bare = ipv4Header(addresses, udpBytes, 0);
  return Uint8Array.of(...ipv4Header(addresses, udpBytes, internetChecksum(bare)), ...udp, ...payload);
}

function udpHeader(ends: UdpEnds, udpBytes: number, checksum: number): Uint8Array {
  return new Writer().u16(ends.sourcePort).u16(ends.destinationPort).u16(udpBytes).u16(checksum).toBytes();
}

function ipv4Header(addresses: Uint8Array, udpBytes: number, checksum: number): Uint8Array {
  const w = new Writer();
  w.u8(0x45)
    .u8(0)
    .u16(ipv4HeaderBytes + udpBytes); // version 4, five words of header
  w.u16(0).u16(0x4000); // no identification needed: don't fragment
  w.u8(64).u8(protocolUdp).u16(checksum);
  return w.bytes(addresses).toBytes();
}
