// Carries a DHCP reply to where it belongs: by the UDP socket, or in a frame of our own where ARP could not be answered.

import { EtherType, type PacketSender } from "@neverland/platform/network/packet-socket.ts";
import type { UdpEndpoint } from "@neverland/platform/network/udp-endpoint.ts";
import {
  broadcastIpv4,
  buildEmptyRouterAdvertisement,
  buildUdpPacket,
  type Ipv4Address,
  linkLocalFromMac,
  type MacAddress,
  macToBytes,
} from "@neverland/protocols";
import type { ReplyDestination } from "./reply-address.ts";

export interface DhcpLink {
  readonly index: number;
  /** Our card's address on this link. */
  readonly mac: MacAddress;
  readonly serverAddress: Ipv4Address;
}

export interface TransmitDeps {
  readonly endpoint: UdpEndpoint;
  readonly link: DhcpLink;
  /** Undefined where raw frames cannot be had: then broadcast takes their place, and no router is advertised. */
  readonly packets: PacketSender | undefined;
  readonly serverPort: number;
  readonly clientPort: number;
}

/** Rejects with the system's error when the reply could not be sent. */
export async function transmitReply(deps: TransmitDeps, to: ReplyDestination, reply: Uint8Array): Promise<void> {
  switch (to.to) {
    case "relay":
      return deps.endpoint.send(reply, to.address, deps.serverPort);
    case "client":
      return deps.endpoint.send(reply, to.address, deps.clientPort);
    case "broadcast":
      return deps.endpoint.send(reply, broadcastIpv4, deps.clientPort);
    case "link":
      if (deps.packets === undefined) return deps.endpoint.send(reply, broadcastIpv4, deps.clientPort);
      return deps.packets.send(deps.link, macToBytes(to.mac), EtherType.ipv4, udpPacket(deps, to.address, reply));
  }
}

/** Ends iPXE's wait for IPv6. Only this machine's card gets the frame. @returns Whether it could be sent. */
export function advertiseNoRouter(deps: TransmitDeps, mac: MacAddress): boolean {
  if (deps.packets === undefined) return false;
  const linkLocal = (address: MacAddress) => linkLocalFromMac(macToBytes(address));
  const packet = buildEmptyRouterAdvertisement(linkLocal(deps.link.mac), linkLocal(mac));
  deps.packets.send(deps.link, macToBytes(mac), EtherType.ipv6, packet);
  return true;
}

function udpPacket(deps: TransmitDeps, destination: Ipv4Address, payload: Uint8Array): Uint8Array {
  const { serverPort: sourcePort, clientPort: destinationPort } = deps;
  return buildUdpPacket({ source: deps.link.serverAddress, sourcePort, destination, destinationPort }, payload);
}
