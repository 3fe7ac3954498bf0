// A router advertisement that offers nothing: it tells a waiting client that there is no IPv6 to wait for.
import { internetChecksum } from "../ip/internet-checksum.ts";
import { Writer } from "../writer.ts";

const nextHeaderIcmpv6 = 58;

/**
 * An IPv6 packet with a router advertisement of lifetime 0 (RFC 4861 §4.2): no default route, no prefix, no DHCPv6.
 * iPXE waits some 16 s for a router before it uses the IPv4 address it has long had; this ends the wait.
 * It is for one machine: iPXE drops a packet to all nodes that comes in a frame to itself alone.
 * @param source The sender's link-local address, 16 bytes: receivers drop advertisements from any other (§6.1.2).
 * @param destination The machine's link-local address, 16 bytes.
 */
export function buildEmptyRouterAdvertisement(source: Uint8Array, destination: Uint8Array): Uint8Array {
  const bare = advertisement(0);
  const pseudoHeader = new Writer().bytes(source).bytes(destination).u32(bare.length).u32(nextHeaderIcmpv6).toBytes();
  const body = advertisement(internetChecksum(pseudoHeader, bare));
  const w = new Writer();
  w.u8(0x60).zeros(3).u16(body.length).u8(nextHeaderIcmpv6).u8(255); // hop limit 255: proof that no router passed it on
  return w.bytes(source).bytes(destination).bytes(body).toBytes();
}

/** The link-local address that a card forms from its Ethernet address (RFC 4291, appendix A). */
export function linkLocalFromMac(mac: Uint8Array): Uint8Array {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac;
  return Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 0x02, b, c, 0xff, 0xfe, d, e, f);
}

function advertisement(checksum: number): Uint8Array {
  const w = new Writer();
  w.u8(134).u8(0).u16(checksum); // type, code
  w.u8(0).u8(0).u16(0); // hop limit unspecified, no flags, router lifetime 0
  return w.u32(0).u32(0).toBytes(); // reachable time and retransmission timer unspecified
}
