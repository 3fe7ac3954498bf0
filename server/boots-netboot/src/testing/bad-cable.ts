// A cable between TFTP clients and their server that loses, doubles and disorders datagrams: a relay over UDP, which writes down what it did.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export type Fate = "passes" | "lost" | "doubled" | "late";

/** What came to the cable, whatever became of it. */
export interface Passage {
  readonly from: "client" | "server";
  readonly bytes: Buffer;
  readonly fate: Fate;
  readonly atMs: number;
}

export interface BadCableOrder {
  /** Where the server is, and the cable's own end for clients: both on loopback. */
  readonly serverPort: number;
  /** The address by which the server knows the client. */
  readonly address: string;
  /** @param bytes A datagram, of either side. */
  readonly fateOf: (bytes: Buffer) => Fate;
}

/** What is late is overtaken by the next datagram of the same side, or comes after this long by itself. */
const lateMs = 10;
const loopback = "127.0.0.1";

export class BadCable {
  readonly #order: BadCableOrder;
  readonly #inner: Socket;
  readonly #outer: Socket;
  readonly passages: Passage[] = [];
  #clientPort = 0;
  readonly #late = new Map<Socket, () => void>();

  private constructor(order: BadCableOrder, inner: Socket, outer: Socket) {
    [this.#order, this.#inner, this.#outer] = [order, inner, outer];
    outer.on("message", (bytes, { port }) => {
      this.#clientPort = port;
      this.#pass("client", bytes);
    });
    inner.on("message", (bytes) => this.#pass("server", bytes));
  }

  /** One client at a time. */
  static async open(order: BadCableOrder): Promise<BadCable> {
    const [inner, outer] = [createSocket("udp4"), createSocket("udp4")];
    inner.bind(0, order.address);
    outer.bind(0, loopback);
    await Promise.all([once(inner, "listening"), once(outer, "listening")]);
    return new BadCable(order, inner, outer);
  }

  /** Where clients find the server. */
  get port(): number {
    return this.#outer.address().port;
  }

  close(): void {
    this.#inner.close();
    this.#outer.close();
    this.#late.clear();
  }

  #pass(from: Passage["from"], bytes: Buffer): void {
    const fate = this.#order.fateOf(bytes);
    this.passages.push({ from, bytes, fate, atMs: performance.now() });
    const [socket, port] = from === "client" ? [this.#inner, this.#order.serverPort] : [this.#outer, this.#clientPort];
    const send = (): void => socket.send(bytes, port, loopback);
    const overtaken = this.#late.get(socket);
    this.#late.delete(socket);
    if (fate === "late") this.#hold(socket, send);
    else if (fate !== "lost") send();
    if (fate === "doubled") send();
    overtaken?.();
  }

  #hold(socket: Socket, send: () => void): void {
    this.#late.set(socket, send);
    setTimeout(() => {
      if (this.#late.get(socket) !== send) return;
      this.#late.delete(socket);
      send();
    }, lateMs);
  }
}
