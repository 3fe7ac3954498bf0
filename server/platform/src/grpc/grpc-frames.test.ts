import assert from "node:assert/strict";
import { test } from "node:test";
import { FairRoom } from "./fair-room.ts";
import { FrameReader, frameMessage } from "./grpc-frames.ts";

const frame = Buffer.from([0, 0, 0, 0, 3, 1, 2, 3]);

const most = 1_000_000;
const roomy = () =>
  new FairRoom({ most, mostPerNetwork: most, mostPerAddress: most }, String).open(
    ...(["192.0.2.1", false, assert.fail] as const),
  );

test("a message has five bytes before it", () => {
  assert.deepEqual(frameMessage(Uint8Array.of(1, 2, 3)), frame);
});

test("messages are cut out of a body however it comes", () => {
  const body = Buffer.concat([frame, Buffer.from([0, 0, 0, 0, 0]), frame]);
  for (const size of [1, 2, 7, 8, body.length]) {
    const reader = new FrameReader(10, roomy());
    const found: Uint8Array[] = [];
    for (let at = 0; at < body.length; at += size) found.push(...reader.push(body.subarray(at, at + size)));
    assert.deepEqual(
      found.map((message) => [...message]),
      [[1, 2, 3], [], [1, 2, 3]],
      `in pieces of ${size}`,
    );
    assert.equal(reader.isBetweenMessages, true);
  }
});

test("none of the parts of a message that is not whole is kept", () => {
  const reader = new FrameReader(100_000, roomy());
  const message = Uint8Array.from({ length: 100_000 }, (_, n) => n);
  const found: Uint8Array[] = [];
  for (const byte of frameMessage(message)) {
    const part = Buffer.from([byte]);
    found.push(...reader.push(part));
    part.fill(0);
  }
  assert.deepEqual(
    found.map((each) => Buffer.compare(each, message)),
    [0],
  );
});

test("a message that is compressed or too long is refused by its header, before it is there", () => {
  assert.throws(() => new FrameReader(10, roomy()).push(Buffer.from([1, 0, 0, 0, 3])), { code: "unimplemented" });
  assert.throws(() => new FrameReader(10, roomy()).push(Buffer.from([0, 0, 0, 0, 11])), { code: "resource-exhausted" });
});
