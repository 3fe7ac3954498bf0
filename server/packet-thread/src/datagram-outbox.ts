// Sends datagrams by the lot.
import type { DatagramCalls } from "./datagram-calls.ts";
import { MessageTable, type TableSize } from "./message-table.ts";
import { sendMessages } from "./send-messages.ts";

/** A datagram that the kernel did not take. */
export interface Unsent {
  readonly address: number;
  readonly port: number;
  /** Such as `ENETUNREACH`. */
  readonly code: string;
}

/** IPv4 addresses are numbers: the first byte is the highest. Whoever fills it sends before it is full. */
export class DatagramOutbox {
  readonly #calls: DatagramCalls;
  readonly #table: MessageTable;
  readonly #messages: number;
  #waiting = 0;

  constructor(calls: DatagramCalls, size: TableSize) {
    this.#calls = calls;
    this.#table = new MessageTable(calls, size);
    this.#messages = size.messages;
  }

  get isFull(): boolean {
    return this.#waiting === this.#messages;
  }

  /** Where the next datagram is to be written; what was written there before may still be there. */
  next(): Uint8Array {
    const slot = this.#table.slots[this.#waiting];
    if (slot === undefined) throw new RangeError("the outbox is full; send first");
    return slot.bytes;
  }

  /** Counts what was written as a datagram. */
  add(sizeBytes: number, address: number, port: number): void {
    this.#table.setLength(this.#waiting, sizeBytes);
    this.#table.setPeer(this.#waiting, address, port);
    this.#waiting++;
  }

  /** Sends all. One that the kernel refuses keeps back none of the others. */
  send(fd: number, unsent: (one: Unsent) => void): void {
    const messages = { address: this.#table.firstHeader, count: this.#waiting };
    sendMessages(this.#calls, fd, messages, (at, code) =>
      unsent({ address: this.#table.address(at), port: this.#table.port(at), code }),
    );
    this.#waiting = 0;
  }
}
