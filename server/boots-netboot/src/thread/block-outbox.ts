// Blocks of files, sent from where the files lie: a datagram is a header that was made before, and a piece of the file.
import type { DatagramCalls } from "@neverland/packet-thread/datagram-calls.ts";
import type { Unsent } from "@neverland/packet-thread/datagram-outbox.ts";
import { PinnedMemory } from "@neverland/packet-thread/pinned-memory.ts";
import { SegmentOutbox, type SegmentOutboxDeps } from "@neverland/packet-thread/segment-outbox.ts";
import { pieceBytes } from "../lending/lent-file.ts";
import type { BlockRun } from "../tftp/tftp-transfer.ts";
import { type BlockSender, headerBytes, opcodeData } from "./block-sender.ts";

/** Of a datagram: its header, and a block that may lie in two pieces of its file. */
const mostPieces = 3;
const size = { messages: 256, pieces: 4096 };

/** The headers of all blocks: after 65535 they begin again. */
export function blockHeaders(calls: DatagramCalls): PinnedMemory {
  const headers = new PinnedMemory(calls, 65_536 * headerBytes);
  for (let block = 0; block < 65_536; block++) {
    headers.view.setUint16(block * headerBytes, opcodeData);
    headers.view.setUint16(block * headerBytes + 2, block);
  }
  return headers;
}

export interface BlockOutboxDeps extends Pick<SegmentOutboxDeps, "calls" | "nowMs"> {
  readonly headers: PinnedMemory;
  /** That fits into one of the link's packets. */
  readonly longestBlockBytes: number;
  /** Is called when there is no room for more: it calls `send`. */
  readonly send: () => void;
}

export class BlockOutbox implements BlockSender {
  readonly #headers: PinnedMemory;
  readonly #outbox: SegmentOutbox;
  readonly #send: () => void;

  constructor({ headers, longestBlockBytes, send, ...deps }: BlockOutboxDeps) {
    [this.#headers, this.#send] = [headers, send];
    this.#outbox = new SegmentOutbox({ ...deps, size, longestBytes: headerBytes + longestBlockBytes });
  }

  add({ file, first, last, blockSizeBytes, to }: BlockRun): void {
    for (let block = first; block <= last; ) {
      const count = Math.min(this.#outbox.inMessage(headerBytes + blockSizeBytes, to.address), last - block + 1);
      if (!this.#outbox.hasRoom(mostPieces * count)) this.#send();
      this.#outbox.begin();
      for (const end = block + count; block < end; block++) {
        this.#outbox.piece(this.#headers.address + (block & 0xffff) * headerBytes, headerBytes);
        this.#addBytes(file, (block - 1) * blockSizeBytes, Math.min(block * blockSizeBytes, file.lengthBytes));
      }
      this.#outbox.end(to.address, to.port, count === 1 ? 0 : headerBytes + blockSizeBytes);
    }
  }

  #addBytes(file: BlockRun["file"], from: number, to: number): void {
    for (let offset = from; offset < to; ) {
      const { bytes, address } = file.pieceAt(offset);
      const at = offset % pieceBytes;
      const length = Math.min(to - offset, bytes.length - at);
      this.#outbox.piece(address + at, length);
      offset += length;
    }
  }

  send(fd: number, unsent: (one: Unsent) => void): void {
    this.#outbox.send(fd, unsent);
  }
}
