// TFTP on one socket in the thread of packets: so much of what came at a time that nobody else waits long.
import type { DatagramDoor, Inbox, Outbox } from "@neverland/packet-thread/datagram-door.ts";
import type { Unsent } from "@neverland/packet-thread/datagram-outbox.ts";
import { TftpServer, type TftpServerDeps } from "../tftp/tftp-server.ts";
import type { TftpOutbox } from "../tftp/tftp-transfer.ts";
import type { BlockSender } from "./block-sender.ts";
import type { TftpStart } from "./thread-messages.ts";

export interface TftpSocketDeps extends Pick<TftpServerDeps, "files" | "index" | "gate" | "clock"> {
  readonly door: DatagramDoor;
  /** @param send Is called when there is no room for more blocks: it calls the sender's own. */
  readonly sendBlocks: (send: () => void) => BlockSender;
}

const messages = 64;
const requestBytes = 1501;
/** Errors and granted options: no more than the request's own words, and a sentence. */
const replyBytes = 2048;
/** Sending so much takes about a millisecond; the last window may go beyond it. */
const mostBytesInTurn = 512 * 1024;

export class TftpSocket {
  readonly #socket: number;
  readonly #inbox: Inbox;
  readonly #replies: Outbox;
  readonly #blocks: BlockSender;
  readonly #server: TftpServer;
  /** Of the inbox: what came, and what of it has been taken. */
  #came = 0;
  #taken = 0;
  #sentBytes = 0;

  constructor(socket: number, { limits, transfers }: TftpStart, { door, sendBlocks, ...deps }: TftpSocketDeps) {
    this.#socket = socket;
    this.#inbox = door.inbox({ messages, sizeBytes: requestBytes });
    this.#replies = door.outbox({ messages, sizeBytes: replyBytes });
    this.#blocks = sendBlocks(() => this.#send());
    const outbox: TftpOutbox = {
      next: () => {
        if (this.#replies.isFull) this.#send();
        return this.#replies.next();
      },
      add: (sizeBytes, address, port) => this.#replies.add(sizeBytes, address, port),
      addBlocks: (run) => {
        this.#sentBytes += (run.last - run.first + 1) * run.blockSizeBytes;
        this.#blocks.add(run);
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
    if (!this.isBehind) [this.#came, this.#taken] = [this.#inbox.take(this.#socket), 0];
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
    const unsent = ({ address, port, code }: Unsent): void => this.#server.failed({ address, port }, code);
    this.#replies.send(this.#socket, unsent);
    this.#blocks.send(this.#socket, unsent);
  }
}
