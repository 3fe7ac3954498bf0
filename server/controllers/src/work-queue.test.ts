import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { type Outcome, WorkQueue, type WorkQueueOptions } from "./work-queue.ts";

function setUp(run: (key: string, signal: AbortSignal) => Promise<Outcome>, options: Partial<WorkQueueOptions> = {}) {
  const clock = new ManualClock(0);
  const failures: { key: string; attempt: number; retryInMs: number }[] = [];
  const queue = new WorkQueue(
    {
      clock,
      random: () => 0.5,
      run,
      onError: ({ key, attempt, retryInMs }) => failures.push({ key, attempt, retryInMs }),
    },
    options,
  );
  return { clock, queue, failures };
}

test("requests for a key that runs are merged into one more run", async () => {
  let runs = 0;
  const first = Promise.withResolvers<void>();
  const { queue } = setUp(async () => {
    runs += 1;
    await first.promise;
    return {};
  });
  queue.add("a");
  await turn();
  queue.add("a");
  queue.add("a");
  first.resolve();
  await queue.idle();
  assert.equal(runs, 2);
});

test("no key runs twice at a time, and no more keys than allowed", async () => {
  let running = 0;
  const seen: number[] = [];
  const { queue } = setUp(
    async () => {
      running += 1;
      seen.push(running);
      await turn();
      running -= 1;
      return {};
    },
    { concurrency: 2 },
  );
  for (const key of ["a", "b", "c", "d", "a"]) queue.add(key);
  await queue.idle();
  assert.equal(seen.length, 5);
  assert.equal(Math.max(...seen), 2);
});

test("a key is run again at the time it asked for", async () => {
  let runs = 0;
  const { queue, clock } = setUp(async () => {
    runs += 1;
    return runs === 1 ? { wakeAtMs: 500 } : {};
  });
  queue.add("a");
  await queue.idle();
  clock.advance(499);
  await queue.idle();
  assert.equal(runs, 1);
  clock.advance(1);
  await queue.idle();
  assert.equal(runs, 2);
});

test("failures are tried again after ever longer waits", async () => {
  const { queue, clock, failures } = setUp(
    async () => {
      throw new Error("no");
    },
    { firstRetryMs: 100, longestRetryMs: 300 },
  );
  queue.add("a");
  await queue.idle();
  for (const waitMs of [75, 150, 225]) {
    clock.advance(waitMs);
    await queue.idle();
  }
  assert.deepEqual(
    failures.map(({ retryInMs }) => retryInMs),
    [75, 150, 225, 225],
  );
});

test("after a stop nothing runs, and what ran was told to give up at the deadline", async () => {
  let gaveUp = false;
  const { queue, clock } = setUp(async (_, signal) => {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    gaveUp = true;
    return { wakeAtMs: 10 };
  });
  queue.add("a");
  await turn();
  await queue.stop(AbortSignal.abort());
  queue.add("b");
  assert.equal(gaveUp, true);
  assert.equal(clock.pending, 0);
});
