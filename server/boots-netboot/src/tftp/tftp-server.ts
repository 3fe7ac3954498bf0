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
  TftpErrorCode,
  type TftpLimits,
  type TftpRequest,
} from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { type NotLent, parseRequestedFile } from "../boot-files.ts";
import type { LentFile } from "../lending/lent-file.ts";
import type { LentFiles } from "../lending/lent-files.ts";
import { findRequester } from "../requester.ts";
import { TftpEvents } from "./tftp-events.ts";
import { type AskedFile, TftpReader } from "./tftp-reader.ts";
import { type ReadRequest, refuseFile, refuseRequest, type TftpRefusal, tooMany } from "./tftp-refusal.ts";
import { sendReply, type TftpClient, type TftpOutbox, TftpTransfer } from "./tftp-transfer.ts";
import { type ClientKey, type TransferLimits, TransferSlots } from "./transfer-slots.ts";

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

/** So many of those in line are looked at in one turn. */
const mostOfLine = 32;
const lineEveryMs = 100;

/** When the server stops: who reads on a link says something each few milliseconds, and after a loss within half a second. */
const silentAtEndMs = 500;
const lookAtEndMs = 100;

export class TftpServer {
  readonly #deps: TftpServerDeps;
  readonly #events: TftpEvents;
  readonly #slots: TransferSlots<TftpReader>;
  #line: { readonly atMs: number; readonly stop: () => void } | undefined;
  #finishes = false;
  #stopLooking = (): void => undefined;

  constructor(deps: TftpServerDeps) {
    this.#deps = deps;
    this.#events = new TftpEvents(deps.gate);
    this.#slots = new TransferSlots(deps.transfers);
  }

  /** Nobody reads. */
  get isIdle(): boolean {
    return this.#slots.isEmpty;
  }

  /** No datagram can stop it. */
  take(bytes: Uint8Array, from: TftpClient): void {
    // Made up: nobody can answer there.
    if (from.port === 0) return;
    try {
      this.#take(decodeTftpRequest(bytes), from);
    } catch (error) {
      if (error instanceof PacketError) this.#unreadable(bytes, from, error.message);
      else this.#faultWith(from, error);
    }
  }

  /** A machine that asks for something is told that it was not understood, as by tftpd-hpa and dnsmasq: silence would cost it its retries. */
  #unreadable(bytes: Uint8Array, from: TftpClient, message: string): void {
    this.#events.ignored(from.address, "UnreadablePacket", message);
    const asks = bytes[0] === 0 && (bytes[1] === 1 || bytes[1] === 2);
    if (!asks || this.#slots.get(keyOf(from)) !== undefined) return;
    const { index, outbox } = this.#deps;
    if (!findRequester(index, "", ipv4FromNumber(from.address)).known) return;
    sendReply(outbox, from, { op: "error", code: TftpErrorCode.illegalOperation, message });
  }

  #take(request: TftpRequest, from: TftpClient): void {
    const key = keyOf(from);
    const reader = this.#slots.get(key);
    // Who asks again when the server stops has read nothing.
    if (reader !== undefined && (request.op === "ack" || !this.#finishes)) {
      reader.lastHeardMs = this.#deps.clock.nowMs();
      this.#slots.heard(key);
    }
    if (request.op === "ack") reader?.transfer?.handle({ kind: "ack", block: request.block });
    else if (request.op === "error") this.#clientEnds(reader, request);
    // A repeated request keeps its place, or is answered by the running transfer's own repeats; another one from the same port ends it.
    else if (!this.#finishes && (reader === undefined || !isDeepStrictEqual(reader.request, request)))
      this.#open(from, request);
  }

  /** From now on takes no new transfer; those that run end, but for those whose client is silent: it may be gone, or was never there. */
  finish(): void {
    this.#finishes = true;
    this.#slots.endLine();
    this.#endSilent();
  }

  /** Breaks off those that run, and tells their clients. */
  breakOff(): void {
    this.finish();
    for (const { transfer } of this.#slots.reading()) transfer?.cancel();
    this.#line?.stop();
    this.#stopLooking();
  }

  #endSilent(): void {
    const { clock } = this.#deps;
    const nowMs = clock.nowMs();
    for (const reader of this.#slots.reading())
      if (reader.transfer === undefined) this.#leave(reader);
      else if (nowMs - reader.lastHeardMs >= silentAtEndMs) reader.transfer.cancel();
    this.#stopLooking();
    if (!this.isIdle) this.#stopLooking = clock.after(lookAtEndMs, () => this.#endSilent());
  }

  /** Something could not be sent to this client. @param code Such as `ENETUNREACH`. */
  failed(to: TftpClient, code: string): void {
    if (passing.has(code)) return;
    this.#drop(to);
    this.#events.ignored(to.address, "SendFailed", `nothing can be sent to it: ${code}`);
  }

  /** A fault of our own, met while this client was served, costs it its read, and nobody else anything. */
  #faultWith(client: TftpClient, error: unknown): void {
    this.#events.fault(client.address, error);
    this.#drop(client);
  }

  /** What is done for a client later, by a timer or when a file has come. */
  #guarded<Given extends unknown[]>(client: TftpClient, run: (...given: Given) => void): (...given: Given) => void {
    return (...given) => {
      try {
        run(...given);
      } catch (error) {
        this.#faultWith(client, error);
      }
    };
  }

  /** Without a word. */
  #drop(client: TftpClient): void {
    const reader = this.#slots.get(keyOf(client));
    reader?.transfer?.drop();
    if (reader !== undefined) this.#leave(reader);
  }

  #clientEnds(reader: TftpReader | undefined, { code, message }: { code: number; message: string }): void {
    if (reader?.transfer !== undefined) reader.transfer.handle({ kind: "client-error", code, message });
    else if (reader !== undefined) this.#leave(reader);
  }

  #open(from: TftpClient, request: ReadRequest): void {
    const { name, directory } = parseRequestedFile(request.file);
    const address = ipv4FromNumber(from.address);
    const requester = findRequester(this.#deps.index, directory, address);
    if (!requester.known) {
      this.#events.ignored(from.address, requester.reason, requester.message);
      return;
    }
    const { machine } = requester;
    const refusal = refuseRequest(request, machine);
    if (refusal === undefined) this.#enter({ from, request, name, machine });
    else this.#refuse(from, machine, refusal);
  }

  #enter(asked: AskedFile): void {
    const key = keyOf(asked.from);
    const nowMs = this.#deps.clock.nowMs();
    this.#slots.get(key)?.transfer?.giveWay("it asked for another file from the same port", undefined);
    const reader = new TftpReader(asked, nowMs, (why) => this.#refuse(asked.from, asked.machine, tooMany(why)));
    switch (this.#slots.enter(key, reader, nowMs)) {
      case "reads":
        this.#read(reader);
        return;
      case "waits":
        this.#lookAtLine(lineEveryMs);
        return;
      case "too many of its machine":
        this.#noRoom(asked, "in its name too many files are read at once from its own address");
        return;
      case "too many of its address":
        this.#noRoom(asked, "its address reads too many files at once");
        return;
      case "too many":
        this.#noRoom(asked, "too many machines read files, and too many wait for that");
    }
  }

  /** No error: firmware takes one for final, and asks again when it hears nothing. By then others have read. */
  #noRoom({ from, machine }: AskedFile, why: string): void {
    this.#events.ignored(from.address, "TooManyTransfers", why, machine);
  }

  /** It has a slot. */
  #read(reader: TftpReader): void {
    const { from, request, name } = reader;
    const then = this.#guarded(from, (file: LentFile | NotLent) => {
      // While the file was read, the client may have asked for another, or have given way.
      if (this.#slots.get(keyOf(from)) === reader) this.#begin(reader, file);
      else if (!("reason" in file)) file.leave();
    });
    this.#deps.files.open(name, request.mode === "netascii", then);
  }

  #begin(reader: TftpReader, file: LentFile | NotLent): void {
    const { from, machine } = reader;
    if (!("reason" in file)) {
      this.#lend(reader, file);
      return;
    }
    this.#leave(reader);
    const refusal = refuseFile(file);
    if (refusal === "wait") this.#events.ignored(from.address, file.reason, file.message, machine);
    else this.#refuse(from, machine, refusal);
  }

  #lend(reader: TftpReader, file: LentFile): void {
    const { clock, limits, outbox } = this.#deps;
    const { from, request, name, machine } = reader;
    const transfer = new TftpTransfer({
      clock: {
        nowMs: () => clock.nowMs(),
        after: (delayMs, callback) => clock.after(delayMs, this.#guarded(from, callback)),
      },
      limits,
      outbox,
      file,
      request,
      to: from,
      ended: (outcome) => {
        this.#leave(reader);
        this.#events.ended(machine, { name, file, outcome, gaveWay: transfer.gaveWay });
      },
    });
    reader.transfer = transfer;
    transfer.handle({ kind: "start" });
  }

  #leave(reader: TftpReader): void {
    this.#slots.leave(keyOf(reader.from), reader);
    if (this.#slots.isLine) this.#lookAtLine(0);
  }

  #lookAtLine(afterMs: number): void {
    const { clock } = this.#deps;
    const atMs = clock.nowMs() + afterMs;
    if (this.#line !== undefined && this.#line.atMs <= atMs) return;
    this.#line?.stop();
    const look = (): void => {
      this.#line = undefined;
      const isMore = this.#serveLine();
      if (this.#slots.isLine) this.#lookAtLine(isMore ? 0 : lineEveryMs);
    };
    this.#line = { atMs, stop: clock.after(afterMs, look) };
  }

  /** @returns Whether there may be more to do at once. */
  #serveLine(): boolean {
    for (let looked = 0; looked < mostOfLine; looked += 1) {
      const nowMs = this.#deps.clock.nowMs();
      const late = this.#slots.dismiss(nowMs);
      late?.giveWay("too many machines read files, and it has waited for too long");
      const reader = late === undefined ? this.#slots.admit(nowMs) : undefined;
      if (late === undefined && reader === undefined) return false;
      if (reader === undefined) continue;
      reader.lastHeardMs = nowMs;
      this.#read(reader);
    }
    return true;
  }

  #refuse(from: TftpClient, machine: MachineCard, refusal: TftpRefusal): void {
    const { code, message, told = message } = refusal;
    this.#events.refused(machine, refusal);
    sendReply(this.#deps.outbox, from, { op: "error", code, message: told });
  }
}

function keyOf({ address, port }: TftpClient): ClientKey {
  return address * 65_536 + port;
}
