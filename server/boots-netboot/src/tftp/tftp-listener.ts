// TFTP on one address: takes read requests, runs their transfers, and lends only what is on the list to whom may have it.
import { isDeepStrictEqual } from "node:util";
import type { EventReason } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { Datagram, UdpEndpoint } from "@neverland/platform/network/udp-endpoint.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import {
  decodeTftpRequest,
  encodeNetascii,
  encodeTftpReply,
  PacketError,
  type TftpLimits,
  type TftpRequest,
} from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { type BootFiles, parseRequestedFile } from "../boot-files.ts";
import { findRequester } from "../requester.ts";
import { RunningTransfers, type TransferLimits } from "./running-transfers.ts";
import { describeOutcome, type ReadRequest, refuseFile, refuseRequest, type TftpRefusal } from "./tftp-refusal.ts";
import { TftpTransfer } from "./tftp-transfer.ts";

export interface TftpListenerDeps {
  /** Bound to the address that machines ask, so that answers come from it. All transfers share its port, which passes NAT and firewalls. */
  readonly endpoint: UdpEndpoint;
  readonly files: Pick<BootFiles, "read">;
  readonly index: MachineIndex;
  readonly gate: EventGate;
  readonly clock: Clock;
  readonly limits: TftpLimits;
  readonly transfers: TransferLimits;
}

const quietMs = 60_000;
/** A machine that reads again and again is one event a second at most. */
const repeatQuietMs = 1000;

export class TftpListener {
  readonly #deps: TftpListenerDeps;
  readonly #transfers: RunningTransfers<TftpTransfer>;
  #stopped = false;

  constructor(deps: TftpListenerDeps) {
    this.#deps = deps;
    this.#transfers = new RunningTransfers(deps.transfers);
    deps.endpoint.onDatagram((datagram) => this.#take(datagram));
  }

  /** Takes no new transfer, lets those that run end until `deadline` aborts, then breaks them off. Safe to call twice. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    const running = this.#transfers.values();
    const forget = onAbort(deadline, () => {
      for (const transfer of running) transfer.cancel();
    });
    await Promise.all(running.map((transfer) => transfer.ended));
    forget();
    await this.#deps.endpoint.close();
  }

  #take(datagram: Datagram): void {
    let request: TftpRequest;
    try {
      request = decodeTftpRequest(datagram.bytes);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      this.#ignored(datagram, "UnreadablePacket", error.message);
      return;
    }
    const running = this.#transfers.get(keyOf(datagram));
    if (request.op === "ack") running?.handle({ kind: "ack", block: request.block });
    else if (request.op === "error")
      running?.handle({ kind: "client-error", code: request.code, message: request.message });
    // A repeated request is answered by the running transfer's own repeats; another one from the same port ends it.
    else if (!this.#stopped && (running === undefined || !isSame(running, request)))
      this.#open(datagram, request).catch((error: unknown) => this.#failed(datagram, error));
  }

  async #open(from: Datagram, request: ReadRequest): Promise<void> {
    const { name, directory } = parseRequestedFile(request.file);
    const requester = findRequester(this.#deps.index, directory, from.address);
    if (!requester.known) return this.#ignored(from, requester.reason, requester.message);
    const { machine } = requester;
    const refusal = refuseRequest(request, machine);
    if (refusal !== undefined) return this.#refuse(from, machine, refusal);
    const bytes = await this.#deps.files.read(name);
    if ("reason" in bytes) {
      const fileRefusal = refuseFile(bytes);
      if (fileRefusal === "wait") return this.#ignored(from, bytes.reason, bytes.message, machine);
      return this.#refuse(from, machine, fileRefusal);
    }
    // While the file was read, the client may have asked again, or the listener may have ended.
    if (this.#stopped) return;
    const before = this.#transfers.get(keyOf(from));
    if (before !== undefined && isSame(before, request)) return;
    before?.giveWay("it asked for another file from the same port");
    this.#transfers.delete(keyOf(from));
    // No error: firmware takes one for final, and asks again when it hears nothing.
    if (!this.#transfers.makeRoom({ machine: machine.key, address: from.address }, this.#deps.clock.nowMs()))
      return this.#ignored(from, "TooManyTransfers", "too many files are being read at once", machine);
    await this.#lend(from, request, { name, bytes, machine });
  }

  async #lend(
    from: Datagram,
    request: ReadRequest,
    lent: { name: string; bytes: Uint8Array; machine: MachineCard },
  ): Promise<void> {
    const { endpoint, clock, limits, gate } = this.#deps;
    const key = keyOf(from);
    const { machine } = lent;
    const bytes = request.mode === "netascii" ? netasciiOf(lent.bytes) : lent.bytes;
    const transfer = new TftpTransfer({ clock, limits, bytes, request, to: from });
    this.#transfers.add(key, { machine: machine.key, address: from.address }, transfer);
    const subject = { source: "boots/tftp", hardware: machine.key, mac: machine.mac } as const;
    try {
      const outcome = await transfer.run(endpoint);
      const data = { file: lent.name, sizeBytes: lent.bytes.length, result: outcome.result };
      const message = `${machine.mac} ${describeOutcome(outcome, lent.name, transfer.gaveWay)}`;
      const type = outcome.result === "complete" ? "TftpRead" : "TftpBrokenOff";
      gate.once(`${type} ${machine.mac} ${lent.name}`, repeatQuietMs, { ...subject, type, message, data });
    } finally {
      this.#transfers.delete(key, transfer);
    }
  }

  async #refuse(from: Datagram, machine: MachineCard, refusal: TftpRefusal): Promise<void> {
    const { code, reason, message, told = message } = refusal;
    const event = {
      source: "boots/tftp",
      type: "TftpRefused",
      hardware: machine.key,
      mac: machine.mac,
      reason,
      message,
    } as const;
    this.#deps.gate.once(`tftp ${reason} ${machine.mac}`, quietMs, event);
    await this.#deps.endpoint.send(encodeTftpReply({ op: "error", code, message: told }), from.address, from.port);
  }

  #ignored({ address }: Datagram, reason: EventReason, message: string, machine?: MachineCard): void {
    const who = machine === undefined ? { address } : { hardware: machine.key, mac: machine.mac };
    const text = `${address}: ${message}`;
    const event = { source: "boots/tftp", type: "TftpIgnored", ...who, reason, message: text } as const;
    this.#deps.gate.once(`tftp ${reason} ${machine?.mac ?? address}`, quietMs, event);
  }

  #failed(from: Datagram, error: unknown): void {
    this.#ignored(from, "SendFailed", error instanceof Error ? error.message : String(error));
  }
}

/** By the file, which all who read it share: a megabyte takes a few milliseconds. */
const encoded = new WeakMap<Uint8Array, Uint8Array>();

function netasciiOf(bytes: Uint8Array): Uint8Array {
  return encoded.getOrInsertComputed(bytes, encodeNetascii);
}

function isSame(transfer: TftpTransfer, request: ReadRequest): boolean {
  return isDeepStrictEqual(transfer.request, request);
}

function keyOf({ address, port }: Datagram): string {
  return `${address} ${port}`;
}
