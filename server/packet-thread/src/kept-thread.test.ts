// What is done when a thread dies: how long is waited, what is told, and that a stop ends all of it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { type Death, KeptThread, type Mortal } from "./kept-thread.ts";

let clock: ManualClock;
let told: (Pick<Death, "inRow" | "waitMs"> & { readonly why: string })[];
let lives: number[];
/** Ends the one that runs. */
let end: (error: Error | undefined) => void;
let starts: number;
let refusal: Error | undefined;

beforeEach(() => {
  [clock, told, lives, starts, refusal] = [new ManualClock(0), [], [], 0, undefined];
});

const keep = () =>
  KeptThread.start<Mortal>(
    {
      start: async () => {
        starts++;
        if (refusal !== undefined) throw refusal;
        const ended = Promise.withResolvers<Error | undefined>();
        end = ended.resolve;
        return { ended: ended.promise, stop: async () => ended.resolve(undefined) };
      },
      died: ({ error, inRow, waitMs }) => told.push({ why: error.message, inRow, waitMs }),
      lives: (afterMs) => lives.push(afterMs),
      clock,
    },
    AbortSignal.timeout(10_000),
  );

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

async function die(why: string): Promise<void> {
  end(new Error(why));
  await settled();
}

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await settled();
}

test("each death in a row is waited for twice as long, and one after a good while is a first one", async () => {
  const thread = await keep();
  await die("one");
  await pass(50);
  await die("two");
  assert.equal(thread.running, undefined);
  await pass(100);
  await pass(60_000);
  await die("three");
  assert.deepEqual(told, [
    { why: "one", inRow: 1, waitMs: 50 },
    { why: "two", inRow: 2, waitMs: 100 },
    { why: "three", inRow: 1, waitMs: 50 },
  ]);
  assert.deepEqual(lives, [50, 100]);
  await thread.stop();
});

test("one that cannot be started is tried again for as long as it takes, every ten seconds", async () => {
  const thread = await keep();
  refusal = new Error("no memory");
  await die("one");
  for (let tries = 0; tries < 20; tries++) await pass(10_000);
  assert.deepEqual(told.at(-1), { why: "no memory", inRow: 21, waitMs: 10_000 });
  refusal = undefined;
  await pass(10_000);
  assert.notEqual(thread.running, undefined);
  await thread.stop();
});

test("what is stopped begins no more, also in the middle of a wait", async () => {
  const thread = await keep();
  await die("one");
  await thread.stop();
  await pass(10_000);
  assert.equal(starts, 1);
});

test("what does not start the first time is its caller's to tell", async () => {
  refusal = new Error("the port is taken");
  await assert.rejects(keep(), refusal);
  assert.deepEqual(told, []);
});
