import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameBudget } from "./frame-budget.ts";
import { FrameReader, frameMessage } from "./grpc-frames.ts";

const limits = { mostBytes: 5000, mostBytesPerAddress: 2000 };
const message = frameMessage(new Uint8Array(900));
const allButTheEnd = message.subarray(0, -1);

test("a caller that ends no message holds no more than its share, and others are served as before", () => {
  const budget = new FrameBudget(limits);
  const begin = (address: string, isShared = false) => {
    const reader = new FrameReader(1000, budget.of(address, isShared));
    reader.push(allButTheEnd);
    return reader;
  };
  const begun = [begin("192.0.2.66"), begin("192.0.2.66")];
  assert.throws(() => begin("192.0.2.66"), { code: "resource-exhausted" });
  assert.deepEqual(begin("192.0.2.1").push(message.subarray(-1)).length, 1);
  // A proxy has many callers behind it: only all together are bounded.
  for (let more = 0; more < 3; more++) begin("192.0.2.9", true);
  assert.throws(() => begin("192.0.2.9", true), { code: "resource-exhausted" });
  // What ends gives back.
  assert.equal(begun[0]?.push(message.subarray(-1)).length, 1);
  begin("192.0.2.66");
});

test("a call that is given up holds nothing", () => {
  const budget = new FrameBudget({ mostBytes: 1000, mostBytesPerAddress: 1000 });
  const held = budget.of("192.0.2.66", false);
  new FrameReader(1000, held).push(allButTheEnd);
  held.release();
  held.release();
  new FrameReader(1000, budget.of("192.0.2.66", false)).push(allButTheEnd);
});
