// What the main thread and the thread of packets say to each other.
import type { ResourceKey } from "@neverland/api";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import type { TftpLimits } from "@neverland/protocols";
import type { NotLent } from "../boot-files.ts";
import type { HolderFinding, HolderQuestion } from "../dhcp/address-conflicts.ts";
import type { AskedLink } from "../dhcp/address-holders.ts";
import type { DhcpConfig } from "../dhcp/dhcp-responder.ts";
import type { DhcpLink, DhcpPorts } from "../dhcp/dhcp-transmitter.ts";
import type { FileAnswer, PieceBytes, WantedPiece } from "../lending/lent-file.ts";
import type { Wanted } from "../lending/lent-files.ts";
import type { TransferLimits } from "../tftp/transfer-slots.ts";
import type { EventLot } from "./event-outbox.ts";

export interface DhcpStart {
  readonly links: readonly { readonly link: DhcpLink; readonly config: DhcpConfig }[];
  readonly ports: DhcpPorts;
  /** A packet socket; undefined where there is none to be had. */
  readonly packetSocket: number | undefined;
}

export interface TftpStart {
  readonly limits: TftpLimits;
  /** Of each link. */
  readonly transfers: TransferLimits;
  /** What may be asked for. */
  readonly names: ReadonlySet<string>;
}

/** What the thread starts with. Its sockets are those of DHCP's links, in their order, and then those of TFTP. */
export interface BootsStart {
  readonly dhcp: DhcpStart;
  readonly tftp: TftpStart;
}

export type MachineChange = { readonly known: KnownHardware } | { readonly gone: ResourceKey };

export type ToThread =
  | { readonly say: "machines"; readonly changes: readonly MachineChange[] }
  /** All machines there are have been told. */
  | { readonly say: "serve" }
  /** So many of its events have been recorded. */
  | { readonly say: "taken"; readonly events: number }
  | { readonly say: "file"; readonly name: string; readonly netascii: boolean; readonly answer: FileAnswer }
  /** Its memory is given away. */
  | { readonly say: "piece"; readonly piece: WantedPiece; readonly answer: PieceBytes | NotLent }
  | ({ readonly say: "holder"; readonly finding: HolderFinding } & WantedHolder)
  /** Takes nothing new; says `finished` when those who read have ended. */
  | { readonly say: "finish" };

/** Who has an address on a link. */
export interface WantedHolder {
  readonly link: AskedLink;
  readonly question: HolderQuestion;
}

export type FromThread =
  | EventLot
  | Wanted
  | { readonly wantedHolder: WantedHolder }
  /** It answers from now on. */
  | { readonly serving: true }
  | { readonly finished: true };
