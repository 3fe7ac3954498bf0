// DHCP on one link: receive, decode, ask, encode, send. No datagram can stop it.

import type { CardLookup, MachineIndex } from "@neverland/machines/machine-index.ts";
import type { Datagram } from "@neverland/platform/network/udp-endpoint.ts";
import { clientMac, type DhcpMessage, decodeDhcpMessage, encodeDhcpMessage, PacketError } from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/event-gate.ts";
import type { AddressConflicts } from "./address-conflicts.ts";
import { recordDhcp } from "./dhcp-events.ts";
import { type DhcpConfig, type DhcpDecision, respondToDhcp } from "./dhcp-responder.ts";
import { advertiseNoRouter, type TransmitDeps, transmitReply } from "./dhcp-transmit.ts";
import { replyDestination } from "./reply-address.ts";

export interface DhcpListenerDeps {
  readonly transmit: TransmitDeps;
  readonly index: MachineIndex;
  readonly config: DhcpConfig;
  readonly gate: EventGate;
  readonly conflicts: AddressConflicts;
}

/** How long after a fault of the same kind another one is worth an event. */
const faultQuietMs = 60_000;

/** Answers datagrams until the endpoint is closed. */
export function listenForDhcp(deps: DhcpListenerDeps): void {
  deps.transmit.endpoint.onDatagram((datagram) => {
    answer(deps, datagram).catch((error: unknown) => {
      const reason = error instanceof PacketError ? "UnreadablePacket" : "SendFailed";
      const message = `DHCP from ${datagram.address}: ${error instanceof Error ? error.message : String(error)}`;
      deps.gate.once(`dhcp ${reason}`, faultQuietMs, { source: "boots/dhcp", type: "DhcpIgnored", reason, message });
    });
  });
}

async function answer(deps: DhcpListenerDeps, datagram: Datagram): Promise<void> {
  const message = decodeDhcpMessage(datagram.bytes);
  const mac = clientMac(message);
  const lookup: CardLookup = mac === undefined ? { found: "none" } : unambiguous(deps.index, deps.index.byMac(mac));
  const decision = respondToDhcp(message, lookup, deps.conflicts, deps.config);
  recordDhcp(deps.gate, message, mac, decision);
  if (decision.kind === "reply") await reply(deps, message, decision);
  else if (decision.kind === "noted" && decision.note === "declined") deps.conflicts.note(decision.address);
}

async function reply(
  deps: DhcpListenerDeps,
  request: DhcpMessage,
  decision: DhcpDecision & { kind: "reply" },
): Promise<void> {
  const { mac } = decision.machine;
  const to = replyDestination(request, mac, { yiaddr: decision.reply.yiaddr, isNak: decision.type === "nak" });
  await transmitReply(deps.transmit, to, encodeDhcpMessage(decision.reply));
  if (to.to === "relay" || !waitsForRouter(decision)) return;
  if (!advertiseNoRouter(deps.transmit, mac)) return;
  const message = `told ${mac} that there is no IPv6 router to wait for`;
  const event = {
    source: "boots/dhcp",
    type: "RouterAdvertised",
    hardware: decision.machine.key,
    mac,
    message,
  } as const;
  deps.gate.once(`RouterAdvertised ${mac} ${request.xid}`, faultQuietMs, event);
}

/**
 * Only iPXE: it asks for DHCP and an IPv6 router at the same time, and waits 16 s for the latter, also when it is then to
 * go on to its disk. An installed system never says that it is iPXE.
 */
function waitsForRouter({ plan }: DhcpDecision & { kind: "reply" }): boolean {
  return plan.kind === "script" || (plan.kind === "refused" && plan.client === "ipxe");
}

/** Two machines with one reserved address would fight for it: neither gets it. */
function unambiguous(index: MachineIndex, lookup: CardLookup): CardLookup {
  if (lookup.found !== "one" || lookup.machine.address === undefined) return lookup;
  const byIp = index.byIp(lookup.machine.address);
  return byIp.found === "several" ? byIp : lookup;
}
