// Boots on one link: the sockets it needs there, opened together and closed together.

import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { bindUdpToDevice } from "@neverland/platform/network/device-socket.ts";
import { findLink, linkIndex, servingAddress } from "@neverland/platform/network/interfaces.ts";
import { type Libc, loadLibc } from "@neverland/platform/network/libc.ts";
import { NetworkError } from "@neverland/platform/network/network-error.ts";
import type { PacketSender } from "@neverland/platform/network/packet-socket.ts";
import { bindUdpToGroup } from "@neverland/platform/network/udp-endpoint.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { type Ipv4Address, type MacAddress, parseMac } from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import type { BootFiles } from "./boot-files.ts";
import { type BootsConfig, type BootsInterface, httpBaseUrl, syslogAddress } from "./boots-config.ts";
import type { AddressConflicts } from "./dhcp/address-conflicts.ts";
import { DhcpEvents } from "./dhcp/dhcp-events.ts";
import { listenForDhcp } from "./dhcp/dhcp-listener.ts";
import { dhcpv6ServerPort, dhcpv6Servers, refuseIpv6Boot } from "./ipv6/ipv6-refusal.ts";
import { TftpListener } from "./tftp/tftp-listener.ts";

export interface LinkDeps {
  readonly config: BootsConfig;
  readonly index: MachineIndex;
  readonly gate: EventGate;
  readonly files: BootFiles;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  readonly conflicts: AddressConflicts;
  /** Undefined where DHCP is off. */
  readonly sockets: { readonly libc: Libc; readonly packets: PacketSender | undefined } | undefined;
}

/** One served link. */
export interface BootsLink {
  readonly name: string;
  readonly serverAddress: Ipv4Address;
  readonly dhcpPort: number | undefined;
  readonly tftpPort: number;
  /** Lets transfers end until `deadline` aborts. */
  close(deadline: AbortSignal): Promise<void>;
}

/** RFC 2131 §4.1. */
const dhcpClientPort = 68;
/** Most TFTP blocks sent before an acknowledgement is awaited. */
const tftpWindowBlocks = 16;
/** A hall of machines that starts at once; a transfer costs about a kilobyte, since the file is there once for all. */
const transfers = { most: 4096, mostOfMachine: 8, mostOfAddress: 256 };

type Closer = (deadline: AbortSignal) => Promise<void>;

/** @throws {NetworkError} when the link has no address, or a port cannot be had; nothing stays open then. */
export async function openBootsLink(wanted: BootsInterface, deps: LinkDeps, signal: AbortSignal): Promise<BootsLink> {
  const link = findLink(wanted.name);
  const serverAddress = (wanted.serverAddress ?? servingAddress(link)) as Ipv4Address; // the settings' schema and the kernel say so
  const mac = parseMac(link.mac) ?? ("00:00:00:00:00:00" as MacAddress);
  const closers: Closer[] = [];
  const close = async (deadline: AbortSignal) => {
    for (const closer of closers.splice(0)) await closer(deadline);
  };
  try {
    const dhcpPort = await openDhcp({ name: wanted.name, mac, serverAddress }, deps, signal, closers);
    await openIpv6Refusal({ name: wanted.name, mac }, deps, signal, closers);
    const tftpPort = await openTftp(wanted.name, serverAddress, deps, signal, closers);
    return { name: wanted.name, serverAddress, dhcpPort, tftpPort, close };
  } catch (error) {
    await close(AbortSignal.abort());
    throw error;
  }
}

interface ServedLink {
  readonly name: string;
  readonly mac: MacAddress;
  readonly serverAddress: Ipv4Address;
}

async function openDhcp(link: ServedLink, deps: LinkDeps, signal: AbortSignal, closers: Closer[]) {
  const { config, sockets } = deps;
  if (!config.dhcpEnabled || sockets === undefined) return undefined;
  const endpoint = await bindUdpToDevice(
    sockets.libc,
    link.name,
    { host: "0.0.0.0", port: config.dhcpServerPort, purpose: "DHCP" },
    signal,
  );
  closers.push(() => endpoint.close());
  const { serverAddress } = link;
  const plan = {
    httpBaseUrl: httpBaseUrl(serverAddress, config.httpPort),
    serverAddress,
    architectureBinaries: config.architectureBinaries,
  };
  listenForDhcp({
    transmit: {
      endpoint,
      link: { ...link, index: linkIndex(sockets.libc, link.name) },
      packets: sockets.packets,
      serverPort: config.dhcpServerPort,
      clientPort: dhcpClientPort,
    },
    index: deps.index,
    config: { plan, serverAddress, syslogAddress: syslogAddress(config) },
    events: new DhcpEvents(deps.gate, link.name),
    conflicts: deps.conflicts,
  });
  return endpoint.port;
}

/** A help and no more: where IPv6 is off there is nothing to refuse. */
async function openIpv6Refusal(
  link: { readonly name: string; readonly mac: MacAddress },
  deps: LinkDeps,
  signal: AbortSignal,
  closers: Closer[],
): Promise<void> {
  if (!deps.config.dhcpEnabled) return;
  try {
    const endpoint = await bindUdpToGroup(dhcpv6Servers, link.name, dhcpv6ServerPort, signal);
    closers.push(() => endpoint.close());
    refuseIpv6Boot({ endpoint, mac: link.mac, index: deps.index, gate: deps.gate });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    deps.warn(`firmware that tries to boot over IPv6 is left to wait: ${error.message}`);
  }
}

async function openTftp(link: string, address: Ipv4Address, deps: LinkDeps, signal: AbortSignal, closers: Closer[]) {
  const { config, files, index, gate, clock } = deps;
  const libc = deps.sockets?.libc ?? (await loadLibc());
  const endpoint = await bindUdpToDevice(libc, link, { host: address, port: config.tftpPort, purpose: "TFTP" }, signal);
  const listener = new TftpListener({
    endpoint,
    files,
    index,
    gate,
    clock,
    limits: { blockSizeBytes: config.tftpBlockSizeBytes, windowBlocks: tftpWindowBlocks },
    transfers,
  });
  closers.push((deadline) => listener.stop(deadline));
  return endpoint.port;
}
