// Delays grow, stay under their limit, and differ.

import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffDelayMs, pause } from "./backoff.ts";

const backoff = { baseMs: 500, factor: 1.5, maxMs: 5000 };

test("delays grow by the factor and stop at the limit", () => {
  assert.deepEqual(
    [1, 2, 3, 7, 1e9].map((failures) => Math.round(backoffDelayMs(backoff, failures, 1 - Number.EPSILON))),
    [500, 750, 1125, 5000, 5000],
  );
});

test("chance takes away up to half", () => {
  assert.equal(backoffDelayMs(backoff, 1, 0), 250);
});

test("a pause ends with the signal's reason", async () => {
  const reason = new Error("stopping");
  await assert.rejects(pause(backoff, 1, AbortSignal.abort(reason)), reason);
});
