import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { defaultControllerLimits, type Outcome } from "./controller.ts";
import { WorkQueue, type WorkQueueLimits } from "./work-queue.ts";

function setUp(
  run: (key: string, signal: AbortSignal) => Promise<Outcome>,
  limits: Partial<WorkQueueLimits> = {},
  groupOf?: (key: string) => string,
) {
  const clock = new ManualClock(0);
  const failures: { key: string; attempt: number; retryInMs: number | undefined }[] = [];
  const queue = new WorkQueue(
    {
      clock,
      random: () => 0.5,
      run,
      onError: ({ key, attempt, retryInMs }) => failures.push({ key, attempt, retryInMs }),
      ...(groupOf === undefined ? {} : { groupOf }),
    },
    { ...defaultControllerLimits, ...limits },
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

test("a stop ends at its deadline beside a run that does not look at its signal, and names it", async () => {
  const stuck = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { queue, failures } = setUp(async (key) => {
    if (key !== "stuck") return {};
    begun.resolve();
    await stuck.promise;
    return {};
  });
  queue.add("quick");
  queue.add("stuck");
  await begun.promise;
  const deadline = new AbortController();
  const stopped = queue.stop(deadline.signal);
  await turn();
  assert.deepEqual(failures, []);
  deadline.abort();
  await stopped;
  assert.deepEqual(failures, [{ key: "stuck", attempt: 0, retryInMs: undefined }]);
  stuck.resolve();
  await queue.idle();
  assert.equal(failures.length, 1);
});

test("keys of a slow group leave the slots of the others alone", async () => {
  const hung = Promise.withResolvers<void>();
  const done: string[] = [];
  const { queue } = setUp(
    async (key) => {
      if (key.startsWith("slow")) await hung.promise;
      done.push(key);
      return {};
    },
    { concurrency: 2, concurrencyPerGroup: 1 },
    (key) => key.split("/")[0] ?? "",
  );
  for (const key of ["slow/1", "slow/2", "slow/3", "quick/1", "quick/2"]) queue.add(key);
  while (done.length < 2) await turn();
  assert.deepEqual(done, ["quick/1", "quick/2"]);
  hung.resolve();
  await queue.idle();
  assert.deepEqual(done, ["quick/1", "quick/2", "slow/1", "slow/2", "slow/3"]);
});

test("a group with many keys and a group with one have turns alike", async () => {
  const done: string[] = [];
  const { queue } = setUp(
    async (key) => {
      done.push(key);
      return {};
    },
    { concurrency: 1 },
    (key) => key.split("/")[0] ?? "",
  );
  for (let at = 0; at < 100; at += 1) queue.add(`many/${at}`);
  queue.add("few/0");
  await queue.idle();
  assert.ok(done.indexOf("few/0") <= 2, `few/0 came as number ${done.indexOf("few/0")}`);
});

test("10,000 keys that are ready at once leave the event loop its turns, and none is lost", async () => {
  const seen = new Set<string>();
  const { queue } = setUp(async (key) => {
    seen.add(key);
    return {};
  });
  for (let at = 0; at < 10_000; at += 1) queue.add(`key-${at}`);
  let turns = 0;
  while (seen.size < 10_000) {
    await turn();
    turns += 1;
  }
  // As many runs as fit in a slice.
  assert.ok(turns >= 2, `${turns} turns`);
});

test("runs that each take their time do not share a turn of the event loop", async () => {
  let [runs, most, before] = [0, 0, 0];
  const { queue } = setUp(
    async () => {
      for (const untilMs = performance.now() + 3; performance.now() < untilMs; ) await Promise.resolve();
      runs += 1;
      return {};
    },
    { concurrency: 32 },
  );
  for (let at = 0; at < 64; at += 1) queue.add(`key-${at}`);
  while (runs < 64) {
    await turn();
    most = Math.max(most, runs - before);
    before = runs;
  }
  assert.ok(most <= 4, `${most} runs in one turn`);
});

test("a run that takes too long is told to give up and is tried again", async () => {
  let runs = 0;
  const { queue, clock, failures } = setUp(
    async (_, signal) => {
      runs += 1;
      if (runs > 1) return {};
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      return {};
    },
    { runTimeoutMs: 1000, firstRetryMs: 100 },
  );
  queue.add("a");
  await turn();
  clock.advance(1000);
  await queue.idle();
  clock.advance(100);
  await queue.idle();
  assert.deepEqual([runs, failures.length], [2, 1]);
});

test("a run that does not look at its signal is told of once, holds up nobody else, and its key is not run beside it", async () => {
  const stuck = Promise.withResolvers<void>();
  const runs: string[] = [];
  const { queue, clock, failures } = setUp(
    async (key) => {
      runs.push(key);
      if (runs.length === 1) await stuck.promise;
      return {};
    },
    { concurrency: 1, runTimeoutMs: 1000, firstRetryMs: 100 },
  );
  queue.add("a");
  queue.add("b");
  await turn();
  clock.advance(1000);
  await turn();
  assert.deepEqual([runs, failures], [["a", "b"], [{ key: "a", attempt: 1, retryInMs: 75 }]]);
  clock.advance(10_000);
  await turn();
  assert.deepEqual(runs, ["a", "b"]);
  stuck.resolve();
  await queue.idle();
  assert.deepEqual([runs, failures.length], [["a", "b", "a"], 1]);
});

test("a run that does not look at its signal keeps its place in its group", async () => {
  const stuck = Promise.withResolvers<void>();
  const runs: string[] = [];
  const { queue, clock } = setUp(
    async (key) => {
      runs.push(key);
      if (runs.length === 1) await stuck.promise;
      return {};
    },
    { concurrency: 1, concurrencyPerGroup: 1, runTimeoutMs: 1000 },
    (key) => key.charAt(0),
  );
  for (const key of ["a1", "a2", "b1", "b2"]) queue.add(key);
  await turn();
  clock.advance(1000);
  for (let at = 0; at < 8; at += 1) await turn();
  assert.deepEqual(runs, ["a1", "b1", "b2"]);
  stuck.resolve();
  await queue.idle();
  assert.deepEqual(runs.slice(3), ["a2"]);
});

test("a request that comes as a run ends is not lost", async () => {
  let runs = 0;
  const { queue } = setUp(async (key) => {
    runs += 1;
    // After the run has returned, in whichever microtask the queue then is.
    if (runs <= 50) void nextMicrotasks(runs).then(() => queue.add(key));
    return {};
  });
  queue.add("a");
  while (runs < 51) await turn();
  await queue.idle();
  assert.equal(runs, 51);
});

async function nextMicrotasks(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await Promise.resolve();
}
