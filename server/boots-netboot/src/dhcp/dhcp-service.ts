// DHCP as the main thread sees it: opens the sockets, starts the thread that answers, tells it of each machine, and records what it tells.
import type { MachineEventInput } from "@neverland/api";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { type PacketThread, startPacketThread } from "@neverland/packet-thread/packet-thread.ts";
import { linkIndex } from "@neverland/platform/network/interfaces.ts";
import type { Libc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import type { PacketSender } from "@neverland/platform/network/packet-socket.ts";
import type { Ipv4Address, MacAddress } from "@neverland/protocols";
import type { DhcpStart, FromDhcpThread, MachineChange, ToDhcpThread } from "./dhcp-messages.ts";
import type { DhcpConfig } from "./dhcp-responder.ts";

export interface ServedLink {
  readonly name: string;
  readonly mac: MacAddress;
  readonly serverAddress: Ipv4Address;
}

export interface DhcpServiceDeps {
  readonly libc: Libc;
  /** Undefined where raw frames cannot be had. */
  readonly packets: PacketSender | undefined;
  readonly links: readonly { readonly link: ServedLink; readonly config: DhcpConfig }[];
  readonly port: number;
  readonly index: MachineIndex;
  readonly record: (event: MachineEventInput) => void;
  readonly warn: (message: string) => void;
}

export interface DhcpService {
  close(): Promise<void>;
}

/** RFC 2131 §4.1. */
const clientPort = 68;
/** Machines told in one message: copying them takes a few milliseconds. */
const mostChanges = 256;

/** Answers on all links. @throws {NetworkError} when a port cannot be had; nothing stays open then. */
export async function openDhcpService(deps: DhcpServiceDeps): Promise<DhcpService> {
  const { libc, links, port, index } = deps;
  const sockets: number[] = [];
  const closeSockets = (): void => {
    for (const fd of sockets.splice(0)) libc.close(fd);
  };
  try {
    for (const { link } of links) {
      const wanted = { protocol: "udp", host: "0.0.0.0", port, purpose: "DHCP", link: link.name } as const;
      sockets.push(await openSocket(libc, wanted));
    }
    const thread = await startThread(deps, sockets);
    const unfollow = await tellMachines(index, thread);
    return {
      async close() {
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

async function startThread(deps: DhcpServiceDeps, sockets: readonly number[]): Promise<PacketThread> {
  const { libc, links, port, packets, record, warn } = deps;
  const start: DhcpStart = {
    links: links.map(({ link, config }) => ({ link: { ...link, index: linkIndex(libc, link.name) }, config })),
    ports: { server: port, client: clientPort },
    packetSocket: packets?.fd,
  };
  const thread = await startPacketThread({
    program: new URL("./dhcp-program.ts", import.meta.url),
    sockets,
    data: start,
    received(message) {
      const { events, dropped } = message as FromDhcpThread;
      for (const event of events) record(event);
      thread.send({ say: "taken", events: events.length } satisfies ToDhcpThread);
      if (dropped > 0) warn(`${dropped} events of DHCP were not recorded: they came faster than they could be written`);
    },
    failed(error) {
      warn(`DHCP is answered no more: ${error.stack ?? error.message}; start the server again`);
    },
  });
  return thread;
}

/** Resolves when it has been told of all there are. @returns Ends telling it of changes. */
async function tellMachines(index: MachineIndex, thread: PacketThread): Promise<() => void> {
  let changes: MachineChange[] = [];
  const flush = (): void => {
    if (changes.length > 0) thread.send({ say: "machines", changes } satisfies ToDhcpThread);
    changes = [];
  };
  const add = (change: MachineChange): void => {
    if (changes.length === 0) setImmediate(flush);
    changes.push(change);
    if (changes.length === mostChanges) flush();
  };
  const unfollow = index.follow({
    upserted: (hardware) => add({ known: whatIsAnswered(hardware) }),
    removed: ({ namespace, name }) => add({ gone: { namespace, name } }),
  });
  // What changes from here on is told as a change, and comes after this.
  const all = [...index.records()];
  for (const [at, { metadata }] of all.entries()) {
    const hardware = index.get(metadata);
    if (hardware !== undefined) add({ known: whatIsAnswered(hardware) });
    if (at % mostChanges === 0) await new Promise(setImmediate);
  }
  flush();
  thread.send({ say: "serve" } satisfies ToDhcpThread);
  return unfollow;
}

/** What the thread knows of a machine is what it needs for an answer. */
function whatIsAnswered({ metadata, spec }: KnownHardware): KnownHardware {
  const { namespace, name, resourceVersion = "" } = metadata;
  return {
    metadata: { namespace, name, resourceVersion },
    spec: spec?.interfaces ? { interfaces: spec.interfaces } : {},
  };
}
