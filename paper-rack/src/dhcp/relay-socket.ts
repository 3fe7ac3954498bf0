// The relay's one socket: takes and sends datagrams by the lot, since the rack must be several times quicker than any server.
import { Datagram, type DatagramCalls, loadDatagramCalls } from "@neverland/packet-thread/datagram-calls.ts";
import { DatagramInbox } from "@neverland/packet-thread/datagram-inbox.ts";
import { DatagramOutbox } from "@neverland/packet-thread/datagram-outbox.ts";
import { PinnedMemory } from "@neverland/packet-thread/pinned-memory.ts";
import { type Libc, Linux, loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { addressNumber } from "../paper-machine.ts";

const serverPort = 67;
/** Takes as many bytes as it is told, whatever the limit for others: the machines' answers must not be lost here. */
const receiveBufferForced = 33;
const receiveBufferBytes = 8 << 20;
const lot = { messages: 256, sizeBytes: 1536 };

export class RelaySocket {
  readonly #libc: Libc;
  readonly #calls: DatagramCalls;
  readonly #fd: number;
  readonly #server: number;
  readonly #inbox: DatagramInbox;
  readonly #outbox: DatagramOutbox;
  readonly #wait: PinnedMemory;

  private constructor(libc: Libc, calls: DatagramCalls, fd: number, server: string) {
    this.#libc = libc;
    this.#calls = calls;
    this.#fd = fd;
    this.#server = addressNumber(server);
    this.#inbox = new DatagramInbox(calls, lot);
    this.#outbox = new DatagramOutbox(calls, lot);
    this.#wait = new PinnedMemory(calls, 8);
    this.#wait.view.setInt32(0, fd, true);
    this.#wait.view.setInt16(4, Datagram.POLLIN, true);
  }

  /** @param address The relay's own. @throws {NetworkError} Where its port cannot be had. */
  static async open(address: string, server: string): Promise<RelaySocket> {
    const [libc, calls] = [await loadLibc(), await loadDatagramCalls()];
    const wanted = {
      protocol: "udp",
      host: address,
      port: serverPort,
      purpose: "the relay of the paper rack",
    } as const;
    const fd = await openSocket(libc, wanted);
    const size = new Uint8Array(Int32Array.of(receiveBufferBytes).buffer);
    libc.setsockopt(fd, Linux.SOL_SOCKET, receiveBufferForced, size, size.length);
    return new RelaySocket(libc, calls, fd, server);
  }

  /** Holds this thread until something comes, or so long. Calls `take` for each datagram, whose bytes are its for that call. */
  receive(waitMs: number, take: (view: DataView) => void): void {
    if (this.#calls.poll(this.#wait.address, 1, waitMs) <= 0) return;
    const count = this.#inbox.take(this.#fd);
    for (let at = 0; at < count; at += 1) {
      const bytes = this.#inbox.bytes(at);
      take(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
    }
  }

  /** With the next `flush` at the latest. */
  send(message: Uint8Array, xid: number): void {
    const place = this.#outbox.next();
    place.set(message);
    place[4] = xid >>> 24;
    place[5] = xid >>> 16;
    place[6] = xid >>> 8;
    place[7] = xid;
    this.#outbox.add(message.length, this.#server, serverPort);
    if (this.#outbox.isFull) this.flush();
  }

  /** What the kernel does not take is lost, as on any network: the machine's patience says what becomes of it. */
  flush(): void {
    this.#outbox.send(this.#fd, () => undefined);
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}
