import assert from "node:assert/strict";
import { test } from "node:test";
import { FairRoom } from "./fair-room.ts";
import { FrameReader, frameMessage } from "./grpc-frames.ts";

const limits = { most: 8000, mostPerNetwork: 5000, mostPerAddress: 2000 };
const message = frameMessage(new Uint8Array(900));
const allButTheEnd = message.subarray(0, -1);

class Rig {
  readonly room = new FairRoom(limits, (address) => `${address} made room`);
  /** Whose call made room, the first first. */
  readonly lost: string[] = [];

  /** A call that has not come whole. */
  begin(address: string, isShared = false): FrameReader {
    const held = this.room.open(address, isShared, ({ code }) => void this.lost.push(`${address} ${code}`));
    const reader = new FrameReader(1000, held);
    reader.push(allButTheEnd);
    return reader;
  }
}

const countWhole = (reader: FrameReader) => reader.push(message.subarray(-1)).length;

test("an address that ends no message loses its own oldest, and nobody else's", () => {
  const rig = new Rig();
  const honest = rig.begin("192.0.2.1");
  const [oldest, second] = [rig.begin("192.0.2.66"), rig.begin("192.0.2.66"), rig.begin("192.0.2.66")];
  assert.deepEqual(rig.lost, ["192.0.2.66 resource-exhausted"]);
  assert.throws(() => oldest.push(message.subarray(-1)), { code: "resource-exhausted" });
  assert.deepEqual([honest, second].map(countWhole), [1, 1]);
});

test("however many addresses of a network hold messages that do not end, a newer one has room, and those elsewhere stay", () => {
  const rig = new Rig();
  const elsewhere = rig.begin("198.51.100.1");
  for (let host = 100; host < 150; host++) rig.begin(`192.0.2.${host}`);
  assert.equal(countWhole(rig.begin("192.0.2.1")), 1);
  assert.equal(countWhole(elsewhere), 1);
  assert.deepEqual(rig.lost.slice(0, 2), ["192.0.2.100 resource-exhausted", "192.0.2.101 resource-exhausted"]);
});

test("however many networks they are of, a newer one has room", () => {
  const rig = new Rig();
  for (let net = 0; net < 50; net++) rig.begin(`10.0.${net}.66`);
  assert.equal(countWhole(rig.begin("192.0.2.1")), 1);
});

test("an address that many come through has no limit of its own", () => {
  const rig = new Rig();
  const begun = [1, 2, 3, 4].map(() => rig.begin("192.0.2.9", true));
  assert.deepEqual(begun.map(countWhole), [1, 1, 1, 1]);
});

test("what ends, and a call that is over, holds nothing", () => {
  const rig = new Rig();
  const first = rig.begin("192.0.2.66");
  assert.equal(countWhole(first), 1);
  const held = rig.room.open("192.0.2.66", false, () => assert.fail("has nothing to lose"));
  held.take(1000);
  held.close();
  held.close();
  held.give(1000);
  rig.begin("192.0.2.66");
  rig.begin("192.0.2.66");
  assert.deepEqual(rig.lost, []);
});

test("who holds nothing now is not the oldest, however long ago it came", () => {
  const rig = new Rig();
  const between = rig.begin("192.0.2.66");
  assert.equal(countWhole(between), 1);
  for (let more = 0; more < 4; more++) rig.begin("192.0.2.66");
  assert.deepEqual(rig.lost, ["192.0.2.66 resource-exhausted", "192.0.2.66 resource-exhausted"]);
  between.push(allButTheEnd); // of its next message, the newest now
  assert.equal(countWhole(between), 1);
});

test("what is more than there is room for at all is refused, and nothing is left of it", () => {
  const rig = new Rig();
  const held = rig.room.open("192.0.2.66", false, () => undefined);
  assert.throws(() => held.take(2001), { code: "resource-exhausted" });
  rig.begin("192.0.2.66");
  rig.begin("192.0.2.66");
  assert.deepEqual(rig.lost, []);
});
