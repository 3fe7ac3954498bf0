import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { RegularWork } from "./regular-work.ts";

function setUp() {
  const clock = new ManualClock(0);
  const ends: PromiseWithResolvers<void>[] = [];
  const errors: string[] = [];
  const work = async (): Promise<void> => {
    const end = Promise.withResolvers<void>();
    ends.push(end);
    await end.promise;
  };
  const onError = ({ doing, error }: { doing: string; error: unknown }) => void errors.push(`${doing}: ${error}`);
  return { clock, ends, errors, regular: new RegularWork({ clock, everyMs: 1000, doing: "tidying", work, onError }) };
}

const turn = async (): Promise<void> => {
  await new Promise(setImmediate);
};

test("work that takes long is not begun twice, and done once more when it fell due meanwhile", async () => {
  const { clock, ends, regular } = setUp();
  regular.start();
  clock.advance(5000);
  assert.equal(ends.length, 1);
  ends[0]?.resolve();
  await turn();
  assert.equal(ends.length, 2);
  ends[1]?.resolve();
  await turn();
  assert.equal(ends.length, 2);
});

test("work that fails is told of and done again", async () => {
  const { clock, ends, errors, regular } = setUp();
  regular.start();
  clock.advance(1000);
  ends[0]?.reject(new Error("disk full"));
  await turn();
  clock.advance(1000);
  assert.deepEqual([ends.length, errors], [2, ["tidying: Error: disk full"]]);
});

test("a stop waits for what is under way and begins nothing more", async () => {
  const { clock, ends, regular } = setUp();
  regular.start();
  clock.advance(3000);
  const stopped = regular.stop();
  ends[0]?.resolve();
  await stopped;
  clock.advance(3000);
  await turn();
  assert.deepEqual([ends.length, clock.pending], [1, 0]);
});
