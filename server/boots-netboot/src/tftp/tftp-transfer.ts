// Drives one TFTP transfer's step function with a socket's outbox and a timer.
import type { Clock } from "@neverland/platform/time/clock.ts";
import {
  encodeTftpReply,
  negotiate,
  newTransfer,
  stepTransfer,
  TftpErrorCode,
  type TftpLimits,
  type TransferEvent,
  type TransferOutcome,
  type TransferSend,
  type TransferState,
} from "@neverland/protocols";
import { firmwarePatienceMs, type LentFile } from "../lending/lent-file.ts";
import type { ReadRequest } from "./tftp-refusal.ts";

/** Where datagrams are written and wait; the socket takes them together. */
export interface TftpOutbox {
  /** Room for the next datagram. */
  next(): Uint8Array;
  /** @param address As a number, the first byte the highest. */
  add(sizeBytes: number, address: number, port: number): void;
  addBlocks(run: BlockRun): void;
}

/** Blocks that follow each other. */
export interface BlockRun {
  readonly file: Pick<LentFile, "lengthBytes" | "pieceAt">;
  /** Counted from 1 without end. */
  readonly first: number;
  readonly last: number;
  readonly blockSizeBytes: number;
  readonly to: TftpClient;
}

export interface TftpClient {
  /** As a number, the first byte the highest. */
  readonly address: number;
  readonly port: number;
}

export interface TftpTransferInput {
  readonly clock: Pick<Clock, "nowMs" | "after">;
  readonly outbox: TftpOutbox;
  readonly limits: TftpLimits;
  /** Held for this transfer, which leaves it. */
  readonly file: LentFile;
  readonly request: ReadRequest;
  readonly to: TftpClient;
  /** Called once. */
  readonly ended: (outcome: TransferOutcome) => void;
}

export class TftpTransfer {
  readonly #input: TftpTransferInput;
  #state: TransferState;
  #timer: { readonly atMs: number; readonly stop: () => void } | undefined;
  #gaveWay: string | undefined;
  /** The piece of the file that it waits for, where it does, and since when. */
  #awaited: { readonly piece: number | undefined; readonly sinceMs: number } | undefined;

  constructor(input: TftpTransferInput) {
    this.#input = input;
    const { lengthBytes } = input.file;
    this.#state = newTransfer(lengthBytes, negotiate(input.request.options, lengthBytes, input.limits));
  }

  /** Why we ended it ourselves; undefined when we did not. */
  get gaveWay(): string | undefined {
    return this.#gaveWay;
  }

  /** @param told What its client is told; undefined where its port has a transfer that takes the place of this one. */
  giveWay(why: string, told: string | undefined): void {
    if (this.#state.outcome !== undefined) return;
    this.#gaveWay = why;
    this.#breakOff(why, told);
  }

  handle(event: TransferEvent): void {
    if (this.#state.outcome !== undefined) return;
    const nowMs = this.#input.clock.nowMs();
    const step = stepTransfer(this.#state, event, nowMs);
    this.#state = step.state;
    if (step.send?.op === "data" && !this.#isHere(step.send, nowMs)) return;
    this.#send(step.send);
    // What was sent may have been refused at once, and this dropped.
    if (this.#state !== step.state) return;
    if (step.state.outcome !== undefined) this.#end(step.state.outcome);
    else this.#wakeAt(this.#dueMs(), nowMs);
  }

  /** Breaks the transfer off and tells the client. Safe to call twice. */
  cancel(): void {
    if (this.#state.outcome === undefined) this.#breakOff("the server stops", "the server stops; ask again");
  }

  /** Ends it without a word: nothing can be sent. */
  drop(): void {
    if (this.#state.outcome !== undefined) return;
    this.#state = { ...this.#state, outcome: { result: "aborted", message: "nothing can be sent" } };
    this.#giveBack();
  }

  /** Whether these blocks are in memory; if not they are sent when they are. */
  #isHere({ first, last }: { first: number; last: number }, nowMs: number): boolean {
    const { file, clock } = this.#input;
    const { blockSizeBytes } = this.#state.terms;
    const missing = file.missing((first - 1) * blockSizeBytes, Math.min(last * blockSizeBytes, file.lengthBytes));
    if (missing === undefined) {
      this.#awaited = undefined;
      return true;
    }
    if (this.#awaited?.piece === missing) return false;
    this.#awaited = { piece: missing, sinceMs: this.#awaited?.sinceMs ?? nowMs };
    // One after another, so that a hall that waited for one piece does not hold up the rest.
    file.onPiece(missing, () => void clock.after(0, () => this.#fileGoesOn()));
    this.#wakeAt(this.#dueMs(), nowMs);
    return false;
  }

  #fileGoesOn(): void {
    const { fault } = this.#input.file;
    // It may be another piece that is missing now, or this one again.
    if (this.#awaited !== undefined) this.#awaited = { ...this.#awaited, piece: undefined };
    if (fault === undefined) this.handle({ kind: "ready" });
    else this.giveWay(fault.message, "the file cannot be read to its end; ask again");
  }

  #dueMs(): number {
    return this.#awaited === undefined ? this.#state.wakeAtMs : this.#awaited.sinceMs + firmwarePatienceMs;
  }

  /** A timer that runs already is left until it ends, though each acknowledgement puts it off: it looks again then. */
  #wakeAt(atMs: number, nowMs: number): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#timer?.stop();
    this.#timer = { atMs, stop: this.#input.clock.after(atMs - nowMs, () => this.#wake()) };
  }

  #wake(): void {
    this.#timer = undefined;
    const nowMs = this.#input.clock.nowMs();
    if (nowMs < this.#dueMs()) this.#wakeAt(this.#dueMs(), nowMs);
    else if (this.#awaited === undefined) this.handle({ kind: "wake" });
    else
      this.giveWay(
        `nothing of the file came from the disk in ${firmwarePatienceMs / 1000} s; look whether the disk or this server is overloaded`,
        "the server's disk gives no answer; ask again",
      );
  }

  #breakOff(message: string, told: string | undefined): void {
    const { outbox, to } = this.#input;
    if (told !== undefined) sendReply(outbox, to, { op: "error", code: TftpErrorCode.undefined, message: told });
    const outcome = { result: "aborted", message } as const;
    this.#state = { ...this.#state, outcome };
    this.#end(outcome);
  }

  #end(outcome: TransferOutcome): void {
    this.#giveBack();
    this.#input.ended(outcome);
  }

  #giveBack(): void {
    this.#timer?.stop();
    this.#input.file.leave();
  }

  #send(send: TransferSend | undefined): void {
    const { outbox, to, file } = this.#input;
    if (send === undefined) return;
    if (send.op !== "data") {
      sendReply(outbox, to, send);
      return;
    }
    const { first, last } = send;
    // An outbox that is full sends, and is told then that nothing goes to this client, which drops this transfer: the rest is of the file still.
    file.hold();
    try {
      outbox.addBlocks({ file, first, last, blockSizeBytes: this.#state.terms.blockSizeBytes, to });
    } finally {
      file.leave();
    }
  }
}

export function sendReply(outbox: TftpOutbox, to: TftpClient, reply: Parameters<typeof encodeTftpReply>[0]): void {
  const packet = encodeTftpReply(reply);
  outbox.next().set(packet);
  outbox.add(packet.length, to.address, to.port);
}
