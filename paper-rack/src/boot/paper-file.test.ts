import assert from "node:assert/strict";
import { test } from "node:test";
import { paperFile } from "./paper-file.ts";

const blockBytes = 1468;

test("no block of a file can be taken for its neighbour, or for the one a piece further on", () => {
  const file = paperFile(3 << 20);
  const block = (at: number) => file.subarray(at, at + blockBytes);
  for (let at = 0; at + 2 * blockBytes < file.length; at += blockBytes)
    assert.ok(!block(at).equals(block(at + blockBytes)), `at ${at}`);
  assert.ok(!block(0).equals(block(1 << 20)));
});

test("the same length is the same file", () => {
  assert.ok(paperFile(200_000).equals(paperFile(200_000)));
});
