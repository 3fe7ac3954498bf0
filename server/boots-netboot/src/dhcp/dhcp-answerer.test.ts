// From datagram to datagram with the sockets replaced by lists: where each reply goes, who is told of no router, who is not answered.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import {
  type DhcpMessage,
  encodeDhcpMessage,
  type Ipv4Address,
  ipv4FromNumber,
  type MacAddress,
} from "@neverland/protocols";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { captured } from "../testing/captured.ts";
import { testMachine } from "../testing/machines.ts";
import { AddressConflicts } from "./address-conflicts.ts";
import { DhcpAnswerer } from "./dhcp-answerer.ts";
import { DhcpEvents } from "./dhcp-events.ts";
import { DhcpTransmitter, type ReplyQueue } from "./dhcp-transmitter.ts";

const ip = (text: string) => text as Ipv4Address;
const serverAddress = ip("10.77.0.1");
const mac = "52:54:00:00:00:32" as MacAddress;
const chaddr = Uint8Array.of(0x52, 0x54, 0, 0, 0, 0x32, ...new Uint8Array(10));
const iPxe = { ...captured("bios-virtio-ipxerom", 0), chaddr };
const udhcpc = { ...captured("e2e-bios-ec2", 4), chaddr };
const ipv4 = 0x0800;
const ipv6 = 0x86dd;

function openListener({
  rawFrames = true,
  hardware = [testMachine(50)],
  next = (): Uint8Array => new Uint8Array(1500),
} = {}) {
  const events: MachineEventInput[] = [];
  const sent: string[] = [];
  const repeats: number[] = [];
  const clock = new ManualClock(0);
  const queue: ReplyQueue = {
    next,
    add: (_size, address, port) => void sent.push(`udp ${ipv4FromNumber(address)}:${port}`),
  };
  const frame = (to: Uint8Array, etherType: number) =>
    `frame ${Buffer.from(to).toString("hex")} ${etherType.toString(16)}`;
  const packets = {
    send: (_: unknown, to: Uint8Array, type: number) => void sent.push(frame(to, type)),
  };
  const index = new MachineIndex();
  index.apply(hardware);
  const gate = new EventGate(
    (event) => events.push(event),
    clock.nowMs.bind(clock),
    (_, count) => repeats.push(count) > 0,
  );
  const answerer = new DhcpAnswerer({
    transmitter: new DhcpTransmitter({
      queue,
      link: { name: "eth1", index: 1, mac: "52:54:00:00:00:01" as MacAddress, serverAddress },
      packets: rawFrames ? packets : undefined,
      ports: { server: 67, client: 68 },
    }),
    index,
    config: {
      serverAddress,
      syslogAddress: undefined,
      plan: { httpBaseUrl: "http://10.77.0.1:7080", serverAddress, architectureBinaries: new Map() },
    },
    events: new DhcpEvents(gate, "eth1"),
    conflicts: new AddressConflicts(() => clock.nowMs()),
  });
  const receive = (message: DhcpMessage | Uint8Array) =>
    answerer.answer(message instanceof Uint8Array ? message : encodeDhcpMessage(message), () => "0.0.0.0");
  return { events, sent, repeats, clock, receive };
}

const withType = (message: DhcpMessage, type: number, more: DhcpMessage["options"] = []): DhcpMessage => ({
  ...message,
  options: [
    ...message.options.map((one) => (one.code === 53 ? { code: 53, value: Uint8Array.of(type) } : one)),
    ...more,
  ],
});

test("a client without an address gets a frame to its card, and iPXE a router advertisement after it", () => {
  const { sent, receive } = openListener();
  receive(udhcpc);
  receive(iPxe);
  const card = "525400000032";
  assert.deepEqual(sent, [
    `frame ${card} ${ipv4.toString(16)}`,
    `frame ${card} ${ipv4.toString(16)}`,
    `frame ${card} ${ipv6.toString(16)}`,
  ]);
});

test("without raw frames the reply is broadcast and no router is advertised", () => {
  const { sent, events, receive } = openListener({ rawFrames: false });
  receive(iPxe);
  assert.deepEqual(sent, ["udp 255.255.255.255:68"]);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["DhcpOffer"],
  );
});

test("a relayed reply goes to the relay's server port, a renewal to the client's own address", () => {
  const { sent, receive } = openListener();
  receive({ ...iPxe, giaddr: ip("10.99.0.1") });
  receive(withType({ ...udhcpc, ciaddr: ip("10.77.0.50") }, 3));
  assert.deepEqual(sent, ["udp 10.99.0.1:67", "udp 10.77.0.50:68"]);
});

test("machines that share a reserved address are not answered until one is changed", () => {
  const twin = testMachine(51, { dhcp: { ip: { address: "10.77.0.50" } } });
  const { sent, events, receive } = openListener({ hardware: [testMachine(50), twin] });
  receive(udhcpc);
  assert.deepEqual(sent, []);
  assert.deepEqual(
    events.map(({ reason, mac: of }) => [reason, of]),
    [["AmbiguousHardware", mac]],
  );
});

const decline = (last: number) => withType(udhcpc, 4, [{ code: 50, value: Uint8Array.of(10, 77, 0, last) }]);

test("a declined address is not offered for ten minutes, and then again", () => {
  const { sent, events, clock, receive } = openListener();
  receive(decline(50));
  clock.advance(10 * 60_000 - 1);
  receive({ ...udhcpc, xid: 1 });
  assert.deepEqual(sent, []);
  clock.advance(1);
  receive({ ...udhcpc, xid: 2 });
  assert.equal(sent.length, 1);
  assert.deepEqual(
    events.map(({ type, reason }) => [type, reason]),
    [
      ["DhcpDecline", "AddressInUse"],
      ["DhcpIgnored", "AddressInUse"],
      ["DhcpOffer", undefined],
    ],
  );
});

test("a machine that declines an address that is not its own is offered its own", () => {
  const { sent, events, receive } = openListener();
  receive(decline(99));
  receive(udhcpc);
  assert.equal(sent.length, 1);
  assert.deepEqual(
    events.map(({ type, reason }) => [type, reason]),
    [
      ["DhcpIgnored", "NotItsAddress"],
      ["DhcpOffer", undefined],
    ],
  );
});

test("what cannot be read is one event, and the next message is answered", () => {
  const { sent, events, receive } = openListener();
  for (let i = 0; i < 3; i++) receive(Uint8Array.of(1, 2, 3));
  receive(udhcpc);
  assert.deepEqual(
    events.map(({ type, reason }) => [type, reason]),
    [
      ["DhcpIgnored", "UnreadablePacket"],
      ["DhcpOffer", undefined],
    ],
  );
  assert.equal(sent.length, 1);
});

test("a fault of our own costs the message that met it, and is told once with its place", () => {
  let faults = 2;
  const { sent, events, receive } = openListener({
    next: () => {
      if (faults-- > 0) throw new TypeError("x is not a function");
      return new Uint8Array(1500);
    },
  });
  for (let i = 0; i < 3; i++) receive(udhcpc);
  assert.deepEqual(
    events.map(({ type, reason }) => [type, reason]),
    [
      ["ServerFault", "InternalFault"],
      ["DhcpOffer", undefined],
    ],
  );
  assert.match(
    events[0]?.message ?? "",
    /^answering DHCP on eth1 for 0\.0\.0\.0 failed by a fault of this server: TypeError: x is not a function \(at .*dhcp-answerer\.test\.ts.*\)$/,
  );
  assert.equal(sent.length, 1);
});

test("a repeated message is answered each time and told once", () => {
  const { sent, events, receive } = openListener();
  receive(udhcpc);
  receive(udhcpc);
  assert.equal(sent.length, 2);
  assert.equal(events.length, 1);
});

test("a relayed machine that asks on and on is answered each time, one event, and counted every ten seconds", () => {
  const { sent, events, repeats, clock, receive } = openListener();
  for (let xid = 0; xid < 400; xid += 1) {
    receive({ ...iPxe, giaddr: ip("10.99.0.1"), xid });
    clock.advance(100);
  }
  assert.deepEqual(sent, Array(400).fill("udp 10.99.0.1:67"));
  assert.deepEqual([events.map(({ type }) => type), repeats], [["DhcpOffer"], [100, 100, 100]]);
});

test("a relayed machine's declined address is not offered again from memory", () => {
  const { sent, events, receive } = openListener();
  const relayed = { ...udhcpc, giaddr: ip("10.99.0.1") };
  receive(relayed);
  receive({ ...decline(50), giaddr: ip("10.99.0.1") });
  receive(relayed);
  assert.equal(sent.length, 1);
  assert.deepEqual(events.at(-1)?.reason, "AddressInUse");
});
