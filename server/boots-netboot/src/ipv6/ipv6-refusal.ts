// Ends the wait of firmware that tries to boot over IPv6, which we do not serve: a minute for PXE and one for HTTP, each boot.

import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { Datagram, UdpEndpoint } from "@neverland/platform/network/udp-endpoint.ts";
import {
  decodeBootSolicit,
  encodeBootRefusal,
  type MacAddress,
  macFromLinkLocal,
  macToBytes,
  PacketError,
  solicitsBoot,
} from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";

/** All DHCPv6 servers and relays on a link (RFC 8415 §7.1). */
export const dhcpv6Servers = "ff02::1:2";
export const dhcpv6ServerPort = 547;

export interface Ipv6RefusalDeps {
  /** Joined to {@link dhcpv6Servers} on one link. */
  readonly endpoint: UdpEndpoint;
  /** Our card's address on that link. */
  readonly mac: MacAddress;
  readonly index: MachineIndex;
  readonly gate: EventGate;
}

const quietMs = 60_000;

/** Answers only firmware, and only of machines that we serve: no operating system's DHCPv6 is touched. */
export function refuseIpv6Boot(deps: Ipv6RefusalDeps): void {
  deps.endpoint.onDatagram((datagram) => {
    answer(deps, datagram).catch((error: unknown) => {
      const { address } = datagram;
      const message = `DHCPv6 from ${address}: ${error instanceof Error ? error.message : String(error)}`;
      const reason = error instanceof PacketError ? "UnreadablePacket" : "SendFailed";
      const event = { source: "boots/dhcp", type: "DhcpIgnored", address, reason, message } as const;
      deps.gate.once(`dhcpv6 ${reason} ${address}`, quietMs, event);
    });
  });
}

async function answer(
  { endpoint, mac, index, gate }: Ipv6RefusalDeps,
  { bytes, address, port }: Datagram,
): Promise<void> {
  const solicit = decodeBootSolicit(bytes);
  const client = macFromLinkLocal(address);
  if (solicit === undefined || client === undefined || !solicitsBoot(solicit)) return;
  const lookup = index.byMac(client);
  if (lookup.found !== "one" || lookup.machine.card.disableDhcp === true) return;
  await endpoint.send(encodeBootRefusal(solicit, macToBytes(mac)), address, port);
  const message = `told ${client} that there is nothing to boot over IPv6`;
  const event = {
    source: "boots/dhcp",
    type: "Ipv6BootRefused",
    hardware: lookup.machine.key,
    mac: client,
    message,
  } as const;
  gate.once(`Ipv6BootRefused ${client} ${solicit.transactionId}`, quietMs, event);
}
