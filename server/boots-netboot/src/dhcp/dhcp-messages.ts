// What the main thread and the thread of DHCP say to each other.
import type { ResourceKey } from "@neverland/api";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import type { DhcpConfig } from "./dhcp-responder.ts";
import type { DhcpLink, DhcpPorts } from "./dhcp-transmitter.ts";
import type { EventLot } from "./event-outbox.ts";

/** What the thread starts with; its sockets are those of the links, in their order. */
export interface DhcpStart {
  readonly links: readonly { readonly link: DhcpLink; readonly config: DhcpConfig }[];
  readonly ports: DhcpPorts;
  /** A packet socket; undefined where there is none to be had. */
  readonly packetSocket: number | undefined;
}

export type MachineChange = { readonly known: KnownHardware } | { readonly gone: ResourceKey };

export type ToDhcpThread =
  | { readonly say: "machines"; readonly changes: readonly MachineChange[] }
  /** All machines there are have been told. */
  | { readonly say: "serve" }
  /** So many of its events have been recorded. */
  | { readonly say: "taken"; readonly events: number };

export type FromDhcpThread = EventLot;
