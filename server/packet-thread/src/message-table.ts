// Datagrams as recvmmsg(2) and sendmmsg(2) want them: an array of `struct mmsghdr`, each with one address and one buffer of its own.
import { Datagram, type DatagramCalls } from "./datagram-calls.ts";
import { PinnedMemory } from "./pinned-memory.ts";
import { messageHeaderBytes } from "./send-messages.ts";

/** Sizes and offsets of the C structures, the same on x86-64 and arm64. */
const layout = { header: messageHeaderBytes, headerLength: 56, vector: 16, address: 16 } as const;

export interface TableSize {
  /** Datagrams in one call. */
  readonly messages: number;
  /** Of each datagram's buffer. */
  readonly sizeBytes: number;
}

/** One datagram's place in the table. */
export interface MessageSlot {
  /** The whole buffer, however much of it counts. */
  readonly bytes: Uint8Array;
}

export class MessageTable {
  readonly slots: readonly MessageSlot[];
  readonly #memory: PinnedMemory;
  readonly #addressesAt: number;
  readonly #vectorsAt: number;

  constructor(calls: DatagramCalls, { messages, sizeBytes }: TableSize) {
    this.#vectorsAt = messages * layout.header;
    this.#addressesAt = this.#vectorsAt + messages * layout.vector;
    const buffersAt = this.#addressesAt + messages * layout.address;
    this.#memory = new PinnedMemory(calls, buffersAt + messages * sizeBytes);
    const { address, bytes, view } = this.#memory;
    this.slots = Array.from({ length: messages }, (_, at) => {
      const [header, vector, name] = [at * layout.header, this.#vectorsAt + at * layout.vector, this.#addressAt(at)];
      const buffer = buffersAt + at * sizeBytes;
      this.#memory.setWord(header, address + name); // msg_name
      view.setUint32(header + 8, layout.address, true); // msg_namelen
      this.#memory.setWord(header + 16, address + vector); // msg_iov
      this.#memory.setWord(header + 24, 1); // msg_iovlen
      this.#memory.setWord(vector, address + buffer);
      this.#memory.setWord(vector + 8, sizeBytes);
      view.setUint16(name, Datagram.AF_INET, true);
      return { bytes: bytes.subarray(buffer, buffer + sizeBytes) };
    });
  }

  /** Where the header of the first lies; the others follow it. */
  get firstHeader(): number {
    return this.#memory.address;
  }

  /** How many bytes the kernel wrote. */
  received(at: number): number {
    return this.#memory.view.getUint32(at * layout.header + layout.headerLength, true);
  }

  /** How many bytes the kernel is to send. */
  setLength(at: number, sizeBytes: number): void {
    this.#memory.view.setUint32(this.#vectorsAt + at * layout.vector + 8, sizeBytes, true);
  }

  /** An IPv4 address as the number its four bytes make, the first the highest. */
  address(at: number): number {
    return this.#memory.view.getUint32(this.#addressAt(at) + 4);
  }

  port(at: number): number {
    return this.#memory.view.getUint16(this.#addressAt(at) + 2);
  }

  setPeer(at: number, address: number, port: number): void {
    this.#memory.view.setUint16(this.#addressAt(at) + 2, port);
    this.#memory.view.setUint32(this.#addressAt(at) + 4, address);
  }

  #addressAt(at: number): number {
    return this.#addressesAt + at * layout.address;
  }
}
