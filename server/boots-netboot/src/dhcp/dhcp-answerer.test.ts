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
import { AddressConflicts, type HolderFinding, type HolderQuestion } from "./address-conflicts.ts";
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
  const asked: HolderQuestion[] = [];
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
    conflicts: new AddressConflicts(
      () => clock.nowMs(),
      (question) => asked.push(question),
    ),
  });
  const receive = (message: DhcpMessage | Uint8Array) =>
    answerer.answer(message instanceof Uint8Array ? message : encodeDhcpMessage(message), () => "0.0.0.0");
  /** Whoever was asked last answers. */
  const answer = (finding: HolderFinding) => answerer.found(asked.at(-1) ?? assert.fail("nobody was asked"), finding);
  const said = () => events.map(({ type, reason }) => [type, reason]);
  return { events, said, sent, repeats, asked, answer, clock, receive };
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

test("a DECLINE that nobody proves takes nothing from the machine in whose name it was sent, and is told with what was found", () => {
  for (const found of ["nobody", "itself", "unknown"] as const) {
    const { sent, events, said, asked, answer, receive } = openListener();
    receive(decline(50));
    receive({ ...udhcpc, xid: 1 });
    assert.equal(sent.length, 1, "while it is asked");
    answer({ found });
    receive({ ...udhcpc, xid: 2 });
    assert.deepEqual([sent.length, asked], [2, [{ mac, address: "10.77.0.50", isDeclined: true }]]);
    assert.deepEqual(said(), [
      ["DhcpOffer", undefined],
      ["DhcpDecline", "DeclineUnproved"],
    ]);
    assert.match(events[1]?.message ?? "", /^a DECLINE in the name of 52:54:00:00:00:32 .* goes on being offered$/);
  }
});

test("an address that another machine has is not offered until it is free, which is asked while the machine asks", () => {
  const { sent, events, said, asked, answer, clock, receive } = openListener();
  const other = "52:54:00:00:00:99" as MacAddress;
  receive(decline(50));
  answer({ found: "other", mac: other });
  receive({ ...udhcpc, xid: 1 });
  clock.advance(2000);
  receive({ ...udhcpc, xid: 2 });
  answer({ found: "other", mac: other });
  clock.advance(4000);
  assert.deepEqual([sent.length, asked.length], [0, 2]);
  receive({ ...udhcpc, xid: 3 });
  answer({ found: "nobody" });
  receive({ ...udhcpc, xid: 4 });
  assert.deepEqual([sent.length, asked.length], [1, 3]);
  assert.deepEqual(said(), [
    ["DhcpDecline", "AddressInUse"],
    ["DhcpIgnored", "AddressInUse"],
    ["DhcpOffer", undefined],
  ]);
  assert.deepEqual(events[0]?.data, { address: "10.77.0.50", holder: other });
});

test("a flood of DECLINEs in a machine's name is a few questions and one event that counts", () => {
  const { said, repeats, asked, answer, clock, receive, sent } = openListener();
  for (let times = 0; times < 6000; times += 1) {
    receive(decline(50));
    answer({ found: "nobody" });
    clock.advance(10);
  }
  assert.deepEqual([asked.length, said()], [5, [["DhcpDecline", "DeclineUnproved"]]]);
  assert.ok(repeats.length <= 6, `${repeats}`);
  receive(udhcpc);
  assert.equal(sent.length, 1);
});

test("whatever a stranger sends in a machine's name, the machine is answered as before", () => {
  const { sent, receive, clock } = openListener();
  const renewal = withType({ ...udhcpc, ciaddr: ip("10.77.0.50") }, 3);
  const first = withType(udhcpc, 3, [{ code: 50, value: Uint8Array.of(10, 77, 0, 50) }]);
  const asks = () => {
    const before = sent.length;
    for (const message of [udhcpc, first, renewal]) receive(message);
    return sent.slice(before);
  };
  const before = asks();
  assert.equal(before.length, 3);
  const stranger = { ...udhcpc, xid: 0x0bad };
  for (const relay of ["0.0.0.0", "10.99.0.1"])
    for (const forged of [
      withType({ ...stranger, ciaddr: ip("10.77.0.50") }, 7),
      withType({ ...stranger, ciaddr: ip("10.77.0.66") }, 7),
      withType(stranger, 3, [{ code: 50, value: Uint8Array.of(10, 77, 0, 66) }]),
      withType({ ...stranger, ciaddr: ip("10.77.0.66") }, 3),
      withType({ ...stranger, ciaddr: ip("10.77.0.66") }, 8),
      decline(50),
      decline(66),
    ]) {
      receive({ ...forged, giaddr: ip(relay) });
      assert.deepEqual(asks(), before);
      clock.advance(60_000);
      assert.deepEqual(asks(), before);
    }
});

test("a NAK that a stranger brings about bears the stranger's number, by which clients know what is for them", () => {
  const replies: Uint8Array[] = [];
  const { receive } = openListener({ next: () => replies[replies.push(new Uint8Array(1500)) - 1] as Uint8Array });
  receive(withType({ ...udhcpc, xid: 0x0badcafe }, 3, [{ code: 50, value: Uint8Array.of(10, 77, 0, 66) }]));
  const nak = replies.findLast((bytes) => bytes[0] === 2) ?? assert.fail("no reply");
  assert.equal(Buffer.from(nak.subarray(4, 8)).toString("hex"), "0badcafe");
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

test("a relayed DECLINE is told, asks nobody, and the machine is answered from memory", () => {
  const { sent, asked, said, receive } = openListener();
  const relayed = { ...udhcpc, giaddr: ip("10.99.0.1") };
  receive(relayed);
  receive({ ...decline(50), giaddr: ip("10.99.0.1") });
  receive(relayed);
  assert.deepEqual([sent.length, asked], [2, []]);
  assert.deepEqual(said(), [
    ["DhcpOffer", undefined],
    ["DhcpDecline", "DeclineUnproved"],
  ]);
});
