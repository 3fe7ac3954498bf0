import assert from "node:assert/strict";
import { test } from "node:test";
import { backedOff, firstRoundTrip, measured } from "./round-trip.ts";

test("the first answer is awaited for 200 ms, those after it by how long it took", () => {
  assert.equal(firstRoundTrip.timeoutMs, 200);
  const slow = measured(firstRoundTrip, 400);
  assert.deepEqual(slow, { smoothedMs: 400, variationMs: 200, timeoutMs: 1200 });
  assert.deepEqual(measured(slow, 480), { smoothedMs: 410, variationMs: 170, timeoutMs: 1090 });
});

test("however quick a link is, and however often something is lost, it is 100 ms at least and 4 s at most", () => {
  assert.equal(measured(firstRoundTrip, 0.2).timeoutMs, 100);
  const waits = [200, 400, 800, 1600, 3200, 4000, 4000];
  let trip = firstRoundTrip;
  for (const timeoutMs of waits) {
    assert.equal(trip.timeoutMs, timeoutMs);
    trip = backedOff(trip);
  }
});
