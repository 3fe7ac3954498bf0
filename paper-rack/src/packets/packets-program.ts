// The thread that plays what machines say in packets. Who waits for an answer asks again only when all that came was looked at: what this
// thread is late with is not the server's fault.
import type { PacketProgram } from "@neverland/packet-thread/datagram-door.ts";
import { type ProgramDeps, runPacketProgram } from "@neverland/packet-thread/packet-program.ts";
import { TimerHeap } from "@neverland/platform/time/timer-heap.ts";
import { paperFile } from "../boot/paper-file.ts";
import { MachineMessages } from "../dhcp/machine-messages.ts";
import { addressNumber, addressOf, rackNetwork } from "../paper-machine.ts";
import { Lateness } from "../storm/lateness.ts";
import { MachinesSocket } from "./machines-socket.ts";
import { PacketBoot, type PacketBootDeps, type PacketBootResult } from "./packet-boot.ts";
import type { FromPackets, PacketsStart, ToPackets } from "./packet-messages.ts";

const serverPort = 67;
const relayLot = { messages: 256, sizeBytes: 1536 };
const machinesLot = { messages: 256, sizeBytes: 1536 };
const mostTimers = 64;
const speakers = ["firmware", "ipxe"] as const;

await runPacketProgram(({ door, data, post: postAny }: ProgramDeps): PacketProgram => {
  const { calls, sockets } = door;
  if (calls === undefined) throw new Error("the paper rack's sockets are opened by the C library");
  const { server, machines, binaryBytes } = data as PacketsStart;
  const post = (message: FromPackets): void => postAny(message);
  const [relayFd = -1, ...machineFds] = sockets;
  const clock = new TimerHeap(() => performance.now());
  const lateness = new Lateness(clock);
  const fromCpu = process.threadCpuUsage();
  const route = { relay: addressNumber(rackNetwork.relay), server: addressNumber(server) };
  const inbox = door.inbox(relayLot);
  const outbox = door.outbox(relayLot);
  const ports = machineFds.map((fd) => new MachinesSocket(fd, calls, machinesLot));
  /** Those that have begun, and are not over. */
  const boots = new Map<number, PacketBoot>();
  let results: PacketBootResult[] = [];
  /** Sockets at which more may wait. */
  const behind = new Set<number>();

  const flushDhcp = () => outbox.send(relayFd, () => undefined);
  const texts = { relay: rackNetwork.relay, server };
  const deps: PacketBootDeps = {
    clock,
    route,
    messages: {
      firmware: new MachineMessages("firmware", texts, 0, machines),
      ipxe: new MachineMessages("ipxe", texts, 0, machines),
    },
    binary: paperFile(binaryBytes),
    sendDhcp(index, speaker, message) {
      if (outbox.isFull) flushDhcp();
      const place = outbox.next();
      place.set(message);
      new DataView(place.buffer, place.byteOffset).setUint32(4, xidOf(index, speaker));
      outbox.add(message.length, route.server, serverPort);
    },
    sendTftp: (index, port, packet, to) => ports[port]?.send(addressOf(index), packet, route.server, to),
    over(result) {
      boots.delete(result.index);
      results.push(result);
    },
  };
  const takeDhcp = (): boolean => {
    const count = inbox.take(relayFd);
    for (let at = 0; at < count; at += 1) {
      const bytes = inbox.bytes(at);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const xid = bytes.length < 8 ? 0 : view.getUint32(4);
      boots.get((xid >>> 1) - 1)?.takeDhcp(speakers[xid & 1] ?? "firmware", view);
    }
    return count === relayLot.messages;
  };
  const takeTftp = (fd: number): boolean => {
    const port = machineFds.indexOf(fd);
    const take = (machine: number, bytes: Buffer, from: number) =>
      boots.get(machine - addressOf(0))?.takeTftp(port as 0 | 1, bytes, from); // there are two of them
    return ports[port]?.receive(take) ?? false;
  };
  return {
    isOpen: true,
    message(message) {
      const said = message as ToPackets;
      if (said.say === "begin")
        for (let index = said.from; index < said.end; index += 1) {
          const boot = new PacketBoot(index, deps);
          boots.set(index, boot);
          boot.begin();
        }
      else {
        for (const boot of boots.values()) boot.giveUp(said.reason);
        const { user, system } = process.threadCpuUsage(fromCpu);
        post({ results });
        post({ figures: { cpuMs: (user + system) / 1000, lateShare: lateness.share } });
        results = [];
      }
    },
    readable(fd) {
      const isMore = fd === relayFd ? takeDhcp() : takeTftp(fd);
      if (isMore) behind.add(fd);
      else behind.delete(fd);
    },
    due() {
      const waitMs = behind.size > 0 ? 0 : clock.run(mostTimers);
      flushDhcp();
      for (const port of ports) port.flush();
      if (results.length > 0) post({ results });
      results = [];
      return waitMs;
    },
    end: () => undefined,
  };
});

/** Who asks, in place of a number that nobody else has: one exchange of each speaker is all that a machine does. */
function xidOf(index: number, speaker: (typeof speakers)[number]): number {
  return (index + 1) * 2 + speakers.indexOf(speaker);
}
