// What a machine's timeline says of a file that it read over HTTP, or did not read to its end.
import type { EventReason, EventType } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { FileSent } from "@neverland/platform/http/send-file.ts";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { subjectOf } from "./http-refusal.ts";

export interface Download {
  /** Of the machine, in its plain spelling. */
  readonly address: string;
  /** The header as it was sent. */
  readonly range: string | undefined;
  readonly sent: FileSent;
  readonly name: string;
  /** Of the event when all of it was read. */
  readonly type: EventType;
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/** A machine that reads again and again is one event a second at most. */
const wholeQuietMs = 1000;
/** One that has its disk here reads parts of it all day long. */
const partQuietMs = 60_000;
/** Of a request's Range, in its event: one or two ranges. */
const longestRange = 100;

/** Of a file that begins to be sent. @returns What is to be told when that is over. */
export function beginDownload(
  gate: EventGate,
  machine: MachineCard,
  what: Omit<Download, "sent" | "sizeBytes" | "durationMs">,
): (sent: FileSent, sizeBytes: number) => void {
  const startedMs = performance.now();
  return (sent, sizeBytes) =>
    recordSent(gate, machine, { ...what, sent, sizeBytes, durationMs: Math.round(performance.now() - startedMs) });
}

export function recordSent(
  gate: EventGate,
  machine: MachineCard,
  { address, range, sent, name, type, sizeBytes, durationMs }: Download,
): void {
  const outcome = typeOf(sent, type);
  const isPart = range !== undefined && outcome === type;
  const cause = `file ${address} ${name} ${outcome}${isPart ? " part" : ""}`;
  gate.onceOf(cause, isPart ? partQuietMs : wholeQuietMs, true, () => ({
    ...subjectOf(machine),
    ...endOf(sent, address, name, type),
    data: { file: name, sizeBytes, durationMs, range: (range ?? "").slice(0, longestRange) },
  }));
}

function typeOf({ whole, fault }: FileSent, type: EventType): EventType {
  if (fault !== undefined) return "ServerFault";
  return whole ? type : "HttpBrokenOff";
}

function endOf(
  sent: FileSent,
  address: string,
  name: string,
  readType: EventType,
): { readonly type: EventType; readonly reason?: EventReason; readonly message: string } {
  const { whole, fault, stalledSeconds } = sent;
  const type = typeOf(sent, readType);
  if (fault !== undefined) {
    const message = `${address} could not be given all of ${name}: ${fault.message}`;
    return { type, reason: fault.reason, message };
  }
  if (whole) return { type, message: `${address} read ${name}` };
  const why = stalledSeconds === undefined ? "" : `: it took no byte for ${stalledSeconds} s, and was cut off`;
  return { type, message: `${address} broke off reading ${name}${why}` };
}

export function hookEventType(name: string): EventType {
  if (name.startsWith("vmlinuz")) return "KernelServed";
  return name.startsWith("initramfs") ? "InitrdServed" : "FileServed";
}
