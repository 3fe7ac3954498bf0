import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProgress } from "./progress.ts";

const start = { atMs: 0, writtenBytes: 0, receivedBytes: 0, totalBytes: 400 };

test("the rate is that of the last interval, percent and time left are those of the download", () => {
  const before = { ...start, atMs: 1000, writtenBytes: 50_000_000, receivedBytes: 50 };
  const now = { ...start, atMs: 3000, writtenBytes: 250_000_000, receivedBytes: 100 };
  assert.deepEqual(describeProgress(start, before, now), {
    bytes: 250_000_000,
    megabytesPerSecond: 100,
    percent: 25,
    etaSeconds: 9,
  });
});

test("a server that states no size leaves out percent and time", () => {
  const now = { ...start, atMs: 1000, writtenBytes: 1_000_000, receivedBytes: 10, totalBytes: undefined };
  assert.deepEqual(describeProgress(start, start, now), { bytes: 1_000_000, megabytesPerSecond: 1 });
});

test("before the first byte there is no time left to be told", () => {
  assert.deepEqual(describeProgress(start, start, { ...start, atMs: 1000 }), {
    bytes: 0,
    megabytesPerSecond: 0,
    percent: 0,
  });
});
