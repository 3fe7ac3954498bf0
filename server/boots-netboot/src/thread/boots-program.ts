// What the thread of packets runs: DHCP and TFTP. It knows all machines by itself, and asks nobody before it answers.
import { formatKey } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { DatagramDoor, PacketProgram } from "@neverland/packet-thread/datagram-door.ts";
import { type ProgramDeps, runPacketProgram } from "@neverland/packet-thread/packet-program.ts";
import { loadLibc } from "@neverland/platform/network/libc.ts";
import { packetSenderOf } from "@neverland/platform/network/packet-socket.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { TimerHeap } from "@neverland/platform/time/timer-heap.ts";
import type { TftpLimits } from "@neverland/protocols";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { LentFiles } from "../lending/lent-files.ts";
import { tellFault } from "../own-fault.ts";
import { BlockOutbox, blockHeaders } from "./block-outbox.ts";
import { changeMachine } from "./change-machine.ts";
import { CopiedBlocks } from "./copied-blocks.ts";
import { openDhcpSockets } from "./dhcp-sockets.ts";
import { type EventNumber, EventOutbox } from "./event-outbox.ts";
import { TftpSocket, type TftpSocketDeps } from "./tftp-socket.ts";
import type { BootsStart, FromThread, ToThread } from "./thread-messages.ts";

/** Timers in one turn: the others wait for it. */
const mostTimers = 16;

const libc = await loadLibc().catch(() => undefined);

await runPacketProgram(({ door, data, post: postAny }: ProgramDeps): PacketProgram => {
  const { calls, sockets } = door;
  const { dhcp, tftp } = data as BootsStart;
  const post = (message: FromThread): void => postAny(message);
  const index = new MachineIndex();
  const outbox = new EventOutbox(post);
  const gate = new EventGate(
    (event) => outbox.add(event),
    () => systemClock.nowMs(),
    // What it was told by `add`.
    (event, times, lastMs) => outbox.addRepeats(event as EventNumber, times, lastMs),
  );
  const timers = new TimerHeap(() => performance.now());
  // The kernel alone has a use for addresses.
  const addressOf = calls?.addressOf ?? (() => 0);
  const files = new LentFiles({ names: tftp.names, clock: timers, addressOf, ask: post });
  const inDhcp = dhcp.links.length;
  const { packetSocket } = dhcp;
  const packets = libc === undefined || packetSocket === undefined ? undefined : packetSenderOf(libc, packetSocket);
  const nowMs = (): number => timers.nowMs();
  const dhcpSockets = openDhcpSockets(dhcp, sockets.slice(0, inDhcp), { door, packets, index, gate, nowMs, post });
  const sendBlocks = blockSenders(door, tftp.limits, nowMs);
  const shared = { door, sendBlocks, files, index, gate, clock: timers };
  const tftpSockets = new Map(sockets.slice(inDhcp).map((each) => [each, new TftpSocket(each, tftp, shared)]));
  let state: "starts" | "serves" | "finishes" | "has finished" = "starts";
  const noteFinished = (): void => {
    if (state !== "finishes" || !tftpSockets.values().every(({ isIdle }) => isIdle)) return;
    state = "has finished";
    post({ finished: true });
  };
  return {
    get isOpen() {
      return state !== "starts";
    },
    message(message) {
      const said = message as ToThread;
      switch (said.say) {
        case "serve":
          state = "serves";
          post({ serving: true });
          return;
        case "taken":
          outbox.taken(said.events);
          return;
        case "file":
          files.answered(said.name, said.netascii, said.answer);
          return;
        case "piece":
          files.came(said.piece, said.answer);
          return;
        case "holder":
          dhcpSockets.found(said, said.finding);
          return;
        case "finish":
          state = "finishes";
          for (const each of tftpSockets.values()) each.finish();
          return;
        case "machines":
          for (const change of said.changes) {
            try {
              changeMachine(index, change, dhcpSockets);
            } catch (error) {
              // The next thread would be told the same.
              const key = "known" in change ? change.known.metadata : change.gone;
              tellFault(gate, { source: "boot-plane", doing: `taking what ${formatKey(key)} says`, error });
            }
          }
      }
    },
    readable(socket) {
      const tftpSocket = tftpSockets.get(socket);
      if (tftpSocket !== undefined) tftpSocket.readable();
      // Who is given an address now finds nobody to read from.
      else dhcpSockets.readable(socket, state === "serves");
    },
    due(now) {
      const timersMs = timers.run(mostTimers);
      for (const each of tftpSockets.values()) each.turn();
      files.giveBack();
      noteFinished();
      const isBehind = tftpSockets.values().some((socket) => socket.isBehind);
      return isBehind ? 0 : Math.min(timersMs, outbox.due(now));
    },
    end() {
      for (const each of tftpSockets.values()) each.breakOff();
      outbox.flush();
    },
  };
});

function blockSenders(door: DatagramDoor, limits: TftpLimits, nowMs: () => number): TftpSocketDeps["sendBlocks"] {
  const { calls } = door;
  if (calls === undefined) return (send) => new CopiedBlocks(door, limits.blockSizeBytes, send);
  const headers = blockHeaders(calls);
  return (send) => new BlockOutbox({ calls, headers, longestBlockBytes: limits.packetBlockBytes, nowMs, send });
}
