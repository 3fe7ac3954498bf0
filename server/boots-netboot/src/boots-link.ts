// A link as Boots serves it: its addresses, and what is refused to firmware that boots over IPv6.

import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { findLink, servingAddress } from "@neverland/platform/network/interfaces.ts";
import { NetworkError } from "@neverland/platform/network/network-error.ts";
import { bindUdpToGroup, type UdpEndpoint } from "@neverland/platform/network/udp-endpoint.ts";
import { type Ipv4Address, type MacAddress, parseMac } from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import type { BootsConfig, BootsInterface } from "./boots-config.ts";
import { dhcpv6ServerPort, dhcpv6Servers, refuseIpv6Boot } from "./ipv6/ipv6-refusal.ts";

export interface LinkDeps {
  readonly config: BootsConfig;
  readonly index: MachineIndex;
  readonly gate: EventGate;
  readonly warn: (message: string) => void;
}

/** One served link. */
export interface BootsLink {
  readonly name: string;
  readonly mac: MacAddress;
  readonly serverAddress: Ipv4Address;
  close(): Promise<void>;
}

/** @throws {NetworkError} `no-interface` when the link has no address. */
export async function openBootsLink(wanted: BootsInterface, deps: LinkDeps, signal: AbortSignal): Promise<BootsLink> {
  const link = findLink(wanted.name);
  const serverAddress = (wanted.serverAddress ?? servingAddress(link)) as Ipv4Address; // the settings' schema and the kernel say so
  const mac = parseMac(link.mac) ?? ("00:00:00:00:00:00" as MacAddress);
  const refusal = await openIpv6Refusal({ name: wanted.name, mac }, deps, signal);
  return { name: wanted.name, mac, serverAddress, close: async () => await refusal?.close() };
}

/** A help and no more: where IPv6 is off there is nothing to refuse. */
async function openIpv6Refusal(
  link: { readonly name: string; readonly mac: MacAddress },
  deps: LinkDeps,
  signal: AbortSignal,
): Promise<UdpEndpoint | undefined> {
  if (!deps.config.dhcpEnabled) return undefined;
  try {
    const endpoint = await bindUdpToGroup(dhcpv6Servers, link.name, dhcpv6ServerPort, signal);
    refuseIpv6Boot({ endpoint, mac: link.mac, index: deps.index, gate: deps.gate });
    return endpoint;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    deps.warn(`firmware that tries to boot over IPv6 is left to wait: ${error.message}`);
    return undefined;
  }
}
