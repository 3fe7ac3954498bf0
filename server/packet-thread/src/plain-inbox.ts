// Takes datagrams of Node's own sockets by the lot.
import { type Ipv4Address, ipv4ToNumber } from "@neverland/protocols";
import type { Inbox } from "./datagram-door.ts";
import type { TableSize } from "./message-table.ts";
import type { PlainDatagram, PlainSocket } from "./plain-socket.ts";

export class PlainInbox implements Inbox {
  readonly #sockets: readonly PlainSocket[];
  readonly #size: TableSize;
  #lot: readonly PlainDatagram[] = [];

  /** @param size What is longer than `sizeBytes` is cut. */
  constructor(sockets: readonly PlainSocket[], size: TableSize) {
    this.#sockets = sockets;
    this.#size = size;
  }

  take(socket: number): number {
    this.#lot = this.#sockets[socket]?.take(this.#size.messages) ?? [];
    return this.#lot.length;
  }

  bytes(at: number): Uint8Array {
    return this.#datagram(at).bytes.subarray(0, this.#size.sizeBytes);
  }

  address(at: number): number {
    return ipv4ToNumber(this.#datagram(at).from.address as Ipv4Address); // of a socket for IPv4
  }

  port(at: number): number {
    return this.#datagram(at).from.port;
  }

  #datagram(at: number): PlainDatagram {
    const datagram = this.#lot[at];
    if (datagram === undefined) throw new RangeError(`the inbox has no datagram ${at}`);
    return datagram;
  }
}
