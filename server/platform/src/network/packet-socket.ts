// Packets to and from Ethernet addresses: to clients that have no IP address yet, and questions of ARP.
import { callFailed, type Libc, Linux } from "./libc.ts";

/** What goes behind the Ethernet header. */
export const EtherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

export const broadcastMac: Uint8Array = Uint8Array.of(255, 255, 255, 255, 255, 255);

export interface PacketSender {
  /** The socket, for {@link packetSenderOf} in another thread. */
  readonly fd: number;
  /** @param mac Six bytes. @throws {NetworkError} `refused` */
  send(link: { readonly index: number }, mac: Uint8Array, etherType: number, packet: Uint8Array): void;
  /** Hears one kind of packets on one link from now on, until it is closed. @throws {NetworkError} `refused` */
  listen(link: { readonly index: number }, etherType: number): PacketListener;
  close(): void;
}

export interface PacketListener {
  /** Does not wait. @returns The next packet, or as much of it as a small one has; undefined where none has come. */
  take(): Uint8Array | undefined;
  close(): void;
}

const smallBytes = 64;

/** One socket serves all interfaces; the kernel writes the Ethernet header. @throws {NetworkError} `refused` without CAP_NET_RAW */
export function openPacketSender(libc: Libc): PacketSender {
  const fd = openDeaf(libc);
  const { send } = packetSenderOf(libc, fd);
  let open = true;
  return {
    fd,
    send,
    listen: (link, etherType) => listen(libc, link, etherType),
    close() {
      if (open) libc.close(fd);
      open = false;
    },
  };
}

/** Sends by a socket that another has opened and will close. */
export function packetSenderOf(libc: Libc, fd: number): Pick<PacketSender, "send"> {
  return {
    send(link, mac, etherType, packet) {
      const to = linkLayerAddress(link.index, mac, etherType);
      if (libc.sendto(fd, packet, packet.length, 0, to, to.length) >= 0) return;
      throw callFailed(libc, `send a packet on link ${link.index}`, "look whether the link is up");
    },
  };
}

function listen(libc: Libc, link: { readonly index: number }, etherType: number): PacketListener {
  const fd = openDeaf(libc);
  const address = linkLayerAddress(link.index, new Uint8Array(6), etherType);
  if (libc.bind(fd, address, address.length) < 0) {
    const error = callFailed(libc, `hear packets on link ${link.index}`, "look whether the link is up");
    libc.close(fd);
    throw error;
  }
  return {
    take() {
      const bytes = new Uint8Array(smallBytes);
      const size = libc.recv(fd, bytes, bytes.length, 0);
      return size < 0 ? undefined : bytes.subarray(0, size);
    },
    close: () => void libc.close(fd),
  };
}

/** A packet socket of protocol 0, which sends, and receives nothing until it is bound to a link. */
function openDeaf(libc: Libc): number {
  const fd = libc.socket(Linux.AF_PACKET, Linux.SOCK_DGRAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC, 0);
  if (fd < 0) throw callFailed(libc, "open a packet socket", "run as root or with CAP_NET_RAW");
  return fd;
}

/** `struct sockaddr_ll` (packet(7)): family and index in the machine's byte order, the protocol in the network's. */
function linkLayerAddress(linkIndex: number, mac: Uint8Array, etherType: number): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Linux.AF_PACKET, true);
  view.setUint16(2, etherType, false);
  view.setInt32(4, linkIndex, true);
  view.setUint8(11, mac.length);
  bytes.set(mac, 12);
  return bytes;
}
