// Range headers: those answered by a part, those passed over, those refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseByteRange } from "./byte-range.ts";

for (const [header, expected] of [
  [undefined, "whole"],
  ["", "whole"],
  ["bytes=0-0", { first: 0, last: 0 }],
  ["bytes=0-3", { first: 0, last: 3 }],
  ["bytes=5-", { first: 5, last: 9 }],
  ["bytes=2-100", { first: 2, last: 9 }],
  ["bytes=-3", { first: 7, last: 9 }],
  ["bytes=-30", { first: 0, last: 9 }],
  [" bytes= 1-2 ", { first: 1, last: 2 }],
  ["Bytes=1-2", { first: 1, last: 2 }],
  ["bytes=10-", "unsatisfiable"],
  ["bytes=10-12", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=4-2", "whole"],
  ["bytes=0-1,4-5", "whole"],
  ["bytes=-", "whole"],
  ["bytes=a-b", "whole"],
  [`bytes=0-${"9".repeat(40)}`, "whole"],
  ["lines=1-2", "whole"],
] as const)
  test(`of 10 bytes, ${header === undefined ? "no Range header" : `"${header}"`} asks for ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(parseByteRange(header, 10), expected);
  });

for (const header of ["bytes=0-", "bytes=-1"])
  test(`of an empty file, ${header} asks for all there is`, () => {
    assert.equal(parseByteRange(header, 0), "whole");
  });

test("whatever the header says, a range lies within the content", () => {
  const numbers = fc.oneof(fc.constant(""), fc.nat(50).map(String), fc.string());
  fc.assert(
    fc.property(numbers, numbers, fc.nat(20), (from, to, sizeBytes) => {
      const range = parseByteRange(`bytes=${from}-${to}`, sizeBytes);
      return typeof range === "string" || (0 <= range.first && range.first <= range.last && range.last < sizeBytes);
    }),
  );
});
