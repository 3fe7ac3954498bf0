import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { Turns } from "../wait/turns.ts";
import { MessageWaits } from "./message-waits.ts";

const inTime = { timeout: 20_000 };

test(
  "thousands that are overdue at once are told in slices, with the loop going round, and none that has come meanwhile",
  inTime,
  async () => {
    const clock = new ManualClock(0);
    const turns = new Turns();
    const waits = new MessageWaits(clock, turns);
    const done: string[] = [];
    const over = Promise.withResolvers<void>();
    const owing = Array.from({ length: 6 }, () => ({
      dueMs: 500,
      overdue: () => {
        // Takes long, as thousands do.
        for (const untilMs = performance.now() + 5; performance.now() < untilMs; );
        done.push("told");
        // Comes while it waits for its turn.
        const last = owing.at(-1);
        if (last !== undefined) waits.end(last);
      },
    }));
    for (const one of owing) waits.begin(one);
    clock.advance(1000);
    const round = (): void => {
      done.push("loop");
      if (turns.isBusy) setImmediate(round);
      else over.resolve();
    };
    setImmediate(round);
    await over.promise;
    assert.match(done.join(" "), /^(loop )*(told (loop )+){4}told( loop)*$/);
    assert.equal(clock.pending, 0, "nobody owes anything");
  },
);

test("one whose turn takes longer than a look is told once", inTime, async () => {
  const clock = new ManualClock(0);
  const turns = new Turns();
  const waits = new MessageWaits(clock, turns);
  const told: string[] = [];
  waits.begin({ dueMs: 500, overdue: () => void told.push("told") });
  clock.advance(5000);
  await turns.next();
  assert.deepEqual([told, clock.pending], [["told"], 0]);
});
