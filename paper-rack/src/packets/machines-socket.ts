// One socket that all machines speak from, each with its own address: the kernel takes and tells it with each datagram (IP_PKTINFO, ip(7)).
// A socket for each of ten thousand would cost more than all that they say.
import { Datagram, type DatagramCalls } from "@neverland/packet-thread/datagram-calls.ts";
import { PinnedMemory } from "@neverland/packet-thread/pinned-memory.ts";
import { messageHeaderBytes, sendMessages } from "@neverland/packet-thread/send-messages.ts";
import type { Libc } from "@neverland/platform/network/libc.ts";

/** Sizes and offsets of the C structures, the same on x86-64 and arm64: `mmsghdr`, `iovec`, `sockaddr_in`, and a `cmsghdr` with an `in_pktinfo`. */
const layout = { header: messageHeaderBytes, length: 56, vector: 16, address: 16, control: 32 } as const;
const controlBytes = 28;
/** Of `in_pktinfo`, in the control message: the address to send from, and the one that was sent to. */
const [fromAt, toAt] = [20, 24];
const [IPPROTO_IP, IP_PKTINFO] = [0, 8];

export interface MachinesSocketSize {
  /** In one call. */
  readonly messages: number;
  readonly sizeBytes: number;
}

/** @returns Whether the socket now tells whom each datagram is for. */
export function tellWhomFor(libc: Libc, fd: number): boolean {
  const on = Uint8Array.of(1, 0, 0, 0);
  return libc.setsockopt(fd, IPPROTO_IP, IP_PKTINFO, on, on.length) === 0;
}

/** IPv4 addresses are numbers: the first byte is the highest. */
export class MachinesSocket {
  readonly #fd: number;
  readonly #calls: DatagramCalls;
  readonly #inbox: Table;
  readonly #outbox: Table;
  #waiting = 0;

  constructor(fd: number, calls: DatagramCalls, size: MachinesSocketSize) {
    [this.#fd, this.#calls] = [fd, calls];
    this.#inbox = new Table(calls, size);
    this.#outbox = new Table(calls, size);
  }

  /** @param take The bytes are its for that call. @returns Whether more may wait. */
  receive(take: (machine: number, bytes: Buffer, serverPort: number) => void): boolean {
    const { messages } = this.#inbox.size;
    this.#inbox.makeReady();
    const count = this.#calls.recvmmsg(this.#fd, this.#inbox.memory.address, messages, Datagram.MSG_DONTWAIT);
    for (let at = 0; at < count; at += 1) {
      const { view } = this.#inbox.memory;
      const machine = view.getUint32(this.#inbox.controlAt(at) + toAt);
      take(machine, this.#inbox.received(at), view.getUint16(this.#inbox.nameAt(at) + 2));
    }
    return count === messages;
  }

  /** With the next `flush` at the latest. */
  send(machine: number, bytes: Uint8Array, server: number, serverPort: number): void {
    const at = this.#waiting;
    const { memory } = this.#outbox;
    memory.bytes.set(bytes, this.#outbox.bufferAt(at));
    this.#outbox.setLength(at, bytes.length);
    memory.view.setUint16(this.#outbox.nameAt(at) + 2, serverPort);
    memory.view.setUint32(this.#outbox.nameAt(at) + 4, server);
    memory.view.setUint32(this.#outbox.controlAt(at) + fromAt, machine);
    this.#waiting += 1;
    if (this.#waiting === this.#outbox.size.messages) this.flush();
  }

  /** What the kernel does not take is lost, as on any network: the machine's patience says what becomes of it. */
  flush(): void {
    const messages = { address: this.#outbox.memory.address, count: this.#waiting };
    sendMessages(this.#calls, this.#fd, messages, () => undefined);
    this.#waiting = 0;
  }
}

class Table {
  readonly memory: PinnedMemory;
  readonly size: MachinesSocketSize;

  constructor(calls: DatagramCalls, size: MachinesSocketSize) {
    this.size = size;
    const each = layout.header + layout.vector + layout.address + layout.control + size.sizeBytes;
    this.memory = new PinnedMemory(calls, size.messages * each);
    const { view, address } = this.memory;
    for (let at = 0; at < size.messages; at += 1) {
      const [header, vector, name, control] = [
        at * layout.header,
        this.#vectorAt(at),
        this.nameAt(at),
        this.controlAt(at),
      ];
      this.memory.setWord(header, address + name); // msg_name
      view.setUint32(header + 8, layout.address, true); // msg_namelen
      this.memory.setWord(header + 16, address + vector); // msg_iov
      this.memory.setWord(header + 24, 1); // msg_iovlen
      this.memory.setWord(header + 32, address + control); // msg_control
      this.memory.setWord(vector, address + this.bufferAt(at));
      this.memory.setWord(vector + 8, size.sizeBytes);
      view.setUint16(name, Datagram.AF_INET, true);
      this.memory.setWord(control, controlBytes); // cmsg_len
      view.setInt32(control + 8, IPPROTO_IP, true);
      view.setInt32(control + 12, IP_PKTINFO, true);
    }
    this.makeReady();
  }

  /** The kernel writes what it used over what there is room for. */
  makeReady(): void {
    for (let at = 0; at < this.size.messages; at += 1) this.memory.setWord(at * layout.header + 40, layout.control); // msg_controllen
  }

  setLength(at: number, sizeBytes: number): void {
    this.memory.view.setUint32(this.#vectorAt(at) + 8, sizeBytes, true);
  }

  received(at: number): Buffer {
    const { bytes, view } = this.memory;
    const sizeBytes = view.getUint32(at * layout.header + layout.length, true);
    return Buffer.from(bytes.buffer, this.bufferAt(at), sizeBytes);
  }

  nameAt(at: number): number {
    return this.size.messages * (layout.header + layout.vector) + at * layout.address;
  }

  controlAt(at: number): number {
    return this.size.messages * (layout.header + layout.vector + layout.address) + at * layout.control;
  }

  bufferAt(at: number): number {
    const { messages, sizeBytes } = this.size;
    return messages * (layout.header + layout.vector + layout.address + layout.control) + at * sizeBytes;
  }

  #vectorAt(at: number): number {
    return this.size.messages * layout.header + at * layout.vector;
  }
}
