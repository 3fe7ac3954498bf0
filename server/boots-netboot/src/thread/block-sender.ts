// How blocks of a file are sent: from where they lie (block-outbox.ts), or each in a copy of its own (copied-blocks.ts).
import type { Unsent } from "@neverland/packet-thread/datagram-outbox.ts";
import type { BlockRun } from "../tftp/tftp-transfer.ts";

export interface BlockSender {
  /** What is added of a file must stay in memory until `send`. */
  add(run: BlockRun): void;
  send(socket: number, unsent: (one: Unsent) => void): void;
}

/** RFC 1350 §5: the opcode DATA, and the number of the block, which after 65535 begins again. */
export const headerBytes = 4;
export const opcodeData = 3;
