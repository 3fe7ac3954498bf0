// What TFTP did, as it reads on a machine's timeline.
import type { EventReason } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import { ipv4FromNumber, type TransferOutcome } from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { tellFault } from "../own-fault.ts";
import type { TftpRefusal } from "./tftp-refusal.ts";

export interface TransferEnd {
  readonly name: string;
  readonly file: { readonly sizeBytes: number };
  readonly outcome: TransferOutcome;
  /** Why we ended it ourselves; undefined when we did not. */
  readonly gaveWay: string | undefined;
}

const quietMs = 60_000;
/** A machine that reads again and again is one event a second at most. */
const repeatQuietMs = 1000;

export class TftpEvents {
  readonly #gate: EventGate;

  constructor(gate: EventGate) {
    this.#gate = gate;
  }

  ended({ key, mac }: MachineCard, { name, file, outcome, gaveWay }: TransferEnd): void {
    const type = outcome.result === "complete" ? "TftpRead" : "TftpBrokenOff";
    this.#gate.onceOf(`${type} ${mac} ${name}`, repeatQuietMs, true, () => ({
      source: "boots/tftp",
      hardware: key,
      mac,
      type,
      message: `${mac} ${describeOutcome(outcome, name, gaveWay)}`,
      data: { file: name, sizeBytes: file.sizeBytes, result: outcome.result },
    }));
  }

  refused({ key, mac }: MachineCard, { reason, message }: TftpRefusal): void {
    const event = { source: "boots/tftp", type: "TftpRefused", hardware: key, mac, reason, message } as const;
    this.#gate.once(`tftp ${reason} ${mac}`, quietMs, event);
  }

  /** @param address As a number, the first byte the highest. */
  ignored(address: number, reason: EventReason, message: string, machine?: MachineCard): void {
    const text = ipv4FromNumber(address);
    const who = machine === undefined ? { address: text } : { hardware: machine.key, mac: machine.mac };
    this.#gate.onceOf(`tftp ${reason} ${machine?.mac ?? text}`, quietMs, machine !== undefined, () => ({
      source: "boots/tftp",
      type: "TftpIgnored",
      ...who,
      reason,
      message: `${text}: ${message}`,
    }));
  }

  /** Of our own. @param address As a number, the first byte the highest. */
  fault(address: number, error: unknown): void {
    tellFault(this.#gate, { source: "boots/tftp", address: ipv4FromNumber(address), doing: "answering TFTP", error });
  }
}

function describeOutcome(outcome: TransferOutcome, name: string, gaveWay: string | undefined): string {
  if (gaveWay !== undefined) return `was cut off while it read ${name} over TFTP: ${gaveWay}`;
  switch (outcome.result) {
    case "complete":
      return `read ${name} over TFTP`;
    case "aborted":
      return `began to read ${name} over TFTP and broke off, as firmware does that wants to know its size`;
    case "timed-out":
      return `stopped answering while it read ${name} over TFTP, after ${outcome.ackedBlocks} blocks`;
  }
}
