import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { AgentWaiters } from "./agent-waiters.ts";

const stays = { onGone: () => () => {} };

test("what changes between a look and the wait for it is not missed, and is told once", async () => {
  const clock = new ManualClock(0);
  const waiters = new AgentWaiters();
  const waiter = waiters.enter("one");
  waiter.look();
  waiters.wake("ONE");
  assert.equal(await waiter.next(clock, 100, stays), "changed");
  waiter.look();
  const again = waiter.next(clock, 100, stays);
  clock.advance(100);
  assert.equal(await again, "timeout");
});

test("an end outlasts a change, and a look does not forget it", async () => {
  const waiters = new AgentWaiters();
  const waiter = waiters.enter("one");
  waiters.close();
  waiters.wake("one");
  waiter.look();
  assert.equal(await waiter.next(new ManualClock(0), 100, stays), "closing");
});

test("the newest visit ends the one before it, and its leaving does not end the newest", async () => {
  const waiters = new AgentWaiters();
  const [before, newest] = [waiters.enter("one"), waiters.enter("One")];
  assert.equal(await before.next(new ManualClock(0), 100, stays), "replaced");
  waiters.leave(before);
  assert.equal(waiters.has("one"), true);
  waiters.leave(newest);
  assert.equal(waiters.size, 0);
});

test("a wait that has ended leaves no timer and nobody to be told", async () => {
  const clock = new ManualClock(0);
  const waiters = new AgentWaiters();
  let listeners = 0;
  const caller = {
    onGone: () => {
      listeners += 1;
      return () => {
        listeners -= 1;
      };
    },
  };
  const waiting = waiters.enter("one").next(clock, 100, caller);
  assert.deepEqual([clock.pending, listeners], [1, 1]);
  waiters.wake("one");
  assert.equal(await waiting, "changed");
  assert.deepEqual([clock.pending, listeners], [0, 0]);
});
