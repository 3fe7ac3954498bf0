// Sends datagrams by Node's own sockets.
import type { Outbox } from "./datagram-door.ts";
import type { Unsent } from "./datagram-outbox.ts";
import type { TableSize } from "./message-table.ts";
import type { PlainSocket } from "./plain-socket.ts";

export class PlainOutbox implements Outbox {
  readonly #sockets: readonly PlainSocket[];
  readonly #messages: number;
  readonly #room: Uint8Array;
  #waiting: { readonly bytes: Uint8Array; readonly address: number; readonly port: number }[] = [];

  constructor(sockets: readonly PlainSocket[], { messages, sizeBytes }: TableSize) {
    this.#sockets = sockets;
    this.#messages = messages;
    this.#room = new Uint8Array(sizeBytes);
  }

  get isFull(): boolean {
    return this.#waiting.length === this.#messages;
  }

  next(): Uint8Array {
    if (this.isFull) throw new RangeError("the outbox is full; send first");
    return this.#room;
  }

  /** Copies it: Node keeps what the kernel does not take at once. */
  add(sizeBytes: number, address: number, port: number): void {
    this.#waiting.push({ bytes: this.#room.slice(0, sizeBytes), address, port });
  }

  send(socket: number, unsent: (one: Unsent) => void): void {
    for (const { bytes, address, port } of this.#waiting)
      this.#sockets[socket]?.send(bytes, address, port, (code) => unsent({ address, port, code }));
    this.#waiting = [];
  }
}
