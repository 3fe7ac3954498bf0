// Drives one TFTP transfer's step function with a socket and a timer.

import type { UdpEndpoint } from "@neverland/platform/network/udp-endpoint.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import {
  encodeTftpReply,
  negotiate,
  newTransfer,
  stepTransfer,
  type TftpLimits,
  type TftpRequest,
  type TransferEvent,
  type TransferOutcome,
  type TransferSend,
  type TransferState,
} from "@neverland/protocols";
import type { RunningTransfer } from "./running-transfers.ts";

export interface TftpTransferInput {
  readonly clock: Clock;
  readonly limits: TftpLimits;
  readonly bytes: Uint8Array;
  readonly request: TftpRequest & { op: "rrq" | "wrq" };
  readonly to: { readonly address: string; readonly port: number };
}

export class TftpTransfer implements RunningTransfer {
  readonly #input: TftpTransferInput;
  readonly beganMs: number;
  #state: TransferState;
  #endpoint: UdpEndpoint | undefined;
  #stopTimer: () => void = () => {};
  #lastHeardMs: number;
  #gaveWay: string | undefined;
  readonly #end = Promise.withResolvers<TransferOutcome>();

  constructor(input: TftpTransferInput) {
    this.#input = input;
    this.beganMs = input.clock.nowMs();
    this.#lastHeardMs = this.beganMs;
    this.#state = newTransfer(input.bytes.length, negotiate(input.request.options, input.bytes.length, input.limits));
  }

  get request(): TftpRequest {
    return this.#input.request;
  }

  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  /** Why we ended it ourselves; undefined when we did not. */
  get gaveWay(): string | undefined {
    return this.#gaveWay;
  }

  giveWay(why: string): void {
    this.#gaveWay = why;
    this.handle({ kind: "client-error", code: 0, message: why });
  }

  /** Resolves when the transfer is over; rejects when its datagrams could not be sent. */
  run(endpoint: UdpEndpoint): Promise<TransferOutcome> {
    this.#endpoint = endpoint;
    this.handle({ kind: "start" });
    return this.#end.promise;
  }

  handle(event: TransferEvent): void {
    const { clock } = this.#input;
    if (this.#endpoint === undefined) return;
    this.#stopTimer();
    if (event.kind === "ack") this.#lastHeardMs = clock.nowMs();
    const step = stepTransfer(this.#state, event, clock.nowMs());
    this.#state = step.state;
    for (const sent of step.send) this.#send(this.#endpoint, sent);
    if (step.state.outcome !== undefined) this.#end.resolve(step.state.outcome);
    else if (step.wakeAtMs !== undefined) this.#wakeAt(step.wakeAtMs);
  }

  /** Settles when the transfer is over, however it ends. */
  get ended(): Promise<unknown> {
    return this.#end.promise.catch(() => {});
  }

  /** Breaks the transfer off and tells the client. Safe to call twice. */
  cancel(): void {
    this.#stopTimer();
    if (this.#state.outcome === undefined && this.#endpoint !== undefined)
      this.#send(this.#endpoint, { op: "error", code: 0, message: "the server stops; ask again" });
    const outcome = { result: "aborted", message: "the server stops" } as const;
    this.#state = { ...this.#state, outcome };
    this.#end.resolve(outcome);
  }

  #wakeAt(wakeAtMs: number): void {
    const delayMs = Math.max(0, wakeAtMs - this.#input.clock.nowMs());
    this.#stopTimer = this.#input.clock.after(delayMs, () => this.handle({ kind: "wake" }));
  }

  #send(endpoint: UdpEndpoint, sent: TransferSend): void {
    const { bytes, to } = this.#input;
    const packet =
      sent.op === "data"
        ? encodeTftpReply({
            op: "data",
            block: sent.block & 0xffff,
            bytes: bytes.subarray(sent.offsetBytes, sent.offsetBytes + sent.lengthBytes),
          })
        : encodeTftpReply(sent);
    endpoint.send(packet, to.address, to.port).catch((error: unknown) => this.#end.reject(error));
  }
}
