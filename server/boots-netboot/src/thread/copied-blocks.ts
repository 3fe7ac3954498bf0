// Blocks of files where the kernel cannot be told where they lie: each is copied into a datagram of its own.
import type { DatagramDoor, Outbox } from "@neverland/packet-thread/datagram-door.ts";
import type { Unsent } from "@neverland/packet-thread/datagram-outbox.ts";
import { pieceBytes } from "../lending/lent-file.ts";
import type { BlockRun } from "../tftp/tftp-transfer.ts";
import { type BlockSender, headerBytes, opcodeData } from "./block-sender.ts";

const messages = 64;

export class CopiedBlocks implements BlockSender {
  readonly #outbox: Outbox;
  readonly #send: () => void;

  /** @param mostBytes Of a block. @param send Is called when there is no room for more: it calls `send`. */
  constructor(door: DatagramDoor, mostBytes: number, send: () => void) {
    this.#outbox = door.outbox({ messages, sizeBytes: headerBytes + mostBytes });
    this.#send = send;
  }

  add({ file, first, last, blockSizeBytes, to }: BlockRun): void {
    for (let block = first; block <= last; block++) {
      if (this.#outbox.isFull) this.#send();
      const room = this.#outbox.next();
      const view = new DataView(room.buffer, room.byteOffset);
      view.setUint16(0, opcodeData);
      view.setUint16(2, block & 0xffff);
      const [from, end] = [(block - 1) * blockSizeBytes, Math.min(block * blockSizeBytes, file.lengthBytes)];
      for (let offset = from; offset < end; ) {
        const at = offset % pieceBytes;
        const part = file.pieceAt(offset).bytes.subarray(at, at + end - offset);
        room.set(part, headerBytes + offset - from);
        offset += part.length;
      }
      this.#outbox.add(headerBytes + end - from, to.address, to.port);
    }
  }

  send(socket: number, unsent: (one: Unsent) => void): void {
    this.#outbox.send(socket, unsent);
  }
}
