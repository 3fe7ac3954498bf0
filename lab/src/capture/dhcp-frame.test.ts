import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readDhcpFrame } from "./dhcp-frame.ts";

test("no frame, however odd, breaks the reader", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (payload) => {
      const udpToServer = Buffer.from(
        "ffffffffffff0200000000010800450000000000000040110000000000000000ffffffff0044004301000000",
        "hex",
      );
      readDhcpFrame(Buffer.concat([udpToServer.subarray(0, 42), payload]));
      readDhcpFrame(payload);
    }),
  );
});

test("finds kind and client behind padding options", () => {
  const frame = Buffer.alloc(42 + 240 + 6);
  Buffer.from("ffffffffffff0200000000010800450000000000000040110000000000000000ffffffff00440043", "hex").copy(frame);
  frame.set([2, 0, 0, 0, 0, 1], 42 + 28);
  frame.writeUInt32BE(0x63825363, 42 + 236);
  frame.set([0, 0, 53, 1, 1, 255], 42 + 240);
  assert.deepEqual(readDhcpFrame(frame), { kind: "discover", mac: "02:00:00:00:00:01" });
});
