// Range headers: those answered by a part, those passed over, those refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseByteRange } from "./byte-range.ts";

test("a range within the file is a part of it", () => {
  assert.deepEqual(parseByteRange("bytes=0-3", 10), { kind: "part", first: 0, last: 3 });
  assert.deepEqual(parseByteRange("bytes=4-", 10), { kind: "part", first: 4, last: 9 });
  assert.deepEqual(parseByteRange("bytes=4-99", 10), { kind: "part", first: 4, last: 9 });
  assert.deepEqual(parseByteRange("bytes=-3", 10), { kind: "part", first: 7, last: 9 });
  assert.deepEqual(parseByteRange("bytes=-99", 10), { kind: "part", first: 0, last: 9 });
});

test("what begins past the end, or asks for nothing, cannot be had", () => {
  for (const header of ["bytes=10-", "bytes=10-12", "bytes=-0"])
    assert.deepEqual(parseByteRange(header, 10), { kind: "unsatisfiable" });
  assert.deepEqual(parseByteRange("bytes=0-", 0), { kind: "unsatisfiable" });
});

test("several ranges, other units and nonsense mean the whole file", () => {
  for (const header of [
    undefined,
    "",
    "bytes=0-1,3-4",
    "lines=0-1",
    "bytes=-",
    "bytes=3-1",
    "bytes=a-b",
    `bytes=0-${"9".repeat(40)}`,
  ])
    assert.deepEqual(parseByteRange(header, 10), { kind: "whole" });
});
