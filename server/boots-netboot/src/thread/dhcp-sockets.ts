// DHCP in the thread of packets: a socket for each link, and one inbox and one outbox for all.
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { DatagramDoor } from "@neverland/packet-thread/datagram-door.ts";
import type { PacketSender } from "@neverland/platform/network/packet-socket.ts";
import { ipv4FromNumber, type MacAddress } from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { AddressConflicts, type HolderFinding } from "../dhcp/address-conflicts.ts";
import { DhcpAnswerer } from "../dhcp/dhcp-answerer.ts";
import { DhcpEvents } from "../dhcp/dhcp-events.ts";
import { DhcpTransmitter } from "../dhcp/dhcp-transmitter.ts";
import type { DhcpStart, FromThread, WantedHolder } from "./thread-messages.ts";

export interface DhcpSocketsDeps {
  readonly door: DatagramDoor;
  readonly packets: Pick<PacketSender, "send"> | undefined;
  readonly index: MachineIndex;
  readonly gate: EventGate;
  /** By a clock that nobody sets. */
  readonly nowMs: () => number;
  readonly post: (message: FromThread) => void;
}

export interface DhcpSockets {
  /** @param answers False: what waits is taken and passed over. */
  readable(socket: number, answers: boolean): void;
  /** Who has an address, which was asked by `post`. */
  found(wanted: WantedHolder, finding: HolderFinding): void;
  /** The records of these machines have changed. */
  forget(macs: Iterable<MacAddress>): void;
  /** Records have come to contradict each other. */
  forgetAll(): void;
}

/** Datagrams in one call. */
const messages = 64;
/** Lots taken of one socket before the others have their turn. */
const mostLots = 8;
/** One byte more than any Ethernet frame brings: what fills it is cut, and is no DHCP client's. */
const sizeBytes = 1501;

export function openDhcpSockets(
  { links, ports }: DhcpStart,
  sockets: readonly number[],
  { door, packets, index, gate, nowMs, post }: DhcpSocketsDeps,
): DhcpSockets {
  const inbox = door.inbox({ messages, sizeBytes });
  const queue = door.outbox({ messages, sizeBytes });
  const served = new Map(
    links.map(({ link, config }, at) => {
      const transmitter = new DhcpTransmitter({ queue, link, ports, packets });
      const events = new DhcpEvents(gate, link.name);
      const conflicts = new AddressConflicts(nowMs, (question) => post({ wantedHolder: { link, question } }));
      const answerer = new DhcpAnswerer({ transmitter, index, config, events, conflicts });
      return [sockets[at], { link, events, answerer }];
    }),
  );
  const answerers = [...served.values()].map(({ answerer }) => answerer);
  return {
    found({ link, question }, finding) {
      for (const one of served.values()) if (one.link.index === link.index) one.answerer.found(question, finding);
    },
    forget(macs) {
      for (const mac of macs) for (const answerer of answerers) answerer.forget(mac);
    },
    forgetAll() {
      for (const answerer of answerers) answerer.forgetAll();
    },
    readable(socket, answers) {
      const link = served.get(socket);
      for (let lot = 0, count = messages; link !== undefined && lot < mostLots && count === messages; lot++) {
        count = inbox.take(socket);
        if (!answers) continue;
        for (let at = 0; at < count; at++)
          link.answerer.answer(inbox.bytes(at), () => ipv4FromNumber(inbox.address(at)));
        queue.send(socket, ({ address, code }) => link.events.unsent(ipv4FromNumber(address), code));
      }
    },
  };
}
