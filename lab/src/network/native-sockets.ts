// The few system calls that Node does not offer and a machine's cable needs: packet sockets, socket pairs, offloads.
import koffi from "koffi";
import { LabError } from "../lab-error.ts";

// Numbers of the Linux ABI that are the same on x86-64 and arm64.
const afUnix = 1;
const afInet = 2;
const afPacket = 17;
const sockDgram = 2;
const sockRaw = 3;
const sockCloexec = 0o2000000;
const ethPAll = 3;
const solPacket = 263;
const packetIgnoreOutgoing = 23;
const siocEthtool = 0x8946;
const dontWait = 0x40;
const errnoAgain = 11;

/** ETHTOOL_S* commands of the kernel's ethtool.h: checksums, TCP segmentation, generic segmentation. */
const offloadCommands = [0x17, 0x1f, 0x24] as const;

export interface NativeSockets {
  /** A raw socket on one interface, which sees what arrives there and not what it sent itself. */
  openPacketSocket(interfaceName: string): number;
  /** Two connected datagram sockets. */
  openDatagramPair(): [number, number];
  /** Makes the kernel finish checksums and segments before a frame leaves by this interface. */
  disableOffloads(interfaceName: string): void;
  /** @returns The frame's bytes within `buffer`, or nothing when none is waiting. */
  receive(fd: number, buffer: Uint8Array): number | undefined;
  /** @returns False when the other end has no room. Any other refusal drops the frame, as a cable would. */
  send(fd: number, frame: Uint8Array): boolean;
  /** Waits until a descriptor can be read, or, where asked, written. */
  poll(descriptors: readonly { readonly fd: number; readonly write: boolean }[], timeoutMs: number): void;
  close(fd: number): void;
}

/** Binds to the C library of this process. */
export function loadNativeSockets(): NativeSockets {
  const libc = koffi.load(null);
  const socket = libc.func("int socket(int, int, int)");
  const socketpair = libc.func("int socketpair(int, int, int, void *)");
  const bind = libc.func("int bind(int, void *, int)");
  const setsockopt = libc.func("int setsockopt(int, int, int, void *, int)");
  const interfaceIndex = libc.func("unsigned int if_nametoindex(str)");
  const recv = libc.func("intptr_t recv(int, void *, size_t, int)");
  const send = libc.func("intptr_t send(int, void *, size_t, int)");
  const poll = libc.func("int poll(void *, unsigned long, int)");
  const close = libc.func("int close(int)");
  const ioctl = libc.func("int ioctl(int, unsigned long, void *)");

  const checked = (result: number, what: string): number => {
    if (result >= 0) return result;
    throw new LabError(
      "socket-refused",
      `${what} was refused with errno ${koffi.errno()}; it needs a network namespace of our own (CAP_NET_RAW)`,
    );
  };

  return {
    openPacketSocket(interfaceName) {
      const what = `a packet socket on ${interfaceName}`;
      // Protocol 0: no frame is taken before the socket is bound to its one interface.
      const fd = checked(socket(afPacket, sockRaw | sockCloexec, 0), what);
      const one = Buffer.from(Int32Array.of(1).buffer);
      checked(setsockopt(fd, solPacket, packetIgnoreOutgoing, one, 4), what);
      checked(bind(fd, packetAddress(interfaceIndex(interfaceName)), 20), what);
      return fd;
    },
    openDatagramPair() {
      const pair = Buffer.alloc(8);
      checked(socketpair(afUnix, sockDgram | sockCloexec, 0, pair), "a pair of datagram sockets");
      return [pair.readInt32LE(0), pair.readInt32LE(4)];
    },
    disableOffloads(interfaceName) {
      const fd = checked(socket(afInet, sockDgram | sockCloexec, 0), "a socket for ethtool");
      for (const command of offloadCommands) {
        const value = Buffer.from(Uint32Array.of(command, 0).buffer);
        checked(
          ioctl(fd, siocEthtool, interfaceRequest(interfaceName, value)),
          `switching off offload ${command} of ${interfaceName}`,
        );
      }
      close(fd);
    },
    receive(fd, buffer) {
      const length = Number(recv(fd, buffer, buffer.length, dontWait));
      return length < 0 ? undefined : length;
    },
    send(fd, frame) {
      return Number(send(fd, frame, frame.length, dontWait)) >= 0 || koffi.errno() !== errnoAgain;
    },
    poll(descriptors, timeoutMs) {
      const list = Buffer.alloc(descriptors.length * 8);
      for (const [index, { fd, write }] of descriptors.entries()) {
        list.writeInt32LE(fd, index * 8);
        list.writeInt16LE(write ? 5 : 1, index * 8 + 4); // POLLIN, POLLOUT
      }
      poll(list, descriptors.length, timeoutMs);
    },
    close(fd) {
      close(fd);
    },
  };
}

/** struct sockaddr_ll for all protocols of one interface. */
function packetAddress(interfaceIndex: number): Buffer {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(afPacket, 0);
  address.writeUInt16BE(ethPAll, 2);
  address.writeInt32LE(interfaceIndex, 4);
  return address;
}

/** struct ifreq whose data points at `value`, which must outlive the call. */
function interfaceRequest(interfaceName: string, value: Buffer): Buffer {
  const request = Buffer.alloc(40);
  request.write(interfaceName.slice(0, 15), 0, "latin1");
  request.writeBigUInt64LE(BigInt(koffi.address(value)), 16);
  return request;
}
