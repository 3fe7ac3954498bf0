// TFTP on one socket in the thread of packets: so much of what came at a time that nobody else waits long.

import type { DatagramCalls } from "@neverland/packet-thread/datagram-calls.ts";
import { DatagramInbox } from "@neverland/packet-thread/datagram-inbox.ts";
import { DatagramOutbox } from "@neverland/packet-thread/datagram-outbox.ts";
import { TftpServer, type TftpServerDeps } from "../tftp/tftp-server.ts";
import type { TftpStart } from "./thread-messages.ts";

export interface TftpSocketDeps extends Pick<TftpServerDeps, "files" | "index" | "gate" | "clock"> {
  readonly calls: DatagramCalls;
}

const messages = 64;
const requestBytes = 1501;
/** Of errors and of granted options, whatever the blocks' size. */
const leastReplyBytes = 2048;
/** Sending so much takes about a millisecond; the last window may go beyond it. */
const mostBytesInTurn = 512 * 1024;

export class TftpSocket {
  readonly #fd: number;
  readonly #inbox: DatagramInbox;
  readonly #outbox: DatagramOutbox;
  readonly #server: TftpServer;
  /** Of the inbox: what came, and what of it has been taken. */
  #came = 0;
  #taken = 0;
  #sentBytes = 0;

  constructor(fd: number, { limits, transfers }: TftpStart, { calls, ...deps }: TftpSocketDeps) {
    this.#fd = fd;
    this.#inbox = new DatagramInbox(calls, { messages, sizeBytes: requestBytes });
    this.#outbox = new DatagramOutbox(calls, {
      messages,
      sizeBytes: Math.max(limits.blockSizeBytes + 4, leastReplyBytes),
    });
    const outbox = {
      next: () => {
        if (this.#outbox.isFull) this.#send();
        return this.#outbox.next();
      },
      add: (sizeBytes: number, address: number, port: number) => {
        this.#sentBytes += sizeBytes;
        this.#outbox.add(sizeBytes, address, port);
      },
    };
    this.#server = new TftpServer({ ...deps, limits, transfers, outbox });
  }

  /** Nobody reads. */
  get isIdle(): boolean {
    return this.#server.isIdle;
  }

  /** Some of what came has not been answered yet. */
  get isBehind(): boolean {
    return this.#taken < this.#came;
  }

  readable(): void {
    if (!this.isBehind) [this.#came, this.#taken] = [this.#inbox.take(this.#fd), 0];
    this.turn();
  }

  /** Goes on with what came, and sends what was said since. */
  turn(): void {
    for (; this.#taken < this.#came && this.#sentBytes < mostBytesInTurn; this.#taken++) {
      const at = this.#taken;
      this.#server.take(this.#inbox.bytes(at), { address: this.#inbox.address(at), port: this.#inbox.port(at) });
    }
    this.#send();
    this.#sentBytes = 0;
  }

  finish(): void {
    this.#server.finish();
  }

  breakOff(): void {
    this.#server.breakOff();
    this.#send();
  }

  #send(): void {
    this.#outbox.send(this.#fd, ({ address, port, code }) => this.#server.failed({ address, port }, code));
  }
}
