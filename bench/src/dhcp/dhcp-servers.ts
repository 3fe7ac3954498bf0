// The three servers of the benchmark, each in a network of its own, all with the same machines.
import { paperMachineAt, rackNetwork } from "@neverland/paper-rack/paper-machine.ts";
import { inLinkedNamespace } from "../figures/linked-namespace.ts";
import type { DhcpPeerOrder } from "../peers/dhcp-peer.ts";
import { dhcpdCommand } from "../peers/dhcpd.ts";
import { keaCommand } from "../peers/kea.ts";
import { type HallNetwork, writeHall } from "../scale/full-data-folder.ts";
import { type ServerCommand, ServerProcess } from "../workers/server-process.ts";
import { tinkUp } from "../workers/tink-up.ts";
import { nextRackCable } from "./rack-cable.ts";

export const serverNames = ["tink up", "Kea", "dhcpd"] as const;
export type ServerName = (typeof serverNames)[number];

export interface DhcpServer {
  readonly name: ServerName;
  /** Where it is asked, and option 54 of its answers. */
  readonly host: string;
  readonly process: ServerProcess;
}

const commands: Record<ServerName, (dir: string, order: DhcpPeerOrder) => Promise<ServerCommand>> = {
  "tink up": ours,
  Kea: keaCommand,
  dhcpd: dhcpdCommand,
};

/** Of the paper rack. */
export const rackHall: HallNetwork = {
  netmask: rackNetwork.netmask,
  gateway: rackNetwork.relay,
  machineAt: paperMachineAt,
};

/** @param packagesDir Where the peers' packages are unpacked. */
export async function startDhcpServer(name: ServerName, machines: number, packagesDir: string): Promise<DhcpServer> {
  const cable = nextRackCable();
  const process = await ServerProcess.start(async (dir) => {
    const command = await commands[name](dir, { cable, machines, packagesDir });
    const link = { inside: cable.server, here: cable.rack, pid: globalThis.process.pid };
    return { ...command, argv: inLinkedNamespace(command.argv, link) };
  });
  return { name, host: cable.server.host, process };
}

/** Not watched: that would be counted with its work. */
async function ours(dir: string, { cable: { server }, machines }: DhcpPeerOrder): Promise<ServerCommand> {
  await writeHall(dir, { machines, workflows: 0, events: 0 }, rackHall);
  const { argv, isReady } = tinkUp(dir, ["--interface", server.name], server.host);
  return { argv, isReady };
}
