import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TimerHeap } from "./timer-heap.ts";

test("calls back what is due in its order and nothing that was given up, however they were mixed", () => {
  const timer = fc.record({ delayMs: fc.nat(50), isGivenUp: fc.boolean() });
  fc.assert(
    fc.property(fc.array(timer, { maxLength: 200 }), (wanted) => {
      let nowMs = 0;
      const heap = new TimerHeap(() => nowMs);
      const called: number[] = [];
      const stops = wanted.map(({ delayMs }) => heap.after(delayMs, () => called.push(delayMs)));
      wanted.forEach(({ isGivenUp }, at) => {
        if (isGivenUp) stops[at]?.();
      });
      const expected = wanted.filter(({ isGivenUp }) => !isGivenUp).map(({ delayMs }) => delayMs);
      for (; nowMs <= 50; nowMs++) {
        heap.run(1000);
        assert.equal(heap.size, expected.filter((delayMs) => delayMs > nowMs).length);
      }
      assert.deepEqual(
        called,
        expected.toSorted((a, b) => a - b),
      );
    }),
  );
});

test("does so much at once, and says when there is more", () => {
  let nowMs = 1000;
  const heap = new TimerHeap(() => nowMs);
  let called = 0;
  assert.equal(heap.run(9), Number.POSITIVE_INFINITY);
  for (const delayMs of [0, 0, -5, 30]) heap.after(delayMs, () => called++);
  assert.equal(heap.run(2), 0);
  assert.equal(called, 2);
  assert.equal(heap.run(2), 30);
  nowMs += 31;
  assert.equal(heap.run(2), Number.POSITIVE_INFINITY);
  assert.equal(called, 4);
});

test("what is given up after it was called back takes nobody else away", () => {
  const heap = new TimerHeap(() => 0);
  let called = 0;
  const stop = heap.after(0, () => called++);
  heap.run(1);
  heap.after(0, () => called++);
  stop();
  heap.run(1);
  assert.equal(called, 2);
});
