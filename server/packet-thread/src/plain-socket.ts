// A UDP port by Node's own sockets, which cannot be tied to a link: it is bound to an address, and what it sends leaves from there.
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { linksBeside } from "@neverland/platform/network/sole-link.ts";
import { ipv4FromNumber } from "@neverland/protocols";

export interface PlainPort {
  /** An IPv4 address of this machine. What is broadcast from it leaves by the link that has it (ip(7)). */
  readonly host: string;
  readonly port: number;
  /** Broadcasts to the port are heard too, for as long as no link but this can bring them: nothing tells by which one they came. */
  readonly soleLink?: string | undefined;
}

export interface PlainDatagram {
  readonly bytes: Uint8Array;
  readonly from: RemoteInfo;
}

/** A hall of ten thousand that asks at once. What comes beyond that is lost, as where a socket is full. */
const mostWaiting = 16_384;
/** In each direction, as far as the kernel gives it; and as much of what waits here, and of what it does not take at once. */
const bufferBytes = 16 * 2 ** 20;
/** How long a look at the links holds. */
const lookEveryMs = 1000;
const broadcast = "255.255.255.255";

/** @throws {Error} The system's. */
export async function openPlainSocket(wanted: PlainPort): Promise<PlainSocket> {
  const socket = new PlainSocket(wanted);
  try {
    await socket.bind();
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

export class PlainSocket {
  readonly #wanted: PlainPort;
  readonly #own: Socket;
  /** It alone hears what is broadcast, and that alone. */
  readonly #broadcasts: Socket | undefined;
  readonly #waiting: PlainDatagram[] = [];
  #waitingBytes = 0;
  #came = (): void => undefined;
  #looked = { atMs: Number.NEGATIVE_INFINITY, isSole: false };

  constructor(wanted: PlainPort) {
    this.#wanted = wanted;
    const { soleLink } = wanted;
    this.#own = newSocket((datagram) => this.#take(datagram));
    if (soleLink === undefined) return;
    this.#broadcasts = newSocket((datagram) => {
      if (this.#isSole(soleLink)) this.#take(datagram);
    });
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  async bind(): Promise<void> {
    const { host, port } = this.#wanted;
    await bound(this.#own, host, port);
    this.#own.setBroadcast(true);
    if (this.#broadcasts !== undefined) await bound(this.#broadcasts, broadcast, port);
  }

  /** @param came Is called for each datagram. */
  onDatagram(came: () => void): void {
    this.#came = came;
  }

  /** The oldest of those that wait. */
  take(most: number): PlainDatagram[] {
    const taken = this.#waiting.splice(0, most);
    for (const { bytes } of taken) this.#waitingBytes -= bytes.length;
    return taken;
  }

  /** @param bytes Given away: what the kernel does not take at once is kept. @param unsent Is told such as `ENETUNREACH`, now or later. */
  send(bytes: Uint8Array, address: number, port: number, unsent: (code: string) => void): void {
    // Node throws.
    if (port === 0) unsent("EINVAL");
    else if (this.#own.getSendQueueSize() + bytes.length > bufferBytes) unsent("EAGAIN");
    else
      this.#own.send(bytes, port, ipv4FromNumber(address), (error: NodeJS.ErrnoException | null) => {
        if (error !== null) unsent(error.code ?? error.message);
      });
  }

  close(): void {
    for (const socket of [this.#own, this.#broadcasts]) socket?.close();
  }

  #take(datagram: PlainDatagram): void {
    const { length } = datagram.bytes;
    if (this.#waiting.length === mostWaiting || this.#waitingBytes + length > bufferBytes) return;
    this.#waitingBytes += length;
    this.#waiting.push(datagram);
    this.#came();
  }

  #isSole(link: string): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#looked.atMs >= lookEveryMs)
      this.#looked = { atMs: nowMs, isSole: linksBeside(link).length === 0 };
    return this.#looked.isSole;
  }
}

function newSocket(take: (datagram: PlainDatagram) => void): Socket {
  const socket = createSocket({
    ...{ type: "udp4", reuseAddr: true, recvBufferSize: bufferBytes, sendBufferSize: bufferBytes },
    // Only addresses are sent to; Node's own look-up of one waits for the next turn.
    lookup: (address, _options, done) => done(null, address, 4),
  });
  socket.on("message", (bytes, from) => take({ bytes, from }));
  return socket;
}

async function bound(socket: Socket, address: string, port: number): Promise<void> {
  const listening = once(socket, "listening"); // rejects with what is told as an error meanwhile
  socket.bind({ address, port, exclusive: true });
  await listening;
  // What comes here is another's: of a machine that has gone (ICMP).
  socket.on("error", () => undefined);
}
