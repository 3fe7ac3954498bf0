// The relay of a rack of machines that live their whole lives: one socket, and each answer goes to whom its xid names.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const serverPort = 67;
const receiveBufferBytes = 4 << 20;

export class Relay {
  readonly #socket: Socket;
  readonly #server: string;
  readonly #waiting = new Map<number, (reply: DataView) => void>();
  #xid = 1;

  private constructor(socket: Socket, server: string) {
    this.#socket = socket;
    this.#server = server;
    socket.on("message", (bytes) => {
      if (bytes.length < 8) return;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      this.#waiting.get(view.getUint32(4))?.(view);
    });
  }

  /** @param address Its own, where answers come. */
  static async open(address: string, server: string): Promise<Relay> {
    const socket = createSocket({ type: "udp4", recvBufferSize: receiveBufferBytes });
    socket.bind(serverPort, address);
    await once(socket, "listening");
    return new Relay(socket, server);
  }

  /** A number for one machine's exchange; its answers go to `take` until it is forgotten. */
  open(): number {
    return this.#xid++;
  }

  hear(xid: number, take: (reply: DataView) => void): void {
    this.#waiting.set(xid, take);
  }

  forget(xid: number): void {
    this.#waiting.delete(xid);
  }

  send(message: Uint8Array): void {
    this.#socket.send(message, serverPort, this.#server);
  }

  close(): void {
    this.#socket.close();
  }
}
