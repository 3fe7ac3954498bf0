// DHCP and TFTP as the main thread sees them: opens the sockets, starts the thread that answers, tells it of each machine and lends it files,
// and records what it tells.
import type { MachineEventInput } from "@neverland/api";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { type PacketThread, startPacketThread } from "@neverland/packet-thread/packet-thread.ts";
import { linkIndex } from "@neverland/platform/network/interfaces.ts";
import type { Libc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import type { PacketSender } from "@neverland/platform/network/packet-socket.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import type { Ipv4Address, MacAddress } from "@neverland/protocols";
import type { BootFiles, NotLent } from "../boot-files.ts";
import type { DhcpConfig } from "../dhcp/dhcp-responder.ts";
import { lendFile } from "./lend-file.ts";
import { tellMachines } from "./tell-machines.ts";
import type { BootsStart, FromThread, TftpStart, ToThread } from "./thread-messages.ts";

export interface ServedLink {
  readonly name: string;
  readonly mac: MacAddress;
  readonly serverAddress: Ipv4Address;
}

export interface BootsThreadDeps {
  readonly libc: Libc;
  /** Undefined where raw frames cannot be had. */
  readonly packets: PacketSender | undefined;
  readonly links: readonly { readonly link: ServedLink; readonly config: DhcpConfig }[];
  /** Undefined: DHCP is answered by others. */
  readonly dhcpPort: number | undefined;
  readonly tftp: TftpStart & { readonly port: number };
  readonly index: MachineIndex;
  readonly files: BootFiles;
  readonly record: (event: MachineEventInput) => void;
  readonly warn: (message: string) => void;
}

export interface BootsThread {
  /** Lets those who read over TFTP end until `deadline` aborts, then breaks them off. */
  close(deadline: AbortSignal): Promise<void>;
}

/** RFC 2131 §4.1. */
const dhcpClientPort = 68;

/** Answers on all links. @throws {NetworkError} when a port cannot be had; nothing stays open then. */
export async function openBootsThread(deps: BootsThreadDeps): Promise<BootsThread> {
  const { libc, index } = deps;
  const sockets: number[] = [];
  const closeSockets = (): void => {
    for (const fd of sockets.splice(0)) libc.close(fd);
  };
  try {
    await openSockets(deps, sockets);
    const { promise: over, resolve: isOver } = Promise.withResolvers<void>();
    const thread = await startThread(deps, sockets, isOver);
    const unfollow = await tellMachines(index, thread);
    thread.send({ say: "serve" } satisfies ToThread);
    return {
      async close(deadline) {
        thread.send({ say: "finish" } satisfies ToThread);
        const forget = onAbort(deadline, isOver);
        await over;
        forget();
        unfollow();
        await thread.stop();
        closeSockets();
      },
    };
  } catch (error) {
    closeSockets();
    throw error;
  }
}

/** In the order that `BootsStart` says. */
async function openSockets({ libc, links, dhcpPort, tftp }: BootsThreadDeps, sockets: number[]): Promise<void> {
  const open = async (link: ServedLink, wanted: { host: string; port: number; purpose: string }): Promise<void> => {
    sockets.push(await openSocket(libc, { ...wanted, protocol: "udp", link: link.name }));
  };
  if (dhcpPort !== undefined)
    for (const { link } of links) await open(link, { host: "0.0.0.0", port: dhcpPort, purpose: "DHCP" });
  for (const { link } of links) await open(link, { host: link.serverAddress, port: tftp.port, purpose: "TFTP" });
}

async function startThread(
  deps: BootsThreadDeps,
  sockets: readonly number[],
  finished: () => void,
): Promise<PacketThread> {
  const { files, record, warn } = deps;
  const thread = await startPacketThread({
    program: new URL("./boots-program.ts", import.meta.url),
    sockets,
    data: startOf(deps),
    received(message) {
      const said = message as FromThread;
      if ("finished" in said) finished();
      else if ("wanted" in said) void lend(said.wanted);
      else {
        for (const event of said.events) record(event);
        send({ say: "taken", events: said.events.length });
        if (said.dropped > 0)
          warn(
            `${said.dropped} events of DHCP and TFTP were not recorded: they came faster than they could be written`,
          );
      }
    },
    failed(error) {
      finished();
      warn(`DHCP and TFTP are answered no more: ${error.stack ?? error.message}; start the server again`);
    },
  });
  const send = (message: ToThread): void => thread.send(message);
  const lend = async (wanted: Parameters<typeof lendFile>[1]): Promise<void> => {
    const { name, netascii } = wanted;
    send({ say: "file", name, netascii, answer: await lendFile(files, wanted).catch(notReady) });
  };
  return thread;
}

function startOf({ libc, links, dhcpPort, packets, tftp: { limits, transfers, names } }: BootsThreadDeps): BootsStart {
  const dhcpLinks = links.map(({ link, config }) => ({ link: { ...link, index: linkIndex(libc, link.name) }, config }));
  return {
    dhcp: {
      links: dhcpPort === undefined ? [] : dhcpLinks,
      ports: { server: dhcpPort ?? 0, client: dhcpClientPort },
      packetSocket: packets?.fd,
    },
    tftp: { limits, transfers, names },
  };
}

function notReady(error: unknown): NotLent {
  return { reason: "FileNotReady", message: error instanceof Error ? error.message : String(error) };
}
