import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "./backoff.ts";

test("doubles up to its limit and begins anew after a success", () => {
  const backoff = new Backoff({ firstMs: 50, longestMs: 300 });
  assert.deepEqual([backoff.nextMs(), backoff.nextMs(), backoff.nextMs(), backoff.nextMs()], [50, 100, 200, 300]);
  assert.equal(backoff.failures, 4);
  backoff.reset();
  assert.deepEqual([backoff.failures, backoff.nextMs()], [0, 50]);
});

test("is spread over the upper half", () => {
  const limits = { firstMs: 100, longestMs: 1000 };
  assert.equal(new Backoff(limits, () => 0).nextMs(), 50);
  assert.equal(new Backoff(limits, () => 0.5).nextMs(), 75);
});

test("stays at its limit after any number of failures", () => {
  const backoff = new Backoff({ firstMs: 1, longestMs: 60_000 });
  for (let tries = 0; tries < 5000; tries += 1) backoff.nextMs();
  assert.equal(backoff.nextMs(), 60_000);
});
