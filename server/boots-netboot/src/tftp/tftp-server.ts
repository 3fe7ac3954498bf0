// TFTP on one address: takes read requests, runs their transfers, and lends only what is on the list to whom may have it. Nothing here waits:
// what is to be sent is put into the outbox.
import { isDeepStrictEqual } from "node:util";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import {
  decodeTftpRequest,
  ipv4FromNumber,
  PacketError,
  type TftpLimits,
  type TftpRequest,
} from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { type NotLent, parseRequestedFile } from "../boot-files.ts";
import { findRequester } from "../requester.ts";
import type { LentFile, LentFiles } from "../thread/lent-files.ts";
import { type ClientKey, RunningTransfers, type TransferLimits } from "./running-transfers.ts";
import { TftpEvents } from "./tftp-events.ts";
import { type ReadRequest, refuseFile, refuseRequest, type TftpRefusal } from "./tftp-refusal.ts";
import { sendReply, type TftpClient, type TftpOutbox, TftpTransfer } from "./tftp-transfer.ts";

export interface TftpServerDeps {
  /** Of the socket that is bound to the address that machines ask, so that answers come from it. All transfers share its port, which passes NAT and firewalls. */
  readonly outbox: TftpOutbox;
  readonly files: Pick<LentFiles, "open">;
  readonly index: MachineIndex;
  readonly gate: EventGate;
  readonly clock: Pick<Clock, "nowMs" | "after">;
  readonly limits: TftpLimits;
  readonly transfers: TransferLimits;
}

/** The kernel has no room now: what was lost is sent again, as on any link. */
const passing: ReadonlySet<string> = new Set(["EAGAIN", "ENOBUFS", "ENOMEM"]);

/** A request whose file is awaited. */
interface Opening {
  readonly from: TftpClient;
  readonly request: ReadRequest;
  readonly name: string;
  readonly machine: MachineCard;
}

export class TftpServer {
  readonly #deps: TftpServerDeps;
  readonly #events: TftpEvents;
  readonly #transfers: RunningTransfers<TftpTransfer>;
  readonly #openings = new Map<ClientKey, Opening>();
  #finishes = false;

  constructor(deps: TftpServerDeps) {
    this.#deps = deps;
    this.#events = new TftpEvents(deps.gate);
    this.#transfers = new RunningTransfers(deps.transfers);
  }

  /** Nobody reads. */
  get isIdle(): boolean {
    return this.#transfers.size === 0;
  }

  take(bytes: Uint8Array, from: TftpClient): void {
    // Made up: nobody can answer there.
    if (from.port === 0) return;
    let request: TftpRequest;
    try {
      request = decodeTftpRequest(bytes);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      this.#events.ignored(from.address, "UnreadablePacket", error.message);
      return;
    }
    const running = this.#transfers.get(keyOf(from));
    if (request.op === "ack") running?.handle({ kind: "ack", block: request.block });
    else if (request.op === "error")
      running?.handle({ kind: "client-error", code: request.code, message: request.message });
    // A repeated request is answered by the running transfer's own repeats; another one from the same port ends it.
    else if (!this.#finishes && (running === undefined || !isSame(running, request))) this.#open(from, request);
  }

  /** From now on takes no new transfer; those that run end. */
  finish(): void {
    this.#finishes = true;
  }

  /** Breaks off those that run, and tells their clients. */
  breakOff(): void {
    this.#finishes = true;
    for (const transfer of this.#transfers.values()) transfer.cancel();
  }

  /** Something could not be sent to this client. @param code Such as `ENETUNREACH`. */
  failed(to: TftpClient, code: string): void {
    if (passing.has(code)) return;
    this.#transfers.get(keyOf(to))?.drop();
    this.#transfers.delete(keyOf(to));
    this.#events.ignored(to.address, "SendFailed", `nothing can be sent to it: ${code}`);
  }

  #open(from: TftpClient, request: ReadRequest): void {
    const { name, directory } = parseRequestedFile(request.file);
    const requester = findRequester(this.#deps.index, directory, ipv4FromNumber(from.address));
    if (!requester.known) {
      this.#events.ignored(from.address, requester.reason, requester.message);
      return;
    }
    const { machine } = requester;
    const refusal = refuseRequest(request, machine);
    if (refusal === undefined) this.#await({ from, request, name, machine });
    else this.#refuse(from, machine, refusal);
  }

  #await(opening: Opening): void {
    const { from, request, name, machine } = opening;
    const key = keyOf(from);
    const before = this.#openings.get(key);
    if (before !== undefined && isDeepStrictEqual(before.request, request)) return;
    if (before === undefined && this.#openings.size >= this.#deps.transfers.most) {
      this.#noRoom(from, machine);
      return;
    }
    this.#openings.set(key, opening);
    this.#deps.files.open(name, request.mode === "netascii", (file) => {
      // While the file was read, the client may have asked for another.
      if (this.#openings.get(key) !== opening) return;
      this.#openings.delete(key);
      if (!this.#finishes) this.#begin(opening, file);
    });
  }

  #begin(opening: Opening, file: LentFile | NotLent): void {
    const { from, request, machine } = opening;
    if ("reason" in file) {
      const fileRefusal = refuseFile(file);
      if (fileRefusal === "wait") this.#events.ignored(from.address, file.reason, file.message, machine);
      else this.#refuse(from, machine, fileRefusal);
      return;
    }
    const before = this.#transfers.get(keyOf(from));
    if (before !== undefined && isSame(before, request)) return;
    before?.giveWay("it asked for another file from the same port");
    const owner = { machine: machine.key, address: ipv4FromNumber(from.address) };
    // No error: firmware takes one for final, and asks again when it hears nothing.
    if (this.#transfers.makeRoom(owner, this.#deps.clock.nowMs())) this.#lend(opening, file, owner);
    else this.#noRoom(from, machine);
  }

  #lend({ from, request, name, machine }: Opening, file: LentFile, owner: { machine: string; address: string }): void {
    const { clock, limits, outbox } = this.#deps;
    const key = keyOf(from);
    const transfer = new TftpTransfer({
      clock,
      limits,
      outbox,
      bytes: file.bytes,
      request,
      to: from,
      ended: (outcome) => {
        this.#transfers.delete(key, transfer);
        this.#events.ended(machine, { name, file, outcome, gaveWay: transfer.gaveWay });
      },
    });
    this.#transfers.add(key, owner, transfer);
    transfer.handle({ kind: "start" });
  }

  #noRoom(from: TftpClient, machine: MachineCard): void {
    this.#events.ignored(from.address, "TooManyTransfers", "too many files are being read at once", machine);
  }

  #refuse(from: TftpClient, machine: MachineCard, refusal: TftpRefusal): void {
    const { code, message, told = message } = refusal;
    this.#events.refused(machine, refusal);
    sendReply(this.#deps.outbox, from, { op: "error", code, message: told });
  }
}

function isSame(transfer: TftpTransfer, request: ReadRequest): boolean {
  return isDeepStrictEqual(transfer.request, request);
}

function keyOf({ address, port }: TftpClient): ClientKey {
  return address * 65_536 + port;
}
