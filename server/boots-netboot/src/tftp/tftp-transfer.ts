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
  /** The whole file. */
  readonly bytes: Uint8Array;
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
  readonly bytes: Uint8Array;
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

  constructor(input: TftpTransferInput) {
    this.#input = input;
    this.#state = newTransfer(input.bytes.length, negotiate(input.request.options, input.bytes.length, input.limits));
  }

  /** Why we ended it ourselves; undefined when we did not. */
  get gaveWay(): string | undefined {
    return this.#gaveWay;
  }

  /** @param isTold False where its client's port has a transfer that takes the place of this one. */
  giveWay(why: string, isTold: boolean): void {
    if (this.#state.outcome !== undefined) return;
    this.#gaveWay = why;
    this.#breakOff(why, isTold ? `${why}; ask again` : undefined);
  }

  handle(event: TransferEvent): void {
    if (this.#state.outcome !== undefined) return;
    const nowMs = this.#input.clock.nowMs();
    const step = stepTransfer(this.#state, event, nowMs);
    this.#state = step.state;
    this.#send(step.send);
    // What was sent may have been refused at once, and this dropped.
    if (this.#state !== step.state) return;
    if (step.wakeAtMs !== undefined) this.#wakeAt(step.wakeAtMs, nowMs);
    if (step.state.outcome !== undefined) this.#end(step.state.outcome);
  }

  /** Breaks the transfer off and tells the client. Safe to call twice. */
  cancel(): void {
    if (this.#state.outcome === undefined) this.#breakOff("the server stops", "the server stops; ask again");
  }

  /** Ends it without a word: nothing can be sent. */
  drop(): void {
    this.#state = { ...this.#state, outcome: { result: "aborted", message: "nothing can be sent" } };
    this.#timer?.stop();
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
    if (nowMs < this.#state.wakeAtMs) this.#wakeAt(this.#state.wakeAtMs, nowMs);
    else this.handle({ kind: "wake" });
  }

  #breakOff(message: string, told: string | undefined): void {
    const { outbox, to } = this.#input;
    if (told !== undefined) sendReply(outbox, to, { op: "error", code: TftpErrorCode.undefined, message: told });
    const outcome = { result: "aborted", message } as const;
    this.#state = { ...this.#state, outcome };
    this.#end(outcome);
  }

  #end(outcome: TransferOutcome): void {
    this.#timer?.stop();
    this.#input.ended(outcome);
  }

  /** One reply, or blocks that follow each other. */
  #send(sent: readonly TransferSend[]): void {
    const [first, last] = [sent[0], sent.at(-1)];
    const { outbox, to, bytes } = this.#input;
    const { blockSizeBytes } = this.#state.terms;
    if (first?.op === "data" && last?.op === "data")
      outbox.addBlocks({ bytes, first: first.block, last: last.block, blockSizeBytes, to });
    else if (first !== undefined && first.op !== "data") sendReply(outbox, to, first);
  }
}

export function sendReply(outbox: TftpOutbox, to: TftpClient, reply: Parameters<typeof encodeTftpReply>[0]): void {
  const packet = encodeTftpReply(reply);
  outbox.next().set(packet);
  outbox.add(packet.length, to.address, to.port);
}
