// What the thread of DHCP runs. It knows all machines by itself, and asks nobody before it answers.
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { DatagramInbox } from "@neverland/packet-thread/datagram-inbox.ts";
import { DatagramOutbox } from "@neverland/packet-thread/datagram-outbox.ts";
import { type PacketProgram, type ProgramDeps, runPacketProgram } from "@neverland/packet-thread/packet-program.ts";
import { loadLibc } from "@neverland/platform/network/libc.ts";
import { packetSenderOf } from "@neverland/platform/network/packet-socket.ts";
import { ipv4FromNumber } from "@neverland/protocols";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { AddressConflicts } from "./address-conflicts.ts";
import { DhcpAnswerer } from "./dhcp-answerer.ts";
import { DhcpEvents } from "./dhcp-events.ts";
import type { DhcpStart, FromDhcpThread, ToDhcpThread } from "./dhcp-messages.ts";
import { DhcpTransmitter } from "./dhcp-transmitter.ts";
import { EventOutbox } from "./event-outbox.ts";

/** Datagrams in one call. */
const messages = 64;
/** Lots taken of one socket before the others have their turn. */
const mostLots = 8;
/** One byte more than any Ethernet frame brings: what fills it is cut, and is no DHCP client's. */
const sizeBytes = 1501;

const libc = await loadLibc();

await runPacketProgram(({ calls, sockets, data, post }: ProgramDeps): PacketProgram => {
  const { links, ports, packetSocket } = data as DhcpStart;
  const nowMs = (): number => Date.now();
  const index = new MachineIndex();
  const outbox = new EventOutbox((lot) => post(lot satisfies FromDhcpThread));
  const gate = new EventGate((event) => outbox.add(event), nowMs);
  const conflicts = new AddressConflicts(nowMs);
  const packets = packetSocket === undefined ? undefined : packetSenderOf(libc, packetSocket);
  const inbox = new DatagramInbox(calls, { messages, sizeBytes });
  const queue = new DatagramOutbox(calls, { messages, sizeBytes });
  const served = new Map(
    links.map(({ link, config }, at) => {
      const transmitter = new DhcpTransmitter({ queue, link, ports, packets });
      const events = new DhcpEvents(gate, link.name);
      return [sockets[at], { events, answerer: new DhcpAnswerer({ transmitter, index, config, events, conflicts }) }];
    }),
  );
  let serves = false;
  return {
    get isOpen() {
      return serves;
    },
    message(message) {
      const said = message as ToDhcpThread;
      if (said.say === "serve") serves = true;
      else if (said.say === "taken") outbox.taken(said.events);
      else
        for (const change of said.changes)
          if ("known" in change) index.upsert(change.known);
          else index.remove({ metadata: change.gone });
    },
    readable(fd) {
      const link = served.get(fd);
      for (let lot = 0, count = messages; link !== undefined && lot < mostLots && count === messages; lot++) {
        count = inbox.take(fd);
        for (let at = 0; at < count; at++)
          link.answerer.answer(inbox.bytes(at), () => ipv4FromNumber(inbox.address(at)));
        queue.send(fd, ({ address, code }) => link.events.failed(ipv4FromNumber(address), new Error(code)));
      }
    },
    due: (now) => outbox.due(now),
    end: () => outbox.flush(),
  };
});
