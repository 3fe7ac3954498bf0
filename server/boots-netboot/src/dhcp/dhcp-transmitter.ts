// Carries DHCP replies to where they belong: by the UDP socket, or in a frame of our own where ARP could not be answered.
import { EtherType, type PacketSender } from "@neverland/platform/network/packet-socket.ts";
import {
  broadcastIpv4,
  buildEmptyRouterAdvertisement,
  buildUdpPacket,
  type Ipv4Address,
  ipv4ToNumber,
  linkLocalFromMac,
  type MacAddress,
  macToBytes,
} from "@neverland/protocols";
import type { ReplyDestination } from "./reply-address.ts";

export interface DhcpLink {
  readonly name: string;
  /** For frames of our own; 0 where there are none. */
  readonly index: number;
  /** Our card's address on this link. */
  readonly mac: MacAddress;
  readonly serverAddress: Ipv4Address;
}

export interface DhcpPorts {
  readonly server: number;
  readonly client: number;
}

/** Where datagrams are written and wait; the link's socket takes them together. */
export interface ReplyQueue {
  /** Room for the next datagram. */
  next(): Uint8Array;
  /** @param address As a number, the first byte the highest. */
  add(sizeBytes: number, address: number, port: number): void;
}

export interface TransmitterDeps {
  readonly queue: ReplyQueue;
  readonly link: DhcpLink;
  readonly ports: DhcpPorts;
  /** Undefined where raw frames cannot be had: then broadcast takes their place, and no router is advertised. */
  readonly packets: Pick<PacketSender, "send"> | undefined;
}

export class DhcpTransmitter {
  readonly #deps: TransmitterDeps;

  constructor(deps: TransmitterDeps) {
    this.#deps = deps;
  }

  /** Where a reply is written before it is sent. */
  room(): Uint8Array {
    return this.#deps.queue.next();
  }

  /** @param sizeBytes Of what was written into `room()`. @throws {NetworkError} when a frame could not be sent. */
  send(sizeBytes: number, to: ReplyDestination): void {
    const { queue, ports, packets, link } = this.#deps;
    if (to.to === "link" && packets !== undefined) {
      const reply = this.room().subarray(0, sizeBytes);
      packets.send(link, macToBytes(to.mac), EtherType.ipv4, this.#udpPacket(to.address, reply));
      return;
    }
    const address = to.to === "broadcast" || to.to === "link" ? broadcastIpv4 : to.address;
    queue.add(sizeBytes, ipv4ToNumber(address), to.to === "relay" ? ports.server : ports.client);
  }

  /** @param address As a number, the first byte the highest. */
  sendToRelay(sizeBytes: number, address: number): void {
    const { queue, ports } = this.#deps;
    queue.add(sizeBytes, address, ports.server);
  }

  /** Ends iPXE's wait for IPv6. Only this machine's card gets the frame. @returns Whether it could be sent. */
  advertiseNoRouter(mac: MacAddress): boolean {
    const { packets, link } = this.#deps;
    if (packets === undefined) return false;
    const linkLocal = (address: MacAddress) => linkLocalFromMac(macToBytes(address));
    const packet = buildEmptyRouterAdvertisement(linkLocal(link.mac), linkLocal(mac));
    packets.send(link, macToBytes(mac), EtherType.ipv6, packet);
    return true;
  }

  #udpPacket(destination: Ipv4Address, payload: Uint8Array): Uint8Array {
    const { link, ports } = this.#deps;
    const ends = { source: link.serverAddress, sourcePort: ports.server, destination, destinationPort: ports.client };
    return buildUdpPacket(ends, payload);
  }
}
