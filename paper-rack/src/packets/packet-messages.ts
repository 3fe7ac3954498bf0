// What the thread that plays the machines' packets is told, and what it says.
import type { PacketBootResult } from "./packet-boot.ts";

export interface PacketsStart {
  readonly server: string;
  readonly machines: number;
  readonly binaryBytes: number;
}

export type ToPackets =
  /** These are switched on: from the first to before the end. */
  | { readonly say: "begin"; readonly from: number; readonly end: number }
  /** Who has not come so far has failed, and why; answered by the figures. */
  | { readonly say: "over"; readonly reason: string };

export interface PacketFigures {
  readonly cpuMs: number;
  /** Of the time; see `Lateness`. */
  readonly lateShare: number;
}

export type FromPackets = { readonly results: readonly PacketBootResult[] } | { readonly figures: PacketFigures };
