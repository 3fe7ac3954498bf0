// Which read requests are refused.
import type { EventReason } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import { TftpErrorCode, type TftpRequest } from "@neverland/protocols";
import type { NotLent } from "../boot-files.ts";

export type ReadRequest = TftpRequest & { op: "rrq" | "wrq" };

export interface TftpRefusal {
  readonly code: number;
  readonly reason: EventReason;
  /** For people who run the server. */
  readonly message: string;
  /** For the machine; undefined: the same. */
  readonly told?: string;
}

/** What is wrong with the request itself, or with its machine. */
export function refuseRequest(request: ReadRequest, machine: MachineCard): TftpRefusal | undefined {
  if (request.op === "wrq")
    return { code: TftpErrorCode.accessViolation, reason: "WriteRefused", message: "this server takes no files" };
  if (request.mode !== "octet" && request.mode !== "netascii")
    return {
      code: TftpErrorCode.illegalOperation,
      reason: "ModeRefused",
      message: `mode ${request.mode} is not served; use octet (binary) or netascii`,
    };
  if (machine.card.netboot?.allowPXE !== true)
    return {
      code: TftpErrorCode.accessViolation,
      reason: "NetbootNotAllowed",
      message: `${machine.key} says that this machine is not to be netbooted`,
    };
  return undefined;
}

/** @returns `wait` when the file may well be had in a moment: firmware that hears nothing asks again, and an error is final to it. */
export function refuseFile(fault: NotLent): TftpRefusal | "wait" {
  switch (fault.reason) {
    case "TooManyOpenFiles":
    case "FileNotReady":
      return "wait";
    case "FileNotLent":
      return { ...fault, code: TftpErrorCode.fileNotFound };
    case "NoSuchFile":
      return { ...fault, code: TftpErrorCode.fileNotFound, told: "no such file" };
    case "FileUnreadable":
      return { ...fault, code: TftpErrorCode.accessViolation, told: "the server cannot read the file" };
  }
}

/** There is no room for it. @param why In words that can end a sentence. */
export function tooMany(why: string): TftpRefusal {
  return { code: TftpErrorCode.undefined, reason: "TooManyTransfers", message: `${why}; ask again` };
}
