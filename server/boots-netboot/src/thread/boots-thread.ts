// DHCP and TFTP as the main thread sees them: opens the sockets, starts the thread that answers, tells it of each machine and lends it files,
// and records what it tells.
import type { MachineEventInput } from "@neverland/api";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { type PacketThread, startPacketThread } from "@neverland/packet-thread/packet-thread.ts";
import { linkIndex } from "@neverland/platform/network/interfaces.ts";
import type { Libc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import type { PacketSender } from "@neverland/platform/network/packet-socket.ts";
import { onAbort, unlessAborted } from "@neverland/platform/wait/abort.ts";
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

/** A thread of a few modules starts in a tenth of a second, and on a machine that is busy all over in some. */
const longestStartMs = 60_000;

/**
 * Answers on all links; resolves when it does. @throws {NetworkError} when a port cannot be had, or the thread does not start; nothing stays
 * open then.
 */
export async function openBootsThread(deps: BootsThreadDeps, signal: AbortSignal): Promise<BootsThread> {
  const { libc, index } = deps;
  const sockets: number[] = [];
  let thread: PacketThread | undefined;
  const end = async (): Promise<void> => {
    await thread?.stop();
    for (const fd of sockets.splice(0)) libc.close(fd);
  };
  try {
    await openSockets(deps, sockets);
    const [serving, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const told = { serving: serving.resolve, finished: over.resolve, failed: serving.reject };
    thread = await startThread(deps, sockets, told);
    const running = thread;
    const unfollow = await tellMachines(index, running);
    running.send({ say: "serve" } satisfies ToThread);
    await unlessAborted(serving.promise, AbortSignal.any([signal, AbortSignal.timeout(longestStartMs)]));
    return {
      async close(deadline) {
        running.send({ say: "finish" } satisfies ToThread);
        const forget = onAbort(deadline, over.resolve);
        await over.promise;
        forget();
        unfollow();
        await end();
      },
    };
  } catch (error) {
    await end();
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

type Told = {
  readonly serving: () => void;
  readonly finished: () => void;
  readonly failed: (error: Error) => void;
};

async function startThread(deps: BootsThreadDeps, sockets: readonly number[], told: Told): Promise<PacketThread> {
  const { files, record, warn } = deps;
  const thread = await startPacketThread({
    program: new URL("./boots-program.ts", import.meta.url),
    sockets,
    data: startOf(deps),
    received(message) {
      const said = message as FromThread;
      if ("finished" in said) told.finished();
      else if ("serving" in said) told.serving();
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
      told.finished();
      told.failed(error);
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
