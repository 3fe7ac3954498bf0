// TFTP on one address: takes read requests, runs their transfers, and lends only what is on the list to whom may have it.
import { isDeepStrictEqual } from "node:util";
import type { EventReason } from "@neverland/api";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { Clock } from "@neverland/platform/clock.ts";
import type { Datagram, UdpEndpoint } from "@neverland/platform/network/udp-endpoint.ts";
import {
  decodeTftpRequest,
  encodeTftpReply,
  PacketError,
  TftpErrorCode,
  type TftpLimits,
  type TftpRequest,
  type TransferOutcome,
} from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/event-gate.ts";
import { type BootFiles, parseRequestedFile } from "../boot-files.ts";
import { findRequester, type Requester } from "../http/requester.ts";
import { TftpTransfer } from "./tftp-transfer.ts";

export interface TftpListenerDeps {
  /** Bound to the address that machines ask, so that answers come from it. All transfers share its port, which passes NAT and firewalls. */
  readonly endpoint: UdpEndpoint;
  readonly files: BootFiles;
  readonly index: MachineIndex;
  readonly gate: EventGate;
  readonly clock: Clock;
  readonly limits: TftpLimits;
  /** Transfers at once, over all machines; and from one address. */
  readonly mostTransfers: number;
  readonly mostTransfersPerAddress: number;
}

type ReadRequest = TftpRequest & { op: "rrq" | "wrq" };

const quietMs = 60_000;
/** A machine that reads again and again is one event a second at most. */
const repeatQuietMs = 1000;

export class TftpListener {
  readonly #deps: TftpListenerDeps;
  /** By the client's address and port. */
  readonly #transfers = new Map<string, TftpTransfer>();
  #stopped = false;

  constructor(deps: TftpListenerDeps) {
    this.#deps = deps;
    deps.endpoint.onDatagram((datagram) => this.#take(datagram));
  }

  /** Takes no new transfer, lets those that run end until `deadline` aborts, then breaks them off. Safe to call twice. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    const running = [...this.#transfers.values()];
    const breakOff = () => running.map((transfer) => transfer.cancel());
    if (deadline.aborted) breakOff();
    else deadline.addEventListener("abort", breakOff, { once: true });
    await Promise.all(running.map((transfer) => transfer.ended));
    deadline.removeEventListener("abort", breakOff);
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
    const refusal = refuse(request, requester);
    if (refusal !== undefined) return this.#refuse(from, requester, refusal);
    const bytes = await this.#deps.files.read(name);
    if (bytes === undefined)
      return this.#refuse(from, requester, {
        code: TftpErrorCode.fileNotFound,
        reason: "FileNotLent",
        message: `${name} is not a file that is lent here`,
      });
    // While the file was read, the client may have asked again, or the listener may have ended.
    if (this.#stopped) return;
    const before = this.#transfers.get(keyOf(from));
    if (before !== undefined && isSame(before, request)) return;
    before?.handle({ kind: "client-error", code: 0, message: "superseded by another request" });
    this.#transfers.delete(keyOf(from));
    if (this.#isFull(from.address))
      return this.#refuse(from, requester, {
        code: TftpErrorCode.undefined,
        reason: "TooManyTransfers",
        message: "too many transfers at once; ask again",
      });
    await this.#lend(from, request, { name, bytes, requester });
  }

  async #lend(
    from: Datagram,
    request: ReadRequest,
    lent: { name: string; bytes: Uint8Array; requester: Requester & { known: true } },
  ): Promise<void> {
    const { endpoint, clock, limits, gate } = this.#deps;
    const key = keyOf(from);
    const transfer = new TftpTransfer({ clock, limits, bytes: lent.bytes, request, to: from });
    this.#transfers.set(key, transfer);
    const { machine } = lent.requester;
    const subject = { source: "boots/tftp", hardware: machine.key, mac: machine.mac } as const;
    try {
      const outcome = await transfer.run(endpoint);
      const data = { file: lent.name, sizeBytes: lent.bytes.length, result: outcome.result };
      const message = `${machine.mac} ${describeOutcome(outcome, lent.name)}`;
      const type = outcome.result === "complete" ? "TftpRead" : "TftpBrokenOff";
      gate.once(`${type} ${machine.mac} ${lent.name}`, repeatQuietMs, { ...subject, type, message, data });
    } finally {
      if (this.#transfers.get(key) === transfer) this.#transfers.delete(key);
    }
  }

  #isFull(address: string): boolean {
    const ofAddress = [...this.#transfers.keys()].filter((key) => key.startsWith(`${address} `)).length;
    return this.#transfers.size >= this.#deps.mostTransfers || ofAddress >= this.#deps.mostTransfersPerAddress;
  }

  async #refuse(
    from: Datagram,
    { machine }: Requester & { known: true },
    { code, reason, message }: Refusal,
  ): Promise<void> {
    const event = {
      source: "boots/tftp",
      type: "TftpRefused",
      hardware: machine.key,
      mac: machine.mac,
      reason,
      message,
    } as const;
    this.#deps.gate.once(`tftp ${reason} ${machine.mac}`, quietMs, event);
    await this.#deps.endpoint.send(encodeTftpReply({ op: "error", code, message }), from.address, from.port);
  }

  #ignored(from: Datagram, reason: EventReason, message: string): void {
    const event = {
      source: "boots/tftp",
      type: "TftpIgnored",
      reason,
      message: `${from.address}: ${message}`,
    } as const;
    this.#deps.gate.once(`tftp ${reason} ${from.address}`, quietMs, event);
  }

  #failed(from: Datagram, error: unknown): void {
    this.#ignored(from, "SendFailed", error instanceof Error ? error.message : String(error));
  }
}

function describeOutcome(outcome: TransferOutcome, name: string): string {
  switch (outcome.result) {
    case "complete":
      return `read ${name} over TFTP`;
    case "aborted":
      return `began to read ${name} over TFTP and broke off, as firmware does that wants to know its size`;
    case "timed-out":
      return `stopped answering while it read ${name} over TFTP, after ${outcome.ackedBlocks} blocks`;
  }
}

interface Refusal {
  readonly code: number;
  readonly reason: EventReason;
  readonly message: string;
}

function refuse(request: ReadRequest, { machine }: Requester & { known: true }): Refusal | undefined {
  if (request.op === "wrq")
    return { code: TftpErrorCode.accessViolation, reason: "WriteRefused", message: "this server takes no files" };
  if (request.mode !== "octet")
    return {
      code: TftpErrorCode.illegalOperation,
      reason: "ModeRefused",
      message: `mode ${request.mode} is not served; use octet (binary)`,
    };
  if (machine.card.netboot?.allowPXE !== true)
    return {
      code: TftpErrorCode.accessViolation,
      reason: "NetbootNotAllowed",
      message: `${machine.key} says that this machine is not to be netbooted`,
    };
  return undefined;
}

function isSame(transfer: TftpTransfer, request: ReadRequest): boolean {
  return isDeepStrictEqual(transfer.request, request);
}

function keyOf({ address, port }: Datagram): string {
  return `${address} ${port}`;
}
