import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LabError } from "../lab-error.ts";
import { readPcap } from "./pcap.ts";

const header = "d4c3b2a1 0200 0400 00000000 00000000 00000100 01000000"; // little endian, microseconds, Ethernet
const record = "10000000 20a10700 03000000 03000000 aabbcc"; // 16.5 s, three bytes
const capture = Buffer.from(`${header}${record}${record}`.replaceAll(" ", ""), "hex");

test("reads frames with their times", () => {
  const frame = { atMs: 16_500, bytes: Buffer.from("aabbcc", "hex") };
  assert.deepEqual(readPcap(capture), [frame, frame]);
});

test("leaves out a frame that is still being written", () => {
  assert.equal(readPcap(capture.subarray(0, capture.length - 1)).length, 1);
  assert.equal(readPcap(capture.subarray(0, 10)).length, 0);
});

test("random bytes give frames or its own error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withHeader) => {
      const file = withHeader ? Buffer.concat([capture.subarray(0, 24), bytes]) : bytes;
      try {
        readPcap(file);
      } catch (error) {
        assert.ok(error instanceof LabError);
      }
    }),
  );
});
