// Takes datagrams from a socket by the lot.
import { Datagram, type DatagramCalls } from "./datagram-calls.ts";
import { MessageTable, type TableSize } from "./message-table.ts";

/** IPv4 addresses are numbers: the first byte is the highest. */
export class DatagramInbox {
  readonly #calls: DatagramCalls;
  readonly #table: MessageTable;
  readonly #messages: number;

  /** @param size What is longer than `sizeBytes` is cut: give one byte more than is taken, and refuse what fills it. */
  constructor(calls: DatagramCalls, size: TableSize) {
    this.#calls = calls;
    this.#table = new MessageTable(calls, size);
    this.#messages = size.messages;
  }

  /**
   * Takes what waits, as much as fits. What was taken before is overwritten.
   * @returns How many came; as many as fit may mean that more wait. 0: none, or an error that was another's (an ICMP refusal).
   */
  take(fd: number): number {
    return Math.max(0, this.#calls.recvmmsg(fd, this.#table.firstHeader, this.#messages, Datagram.MSG_DONTWAIT));
  }

  /** Valid until the next `take`. */
  bytes(at: number): Uint8Array {
    const slot = this.#table.slots[at];
    if (slot === undefined) throw new RangeError(`the inbox has no datagram ${at}`);
    return slot.bytes.subarray(0, this.#table.received(at));
  }

  address(at: number): number {
    return this.#table.address(at);
  }

  port(at: number): number {
    return this.#table.port(at);
  }
}
