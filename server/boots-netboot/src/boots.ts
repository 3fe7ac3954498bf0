// Boots as a service: every configured link's DHCP and TFTP, and the routes for the boot plane's HTTP server.
import { setImmediate as turnOfLoop } from "node:timers/promises";
import type { MachineEventInput, RecordedEvent } from "@neverland/api";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { FileCache } from "@neverland/platform/files/file-cache.ts";
import { linkMtu, linkNames } from "@neverland/platform/network/interfaces.ts";
import { type Libc, loadLibc } from "@neverland/platform/network/libc.ts";
import { openPacketSender, type PacketSender } from "@neverland/platform/network/packet-socket.ts";
import { portOwner } from "@neverland/platform/network/port-owner.ts";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Turns } from "@neverland/platform/wait/turns.ts";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import type { FastifyInstance } from "fastify";
import { type BootFiles, namesOfBootFiles, openBootFiles } from "./boot-files.ts";
import { type BootsConfig, httpBaseUrl, syslogAddress } from "./boots-config.ts";
import { type BootsLink, openBootsLink } from "./boots-link.ts";
import { registerBootRoutes } from "./http/boot-http.ts";
import type { ScriptConfig } from "./http/machine-script.ts";
import { type BootsThread, openBootsThread } from "./thread/boots-thread.ts";

export interface BootsDeps {
  readonly config: BootsConfig;
  readonly index: MachineIndex;
  readonly record: (event: MachineEventInput) => RecordedEvent | undefined;
  readonly clock: Clock;
  /** What all files are read through. */
  readonly cache: Pick<FileCache, "open" | "openKnown">;
  /** For what concerns no machine: one sentence each. */
  readonly warn: (message: string) => void;
  /** Told why machines that have no address yet are not answered; `undefined` once they are. */
  readonly onUnheard?: (why: string | undefined) => void;
}

/** Its start opens every link's ports, or throws a NetworkError and leaves nothing open. */
export interface Boots extends Service {
  /** Where machines are answered; filled by the start. */
  readonly links: readonly BootsLink[];
  registerRoutes(app: FastifyInstance): void;
  /** To be stopped after the HTTP server: all that was read, or broken off, is on the timeline then. */
  readonly downloads: Service;
}

/** Most TFTP blocks sent before an acknowledgement is awaited. */
const tftpWindowBlocks = 64;
/** Headers of IPv4 without options, UDP, and a block. */
const tftpOverheadBytes = 20 + 8 + 4;
/** On each link a hall that starts at once, and as many in line: 2.7 kB each, since the file is there once for all, and 1.6 kB. */
const tftpTransfers = { most: 10_240, mostWaiting: 10_240, mostOfMachine: 8, mostOfAddress: 256 };

/** Opens nothing yet. */
export function createBoots(deps: BootsDeps): Boots {
  const { config, index, record, clock, cache } = deps;
  const gate = new EventGate(record, () => clock.nowMs());
  const files = openBootFiles(cache, config.binariesDirectory, [...config.architectureBinaries.values()]);
  const ends = new Turns();
  const links: BootsLink[] = [];
  const opened: { close(deadline: AbortSignal): Promise<void> | void }[] = [];
  const stop = async (deadline: AbortSignal) => {
    for (const one of opened.splice(0)) await one.close(deadline);
  };
  return {
    links,
    downloads: { start: async () => undefined, stop: () => allTold(ends) },
    registerRoutes(app) {
      const { hookDirectory, filesDirectory } = config;
      const scriptConfig = (localAddress: string) => scriptConfigFor(config, localAddress);
      registerBootRoutes(app, { index, gate, files, cache, ends, hookDirectory, filesDirectory, scriptConfig });
    },
    async start(signal) {
      // What is missing for sending is of no interest where nothing is sent.
      if (config.interfaces.length === 0) return warnOfNoInterface(deps);
      try {
        const sockets = await openSockets(config, deps.warn);
        if (sockets.packets !== undefined) opened.push(sockets.packets);
        for (const wanted of config.interfaces) {
          const link = await openBootsLink(wanted, { config, index, gate, warn: deps.warn }, signal);
          opened.unshift(link);
          links.push(link);
        }
        opened.unshift(await openThread(deps, { links, sockets, files }, signal));
        if (config.dhcpEnabled) await warnOfOtherServers(deps);
      } catch (error) {
        await stop(AbortSignal.abort());
        throw error;
      }
    },
    stop,
  };
}

/** Of what is cut off the server says first that it is closed, and Node closes its sockets at the end of that turn of the loop. */
async function allTold(ends: Turns): Promise<void> {
  await turnOfLoop();
  await turnOfLoop();
  await ends.next();
}

async function openThread(
  { config, index, record, clock, warn, onUnheard }: BootsDeps,
  { links, sockets, files }: { links: readonly BootsLink[]; sockets: Sockets; files: BootFiles },
  signal: AbortSignal,
): Promise<BootsThread> {
  const served = links.map(({ name, mac, serverAddress }) => ({
    link: { name, mac, serverAddress },
    config: {
      plan: {
        httpBaseUrl: httpBaseUrl(serverAddress, config.httpPort),
        serverAddress,
        architectureBinaries: config.architectureBinaries,
      },
      serverAddress,
      syslogAddress: syslogAddress(config),
    },
  }));
  const packetBlockBytes = Math.min(...links.map(({ name }) => linkMtu(name))) - tftpOverheadBytes;
  const tftp = {
    port: config.tftpPort,
    limits: { blockSizeBytes: config.tftpBlockSizeBytes, packetBlockBytes, windowBlocks: tftpWindowBlocks },
    transfers: tftpTransfers,
    names: namesOfBootFiles([...config.architectureBinaries.values()]),
  };
  const dhcpPort = config.dhcpEnabled ? config.dhcpServerPort : undefined;
  return await openBootsThread(
    { ...sockets, links: served, dhcpPort, tftp, index, files, clock, record, warn, onUnheard },
    signal,
  );
}

function warnOfNoInterface({ warn }: BootsDeps): void {
  const present = linkNames().filter((name) => name !== "lo");
  const there = present.length === 0 ? "" : ` (there are ${present.join(", ")})`;
  warn(`no interface is named: DHCP and TFTP are answered to nobody; name one with --interface${there}`);
}

type Sockets = { readonly libc: Libc | undefined; readonly packets: PacketSender | undefined };

/** Without packet sockets (no CAP_NET_RAW, no C library) replies to new clients are broadcast, and iPXE waits for IPv6 in vain. */
async function openSockets({ dhcpEnabled }: BootsConfig, warn: (message: string) => void): Promise<Sockets> {
  const libc = await loadLibc().catch((error: Error) => {
    warn(`${lostWithoutLibc(dhcpEnabled)}: ${error.message}`);
    return undefined;
  });
  // What is missing for answers to DHCP is of no interest where nobody gives any.
  if (!dhcpEnabled || libc === undefined) return { libc, packets: undefined };
  try {
    return { libc, packets: openPacketSender(libc) };
  } catch (error) {
    warn(
      `replies to machines without an address are broadcast: ${error instanceof Error ? error.message : String(error)}`,
    );
    return { libc, packets: undefined };
  }
}

function lostWithoutLibc(dhcpEnabled: boolean): string {
  const [served, alsoLost] = dhcpEnabled
    ? ["DHCP and TFTP are", ", replies to machines without an address are broadcast, and iPXE waits 16 s for IPv6"]
    : ["TFTP is", ""];
  return `${served} answered by Node's own sockets: each packet costs more, whoever reaches an interface's address by another link is heard${alsoLost}`;
}

/** Two that share the port are both heard, and a machine takes whichever answers first. */
async function warnOfOtherServers({ config: { dhcpServerPort: port }, warn }: BootsDeps): Promise<void> {
  const other = await portOwner("udp", port, process.pid);
  if (other === undefined) return;
  warn(`${other} listens on UDP port ${port} too: if it answers DHCP on our interfaces, end it, or use --no-dhcp`);
}

function scriptConfigFor(config: BootsConfig, localAddress: string): ScriptConfig {
  const served = config.interfaces.find(({ serverAddress }) => serverAddress !== undefined)?.serverAddress;
  const isLoopback = localAddress === "" || localAddress.startsWith("127.");
  // A machine that came through a forwarder on this host knows us by the configured address.
  const host = isLoopback ? (served ?? localAddress) : localAddress;
  const base = httpBaseUrl(host, config.httpPort);
  return {
    httpBaseUrl: base,
    hookBaseUrl: config.hookBaseUrl,
    grpcAuthority: config.grpcAuthority ?? `${host}:${config.grpcPort}`,
    tls: config.grpcTls,
    insecureTls: config.grpcInsecureTls,
    syslogHost: config.syslogHost,
    registryMirror: base,
    extraKernelArgs: config.extraKernelArgs,
  };
}
