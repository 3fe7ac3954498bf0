// The three servers of the benchmark, each in a network of its own, all with the same files and machines.
import { rackHall } from "../dhcp/dhcp-servers.ts";
import { nextRackCable } from "../dhcp/rack-cable.ts";
import { inLinkedNamespace } from "../figures/linked-namespace.ts";
import { atftpdCommand, type TftpPeerOrder, tftpdHpaCommand } from "../peers/tftpd.ts";
import { writeHall } from "../scale/full-data-folder.ts";
import { type ServerCommand, ServerProcess } from "../workers/server-process.ts";
import { tinkUp } from "../workers/tink-up.ts";

export const tftpServerNames = ["tink up", "atftpd", "tftpd-hpa"] as const;
export type TftpServerName = (typeof tftpServerNames)[number];

export interface TftpServer {
  readonly name: TftpServerName;
  readonly host: string;
  readonly process: ServerProcess;
}

type Order = TftpPeerOrder & { readonly link: string };

const machines = 50;

const commands: Record<TftpServerName, (dir: string, order: Order) => Promise<ServerCommand> | ServerCommand> = {
  "tink up": ours,
  atftpd: (_, order) => atftpdCommand(order),
  "tftpd-hpa": (_, order) => tftpdHpaCommand(order),
};

export async function startTftpServer(
  name: TftpServerName,
  order: Pick<TftpPeerOrder, "root" | "packagesDir">,
): Promise<TftpServer> {
  const cable = nextRackCable();
  const { host } = cable.server;
  const process = await ServerProcess.start(async (dir) => {
    const command = await commands[name](dir, { ...order, host, link: cable.server.name });
    const link = { inside: cable.server, here: cable.rack, pid: globalThis.process.pid };
    return { ...command, argv: inLinkedNamespace(command.argv, link) };
  });
  return { name, host, process };
}

/** Not watched: that would be counted with its work. */
async function ours(dir: string, { root, host, link }: Order): Promise<ServerCommand> {
  await writeHall(dir, { machines, workflows: 0, events: 0 }, rackHall);
  const { argv, isReady } = tinkUp(dir, ["--interface", link, "--ipxe-dir", root, "--tftp-block-size", "8192"], host);
  return { argv, isReady };
}
