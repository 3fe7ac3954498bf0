// Messages that the kernel cuts, on loopback, and what is learnt where it does not cut them.
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { type Libc, loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { type DatagramCalls, loadDatagramCalls } from "./datagram-calls.ts";
import { PinnedMemory } from "./pinned-memory.ts";
import { SegmentOutbox } from "./segment-outbox.ts";

const loopback = 0x7f000001;
const size = { messages: 8, pieces: 256 };
let calls: DatagramCalls;
let libc: Libc;
let fd: number;
let to: Socket;
let memory: PinnedMemory;
let nowMs: number;

beforeEach(async () => {
  [calls, libc] = [await loadDatagramCalls(), await loadLibc()];
  fd = await openSocket(libc, { protocol: "udp", host: "127.0.0.1", port: 0, purpose: "a test" });
  to = createSocket("udp4");
  to.bind(0, "127.0.0.1");
  await once(to, "listening");
  nowMs = 0;
  memory = new PinnedMemory(calls, 100_000);
  memory.bytes.set(Uint8Array.from(memory.bytes, (_, at) => at % 251));
});

afterEach(() => {
  to.close();
  libc.close(fd);
});

const openOutbox = (by = calls) => new SegmentOutbox({ calls: by, size, longestBytes: 60_000, nowMs: () => nowMs });

/** Puts `count` datagrams of 4 and 1000 bytes into one message, but for the last, which is 10 bytes shorter. */
function addMessage(outbox: SegmentOutbox, count: number, port = to.address().port): void {
  for (let at = 0; at < count; at++) {
    outbox.piece(memory.address + at, 4);
    outbox.piece(memory.address + at * 1000, at === count - 1 ? 990 : 1000);
  }
  outbox.end(loopback, port, count === 1 ? 0 : 1004);
}

test("cuts a message of many pieces into datagrams, and one to nobody keeps back none of the others", async () => {
  const outbox = openOutbox();
  const came = new Promise<Buffer[]>((resolve) => {
    const all: Buffer[] = [];
    to.on("message", (bytes) => all.push(bytes) === 41 && resolve(all));
  });
  addMessage(outbox, 40);
  addMessage(outbox, 1, 0);
  addMessage(outbox, 1);
  const unsent: unknown[] = [];
  outbox.send(fd, (one) => unsent.push(one));
  const all = await came;
  assert.deepEqual(unsent, [{ address: loopback, port: 0, code: "EINVAL" }]);
  const expected = (at: number, length: number) =>
    Buffer.concat([memory.bytes.subarray(at, at + 4), memory.bytes.subarray(at * 1000, at * 1000 + length)]);
  assert.deepEqual(
    all,
    Array.from({ length: 41 }, (_, at) => expected(at % 40, at >= 39 ? 990 : 1000)),
  );
});

test("of a message that did not come to its end nothing goes with the next", async () => {
  const outbox = openOutbox();
  const came = new Promise<Buffer>((resolve) => to.once("message", resolve));
  outbox.begin();
  outbox.piece(memory.address + 50_000, 1000);
  outbox.begin();
  outbox.piece(memory.address, 4);
  outbox.end(loopback, to.address().port, 0);
  outbox.send(fd, ({ code }) => assert.fail(code));
  assert.deepEqual(await came, Buffer.of(0, 1, 2, 3));
});

test("knows how much goes into a message and into a call", () => {
  const outbox = openOutbox();
  assert.deepEqual(
    [516, 1004, 1472, 40_000].map((bytes) => outbox.inMessage(bytes, loopback)),
    [64, 64, 44, 1],
  );
  const narrow = new SegmentOutbox({ calls, size, longestBytes: 1472, nowMs: () => 0 });
  assert.deepEqual([narrow.inMessage(1472, loopback), narrow.inMessage(1473, loopback)], [44, 1]);
  assert.equal(outbox.hasRoom(256), true);
  addMessage(outbox, 1);
  assert.deepEqual([outbox.hasRoom(254), outbox.hasRoom(255)], [true, false]);
  for (let at = 1; at < 8; at++) addMessage(outbox, 1);
  assert.equal(outbox.hasRoom(1), false);
});

/** The kernel refuses a message of two datagrams of 1004 bytes to loopback. */
function refused(errno: number): SegmentOutbox {
  let failures = 1;
  const outbox = openOutbox({
    ...calls,
    errno: () => errno,
    sendmmsg: (_, __, count) => (failures-- > 0 ? -1 : count),
  });
  addMessage(outbox, 2);
  addMessage(outbox, 1);
  outbox.send(fd, () => assert.fail("it is no fault of the client's"));
  return outbox;
}

const inMessage = (outbox: SegmentOutbox, address: number) =>
  [516, 1004, 1472].map((bytes) => outbox.inMessage(bytes, address));

for (const [code, errno] of [
  ["EMSGSIZE", 90],
  ["EINVAL", 22],
] as const)
  test(`after ${code} no message to this peer is made of what the kernel does not cut, for ten minutes`, () => {
    const outbox = refused(errno);
    assert.deepEqual(inMessage(outbox, loopback), [64, 1, 1]);
    assert.deepEqual(inMessage(outbox, loopback + 1), [64, 64, 44]);
    nowMs = 599_999;
    assert.deepEqual(inMessage(outbox, loopback), [64, 1, 1]);
    nowMs = 600_000;
    assert.deepEqual(inMessage(outbox, loopback), [64, 64, 44]);
  });

test("after EIO, which is the card's, each datagram is a message", () => {
  const outbox = refused(5);
  assert.deepEqual(
    [inMessage(outbox, loopback), inMessage(outbox, loopback + 1)],
    [
      [1, 1, 1],
      [1, 1, 1],
    ],
  );
});
