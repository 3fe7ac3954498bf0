import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeNetascii } from "./netascii.ts";

test("each LF and each CR becomes two bytes, and nothing else changes", () => {
  const bytes = Uint8Array.of(0x00, 0x61, 0x0a, 0x0d, 0x0d, 0x0a, 0xff);
  const encoded = Uint8Array.of(0x00, 0x61, 0x0d, 0x0a, 0x0d, 0x00, 0x0d, 0x00, 0x0d, 0x0a, 0xff);
  assert.deepEqual(encodeNetascii(bytes), encoded);
  assert.deepEqual(encodeNetascii(new Uint8Array()), new Uint8Array());
});
