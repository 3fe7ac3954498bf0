// Lines out of chunks.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LineSplitter } from "./line-splitter.ts";

function split(...chunks: readonly (string | Buffer)[]): string[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk))), ...splitter.end()];
}

test("a line and a character may be cut anywhere", () => {
  const bytes = Buffer.from("héllo\nwörld");
  assert.deepEqual(split(bytes.subarray(0, 2), bytes.subarray(2, 8), bytes.subarray(8)), ["héllo", "wörld"]);
});

test("\\r\\n is one line end, even when cut between its halves; a lone \\r is one too", () => {
  assert.deepEqual(split("a\r", "\nb\rc\r\n", "\n"), ["a", "b", "c", ""]);
});

test("a line without end comes in pieces", () => {
  assert.deepEqual(
    split("x".repeat(20_000)).map((line) => line.length),
    [8192, 8192, 3616],
  );
});

test("the cuts of the chunks never show", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "ü", "\r", "\n", "€") });
  fc.assert(
    fc.property(text, fc.nat(10), (whole, at) => {
      const bytes = Buffer.from(whole);
      assert.deepEqual(split(bytes.subarray(0, at), bytes.subarray(at)), split(bytes));
    }),
  );
});
