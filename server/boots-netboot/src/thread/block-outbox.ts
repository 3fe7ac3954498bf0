// Blocks of files, sent from where the files lie: a datagram is a header that was made before, and a piece of the file.
import type { DatagramCalls } from "@neverland/packet-thread/datagram-calls.ts";
import type { Unsent } from "@neverland/packet-thread/datagram-outbox.ts";
import { PinnedMemory } from "@neverland/packet-thread/pinned-memory.ts";
import { SegmentOutbox } from "@neverland/packet-thread/segment-outbox.ts";
import type { BlockRun } from "../tftp/tftp-transfer.ts";

const headerBytes = 4;
const size = { messages: 256, pieces: 4096 };

/** The headers of all blocks: after 65535 they begin again. */
export function blockHeaders(calls: DatagramCalls): PinnedMemory {
  const headers = new PinnedMemory(calls, 65_536 * headerBytes);
  for (let block = 0; block < 65_536; block++) headers.view.setUint32(block * headerBytes, 0x0003_0000 + block);
  return headers;
}

export class BlockOutbox {
  readonly #calls: DatagramCalls;
  readonly #headers: PinnedMemory;
  readonly #outbox: SegmentOutbox;
  /** Where files lie; what is found here is still referenced. */
  readonly #addresses = new WeakMap<Uint8Array, number>();
  /** What the kernel is still to read. */
  readonly #held = new Set<Uint8Array>();
  readonly #send: () => void;

  /** @param send Is called when there is no room for more: it calls `send`. */
  constructor(calls: DatagramCalls, headers: PinnedMemory, send: () => void) {
    this.#calls = calls;
    this.#headers = headers;
    this.#outbox = new SegmentOutbox(calls, size);
    this.#send = send;
  }

  add({ bytes, first, last, blockSizeBytes, to }: BlockRun): void {
    const fileAt = this.#addresses.getOrInsertComputed(bytes, (file) => this.#calls.addressOf(file));
    for (let block = first; block <= last; ) {
      const count = Math.min(this.#outbox.inMessage(headerBytes + blockSizeBytes), last - block + 1);
      if (!this.#outbox.hasRoom(2 * count)) this.#send();
      this.#held.add(bytes);
      for (const end = block + count; block < end; block++) {
        this.#outbox.piece(this.#headers.address + (block & 0xffff) * headerBytes, headerBytes);
        const offset = (block - 1) * blockSizeBytes;
        const length = Math.min(blockSizeBytes, bytes.length - offset);
        if (length > 0) this.#outbox.piece(fileAt + offset, length);
      }
      this.#outbox.end(to.address, to.port, count === 1 ? 0 : headerBytes + blockSizeBytes);
    }
  }

  send(fd: number, unsent: (one: Unsent) => void): void {
    this.#outbox.send(fd, unsent);
    this.#held.clear();
  }
}
