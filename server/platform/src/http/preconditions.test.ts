import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeConditions, type Verdict } from "./preconditions.ts";

const version = { etag: '"b867c0-1a22"', lastModifiedMs: Date.parse("2026-11-30T10:00:00Z") };
const own = "Mon, 30 Nov 2026 10:00:00 GMT";
const before = "Mon, 30 Nov 2026 09:59:59 GMT";

for (const [name, headers, verdict] of [
  ["nothing asked", {}, "send"],
  ["its own tag", { "if-none-match": '"b867c0-1a22"' }, "not-modified"],
  ["its tag as a proxy that compresses made it", { "if-none-match": 'W/"b867c0-1a22"' }, "not-modified"],
  ["a list with it", { "if-none-match": '"a", W/"b,c" ,"b867c0-1a22"' }, "not-modified"],
  ["any tag", { "if-none-match": "*" }, "not-modified"],
  ["another tag", { "if-none-match": '"b867c0"' }, "send"],
  ["its own date, as wget and curl send it", { "if-modified-since": own }, "not-modified"],
  ["its own date in asctime's form", { "if-modified-since": "Mon Nov 30 10:00:00 2026" }, "not-modified"],
  ["a date before", { "if-modified-since": before }, "send"],
  ["no date", { "if-modified-since": "yesterday" }, "send"],
  ["another tag with its own date: the tag counts", { "if-none-match": '"x"', "if-modified-since": own }, "send"],
  ["only this tag", { "if-match": '"x", "b867c0-1a22"' }, "send"],
  ["only this tag, weak, which is not sure enough", { "if-match": 'W/"b867c0-1a22"' }, "failed"],
  ["only another tag", { "if-match": '"x"' }, "failed"],
  ["only unless it changed, and it did", { "if-unmodified-since": before }, "failed"],
  ["only unless it changed, and it did not", { "if-unmodified-since": own }, "send"],
] satisfies [string, object, Verdict][])
  test(`${name}: ${verdict}`, () => assert.equal(judgeConditions(headers, version), verdict));

test("what has no version is always sent", () => {
  const unknown = { etag: undefined, lastModifiedMs: undefined };
  assert.equal(judgeConditions({ "if-none-match": '"x"', "if-modified-since": own }, unknown), "send");
});
