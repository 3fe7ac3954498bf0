// One life of the thread that answers DHCP and TFTP: it is told of each machine and lent files, and what it tells is recorded.
import type { MachineEventInput, RecordedEvent } from "@neverland/api";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { type PacketThread, startPacketThread, type ThreadSockets } from "@neverland/packet-thread/packet-thread.ts";
import { linkIndex } from "@neverland/platform/network/interfaces.ts";
import type { Libc } from "@neverland/platform/network/libc.ts";
import type { PacketSender } from "@neverland/platform/network/packet-socket.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import type { Ipv4Address, MacAddress } from "@neverland/protocols";
import type { BootFiles, NotLent } from "../boot-files.ts";
import { AddressHolders } from "../dhcp/address-holders.ts";
import type { DhcpConfig } from "../dhcp/dhcp-responder.ts";
import { FileLender } from "../lending/file-lender.ts";
import type { WantedFile, WantedPiece } from "../lending/lent-file.ts";
import { tellMachines } from "./tell-machines.ts";
import { ThreadEvents } from "./thread-events.ts";
import type { BootsStart, FromThread, TftpStart, ToThread, WantedHolder } from "./thread-messages.ts";

export interface ServedLink {
  readonly name: string;
  readonly mac: MacAddress;
  readonly serverAddress: Ipv4Address;
}

export interface BootsRunDeps {
  /** Undefined where it cannot be called: Node's own sockets then. */
  readonly libc: Libc | undefined;
  /** Undefined where raw frames cannot be had. */
  readonly packets: PacketSender | undefined;
  readonly links: readonly { readonly link: ServedLink; readonly config: DhcpConfig }[];
  /** Undefined: DHCP is answered by others. */
  readonly dhcpPort: number | undefined;
  readonly tftp: TftpStart;
  readonly index: MachineIndex;
  readonly clock: Pick<Clock, "nowMs" | "after">;
  readonly files: BootFiles;
  readonly record: (event: MachineEventInput) => RecordedEvent | undefined;
  readonly warn: (message: string) => void;
}

export interface BootsRun {
  readonly ended: Promise<Error | undefined>;
  /** Takes nothing new; resolves when those who read over TFTP have ended. */
  finish(): Promise<void>;
  stop(): Promise<void>;
}

/** RFC 2131 §4.1. */
const dhcpClientPort = 68;

/** A thread of a few modules starts in a tenth of a second, and on a machine that is busy all over in some. */
const longestStartMs = 60_000;

/** Of a hundred thousand machines it knows 200 MiB. */
const mostHeapMb = 2048;
/** It comes round each second, and on a machine that is busy all over somewhat later. */
const longestTurnMs = 30_000;

/** @param sockets In the order that `BootsStart` says. @returns When it answers. */
export async function startBootsRun(
  deps: BootsRunDeps,
  sockets: ThreadSockets,
  signal: AbortSignal,
): Promise<BootsRun> {
  const [serving, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const events = new ThreadEvents(deps.record);
  const thread = await startThread(deps, sockets, events, { serving: serving.resolve, finished: over.resolve });
  let unfollow = (): void => undefined;
  const ended = thread.ended.then((error) => {
    unfollow();
    return error;
  });
  try {
    unfollow = await tellMachines(deps.index, thread);
    thread.send({ say: "serve" } satisfies ToThread);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(longestStartMs)]);
    await unlessAborted(Promise.race([serving.promise, ended.then(failStart)]), deadline);
  } catch (error) {
    unfollow();
    await thread.stop();
    throw error;
  }
  return {
    ended,
    async stop() {
      await thread.stop();
      await events.settled();
    },
    async finish() {
      thread.send({ say: "finish" } satisfies ToThread);
      await Promise.race([over.promise, ended]);
    },
  };
}

function failStart(error: Error | undefined): never {
  throw error ?? new Error("the thread that answers DHCP and TFTP was stopped before it answered");
}

type Told = { readonly serving: () => void; readonly finished: () => void };

async function startThread(
  deps: BootsRunDeps,
  sockets: ThreadSockets,
  events: ThreadEvents,
  told: Told,
): Promise<PacketThread> {
  const { files, warn } = deps;
  const lender = new FileLender(files);
  const holders = new AddressHolders(deps);
  const over = new AbortController();
  const thread = await startPacketThread({
    program: new URL("./boots-program.ts", import.meta.url),
    sockets,
    data: startOf(deps),
    received(message) {
      const said = message as FromThread;
      if ("finished" in said) told.finished();
      else if ("serving" in said) told.serving();
      else if ("wanted" in said) void lend(said.wanted);
      else if ("wantedPiece" in said) void givePiece(said.wantedPiece);
      else if ("wantedHolder" in said) void findHolder(said.wantedHolder);
      else if ("unlent" in said) lender.close(said.unlent);
      else {
        events.take(said, (count) => send({ say: "taken", events: count }));
        if (said.dropped > 0)
          warn(
            `${said.dropped} events of DHCP and TFTP were not recorded: they came faster than they could be written`,
          );
      }
    },
    mostHeapMb,
    longestTurnMs,
  });
  const send = (message: ToThread, give: readonly ArrayBuffer[] = []): void => thread.send(message, give);
  const lend = async (wanted: WantedFile): Promise<void> => {
    const { name, netascii } = wanted;
    send({ say: "file", name, netascii, answer: await lender.open(wanted).catch(notReady) });
  };
  const givePiece = async (piece: WantedPiece): Promise<void> => {
    const answer = await lender.piece(piece).catch(notReady);
    send({ say: "piece", piece, answer }, "reason" in answer ? [] : [answer.buffer]);
  };
  const findHolder = async ({ link, question }: WantedHolder): Promise<void> =>
    send({ say: "holder", link, question, finding: await holders.find(link, question, over.signal) });
  void thread.ended.then(() => {
    over.abort();
    lender.closeAll();
  });
  return thread;
}

function startOf({ libc, links, dhcpPort, packets, tftp: { limits, transfers, names } }: BootsRunDeps): BootsStart {
  const indexOf = (name: string): number => (libc === undefined ? 0 : linkIndex(libc, name));
  const dhcpLinks = links.map(({ link, config }) => ({ link: { ...link, index: indexOf(link.name) }, config }));
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
