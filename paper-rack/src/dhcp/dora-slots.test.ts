// A machine's way to its address, and every wrong answer on it.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { type DhcpMessage, encodeDhcpMessage, type Ipv4Address, MessageType } from "@neverland/protocols";
import { addressNumber, rackNetwork } from "../paper-machine.ts";
import { DoraSlots } from "./dora-slots.ts";

const machine = 7;
const server = [198, 18, 0, 1];

const reply = (xid: number, type: number, changes: Partial<DhcpMessage> = {}): DataView => {
  const option = (code: number, ...value: number[]) => ({ code, value: Uint8Array.from(value) });
  const zero = "0.0.0.0" as Ipv4Address;
  const bytes = encodeDhcpMessage({
    op: 2,
    ...{ htype: 1, hlen: 6, hops: 0, xid, secs: 0, flags: 0 },
    ...{ ciaddr: zero, yiaddr: "10.64.0.7" as Ipv4Address, siaddr: zero, giaddr: rackNetwork.relay as Ipv4Address },
    chaddr: Uint8Array.of(2, 0, 0, 0, 0, machine),
    sname: new Uint8Array(64),
    file: Buffer.from("snponly.efi"),
    options: [
      option(53, type),
      option(54, ...server),
      option(51, 0, 1, 0, 0),
      option(1, 255, 192, 0, 0),
      option(3, 10, 127, 255, 254),
    ],
    trailer: Uint8Array.of(255),
    ...changes,
  });
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
};

describe("a machine that asks for its address", () => {
  let slots: DoraSlots;
  let xid: number;
  beforeEach(() => {
    slots = new DoraSlots({ relay: addressNumber(rackNetwork.relay), server: addressNumber(server.join(".")) });
    xid = slots.begin(machine, 100) ?? Number.NaN;
  });

  test("requests what it was offered, and is done when that is acknowledged", () => {
    assert.equal(slots.take(reply(xid, MessageType.offer), 103), xid);
    assert.equal(slots.take(reply(xid, MessageType.ack), 105), "done");
    assert.deepEqual(slots.latenciesMs, [5]);
    assert.deepEqual([slots.underWay, slots.dropped, slots.wrong.count], [0, 0, 0]);
  });

  test("waits a second for each answer, and is dropped then", () => {
    slots.take(reply(xid, MessageType.offer), 900);
    slots.expire(1900);
    assert.equal(slots.dropped, 0);
    slots.expire(1901);
    assert.deepEqual([slots.dropped, slots.underWay], [1, 0]);
  });

  test("an answer after that is late, not wrong, though its slot is another machine's by then", () => {
    slots.expire(1200);
    slots.begin(machine + 1, 1200);
    assert.equal(slots.take(reply(xid, MessageType.offer), 1300), "nothing");
    assert.deepEqual([slots.late, slots.wrong.count], [1, 0]);
  });

  for (const [what, changes, first] of [
    ["another machine's address", { yiaddr: "10.64.0.8" as Ipv4Address }, "yiaddr is 10.64.0.8, not 10.64.0.7"],
    ["another machine's MAC", { chaddr: Uint8Array.of(2, 0, 0, 0, 0, 8) }, "chaddr is another machine's"],
    [
      "nothing but its type",
      { options: [{ code: 53, value: Uint8Array.of(2) }] },
      "options are missing of 53, 54, 51, 1, 3",
    ],
    ["no boot file", { file: new Uint8Array(128) }, "no boot file is named"],
    ["a request", { op: 1 }, "it is no reply"],
  ] as const)
    test(`${what} is a wrong answer`, () => {
      assert.equal(slots.take(reply(xid, MessageType.offer, changes), 101), "nothing");
      assert.deepEqual({ ...slots.wrong }, { count: 1, first });
    });

  test("an acknowledgement of what was not requested is a wrong answer", () => {
    slots.take(reply(xid, MessageType.ack), 101);
    assert.equal(slots.wrong.first, "it is not of type 2");
  });

  test("an xid that was never sent is a wrong answer", () => {
    slots.take(reply(xid + 2 ** 20, MessageType.offer), 101);
    assert.equal(slots.wrong.first, `xid ${xid + 2 ** 20} was never sent`);
  });
});
