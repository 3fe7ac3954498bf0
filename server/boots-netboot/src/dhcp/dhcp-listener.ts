// DHCP on one link: receive, decode, ask, tell, encode, send. No datagram can stop it.
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { Datagram } from "@neverland/platform/network/udp-endpoint.ts";
import {
  clientMac,
  type DhcpMessage,
  decodeDhcpMessage,
  encodeDhcpMessage,
  unspecifiedIpv4,
} from "@neverland/protocols";
import type { AddressConflicts } from "./address-conflicts.ts";
import type { DhcpEvents } from "./dhcp-events.ts";
import { composeReply } from "./dhcp-reply.ts";
import { type DhcpConfig, type DhcpDecision, respondToDhcp } from "./dhcp-responder.ts";
import { advertiseNoRouter, type TransmitDeps, transmitReply } from "./dhcp-transmit.ts";
import { replyDestination } from "./reply-address.ts";

export interface DhcpListenerDeps {
  readonly transmit: TransmitDeps;
  readonly index: Pick<MachineIndex, "reservation">;
  readonly config: DhcpConfig;
  readonly events: DhcpEvents;
  readonly conflicts: AddressConflicts;
}

/** Answers datagrams until the endpoint is closed. */
export function listenForDhcp(deps: DhcpListenerDeps): void {
  deps.transmit.endpoint.onDatagram((datagram) => {
    answer(deps, datagram).catch((error: unknown) => deps.events.failed(datagram.address, error));
  });
}

async function answer(deps: DhcpListenerDeps, datagram: Datagram): Promise<void> {
  const message = decodeDhcpMessage(datagram.bytes);
  const mac = clientMac(message);
  const lookup = mac === undefined ? ({ found: "none" } as const) : deps.index.reservation(mac);
  const decision = respondToDhcp(message, lookup, deps.conflicts, deps.config);
  deps.events.decided(message, mac, decision);
  if (decision.kind === "reply") await reply(deps, message, decision);
  else if (decision.kind === "noted" && decision.note === "declined") deps.conflicts.note(decision.address);
}

async function reply(
  deps: DhcpListenerDeps,
  request: DhcpMessage,
  decision: DhcpDecision & { kind: "reply" },
): Promise<void> {
  const { mac } = decision.machine;
  const to = replyDestination(request, mac, {
    yiaddr: decision.address ?? unspecifiedIpv4,
    isNak: decision.type === "nak",
  });
  await transmitReply(deps.transmit, to, encodeDhcpMessage(composeReply(decision, deps.config)));
  if (to.to === "relay" || !waitsForRouter(decision) || !advertiseNoRouter(deps.transmit, mac)) return;
  deps.events.routerAdvertised(request.xid, decision.machine);
}

/**
 * Only iPXE: it asks for DHCP and an IPv6 router at the same time, and waits 16 s for the latter, also when it is then to
 * go on to its disk. An installed system never says that it is iPXE.
 */
function waitsForRouter({ plan }: DhcpDecision & { kind: "reply" }): boolean {
  return plan.kind === "script" || (plan.kind === "refused" && plan.client === "ipxe");
}
