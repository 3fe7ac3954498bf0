import assert from "node:assert/strict";
import { test } from "node:test";
import { FirstContact } from "./first-contact.ts";

test("dozens of requests in a row are one contact, and one after a pause is the next", () => {
  const first = new FirstContact();
  const at = (nowMs: number) => first.isFirst("default/m1", nowMs);
  assert.deepEqual([at(0), at(50_000), at(100_000), at(160_001)], [true, false, false, true]);
});

test("ten thousand machines that come up at once are each told from their own repeats", () => {
  const first = new FirstContact();
  const round = () =>
    Array.from({ length: 10_000 }, (_, at) => first.isFirst(`default/m${at}`, 0)).filter(Boolean).length;
  assert.deepEqual([round(), round()], [10_000, 0]);
});
