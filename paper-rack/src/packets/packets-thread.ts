// Opens the sockets that all machines share, and the thread that speaks for them.
import { type PacketThread, startPacketThread } from "@neverland/packet-thread/packet-thread.ts";
import { type Libc, Linux, loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { rackNetwork } from "../paper-machine.ts";
import { tellWhomFor } from "./machines-socket.ts";
import type { PacketBootResult } from "./packet-boot.ts";
import type { FromPackets, PacketFigures, PacketsStart, ToPackets } from "./packet-messages.ts";

export interface PacketsThread {
  /** Switches machines on, from the first to before the end. */
  begin(from: number, end: number): void;
  /** Who has not come so far has failed. */
  over(reason: string): Promise<PacketFigures>;
  close(): Promise<void>;
}

const relayPort = 67;
/** Any: those from which they ask for a file's size, and read it. */
const machinePorts = [2070, 2071];
/** What machines are told must not be lost here, if the server says it all at once. */
const receiveBuffer = new Uint8Array(Int32Array.of(32 << 20).buffer);
/** A run of ten thousand machines has all of them in its thread. */
const limits = { mostHeapMb: 2048, longestTurnMs: 60_000 };

export async function openPacketsThread(
  start: PacketsStart,
  taken: (result: PacketBootResult) => void,
): Promise<PacketsThread> {
  const libc = await loadLibc();
  const figures = Promise.withResolvers<PacketFigures>();
  const sockets: number[] = [];
  let thread: PacketThread | undefined;
  const close = async () => {
    await thread?.stop();
    for (const fd of sockets.splice(0)) libc.close(fd);
  };
  try {
    sockets.push(await open(libc, rackNetwork.relay, relayPort));
    for (const port of machinePorts) sockets.push(await openForAll(libc, port));
    thread = await startPacketThread({
      program: new URL("./packets-program.ts", import.meta.url),
      sockets: { descriptors: sockets },
      data: start,
      received(message) {
        const said = message as FromPackets;
        if ("figures" in said) figures.resolve(said.figures);
        else for (const result of said.results) taken(result);
      },
      ...limits,
    });
    void thread.ended.then((cause) => cause && figures.reject(cause));
  } catch (error) {
    await close();
    throw error;
  }
  const running = thread;
  return {
    begin: (from, end) => running.send({ say: "begin", from, end } satisfies ToPackets),
    over(reason) {
      running.send({ say: "over", reason } satisfies ToPackets);
      return figures.promise;
    },
    close,
  };
}

async function openForAll(libc: Libc, port: number): Promise<number> {
  const fd = await open(libc, "0.0.0.0", port);
  if (tellWhomFor(libc, fd)) return fd;
  libc.close(fd);
  throw new Error("the kernel does not say for whom a datagram is (IP_PKTINFO)");
}

async function open(libc: Libc, host: string, port: number): Promise<number> {
  const fd = await openSocket(libc, { protocol: "udp", host, port, purpose: "the paper rack" });
  libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_RCVBUFFORCE, receiveBuffer, receiveBuffer.length);
  return fd;
}
