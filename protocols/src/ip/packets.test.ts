// Packets built by hand against examples computed elsewhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildEmptyRouterAdvertisement, linkLocalFromMac } from "../icmpv6/router-advertisement.ts";
import { PacketError } from "../packet-error.ts";
import { type Ipv4Address, macToBytes, parseMac } from "./address.ts";
import { internetChecksum } from "./internet-checksum.ts";
import { buildUdpPacket } from "./udp-packet.ts";

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const ends = {
  source: "10.77.0.1" as Ipv4Address,
  sourcePort: 67,
  destination: "10.77.0.50" as Ipv4Address,
  destinationPort: 68,
};

test("the checksum of RFC 1071's example is the complement of ddf2", () => {
  assert.equal(internetChecksum(bytesOf("0001 f203 f4f5 f6f7")), 0xffff - 0xddf2);
});

test("a datagram has the header, lengths and checksums of the protocol", () => {
  const packet = buildUdpPacket(ends, bytesOf("616263"));
  assert.equal(packet.length, 31);
  assert.equal(hexOf(packet.subarray(0, 12)), "4500001f0000400040112602");
  assert.equal(hexOf(packet.subarray(12, 26)), "0a4d00010a4d003200430044000b");
  assert.equal(internetChecksum(packet.subarray(0, 20)), 0);
  const pseudoHeader = bytesOf("0a4d0001 0a4d0032 0011 000b");
  assert.equal(internetChecksum(pseudoHeader, packet.subarray(20)), 0);
});

test("a payload beyond one packet is refused", () => {
  assert.throws(
    () => buildUdpPacket(ends, new Uint8Array(65_508)),
    (error) => error instanceof PacketError,
  );
});

test("the router advertisement offers nothing and sums to zero with its pseudo-header", () => {
  const mac = parseMac("52:54:00:00:00:01");
  assert.ok(mac);
  const source = linkLocalFromMac(macToBytes(mac));
  assert.equal(hexOf(source), "fe80000000000000505400fffe000001");
  const packet = buildEmptyRouterAdvertisement(source, linkLocalFromMac(bytesOf("525400000032")));
  assert.equal(hexOf(packet.subarray(0, 8)), "6000000000103aff");
  assert.equal(hexOf(packet.subarray(24, 40)), "fe80000000000000505400fffe000032");
  assert.equal(hexOf(packet.subarray(40, 42)), "8600");
  assert.equal(hexOf(packet.subarray(44)), "000000000000000000000000");
  const pseudoHeader = Uint8Array.of(...packet.subarray(8, 40), 0, 0, 0, 16, 0, 0, 0, 58);
  assert.equal(internetChecksum(pseudoHeader, packet.subarray(40)), 0);
});
