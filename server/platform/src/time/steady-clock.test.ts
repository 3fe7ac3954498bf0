import assert from "node:assert/strict";
import { test } from "node:test";
import { SteadyClock } from "./steady-clock.ts";

const noonMs = Date.parse("2026-05-01T12:00:00Z");
const hourMs = 3_600_000;

function setUp() {
  const time = { wallMs: noonMs, upMs: 500 };
  const clock = new SteadyClock({ wallMs: () => time.wallMs, upMs: () => time.upMs });
  const steps: number[] = [];
  clock.onStep((byMs) => steps.push(byMs));
  const pass = (ms: number) => {
    time.wallMs += ms;
    time.upMs += ms;
    return clock.nowMs();
  };
  const set = (byMs: number) => {
    clock.nowMs();
    time.wallMs += byMs;
    return clock.nowMs();
  };
  return { clock, steps, pass, set };
}

test("while nobody sets it, it is the wall clock", () => {
  const { clock, steps, pass } = setUp();
  assert.deepEqual([clock.nowMs(), pass(hourMs), clock.asOfNowMs(noonMs)], [noonMs, noonMs + hourMs, noonMs]);
  assert.deepEqual(steps, []);
});

test("set forward by a day, it follows at once, and what was ten minutes ago still is", () => {
  const { clock, steps, pass, set } = setUp();
  pass(600_000);
  assert.equal(set(24 * hourMs), noonMs + 600_000 + 24 * hourMs);
  assert.equal(clock.nowMs() - clock.asOfNowMs(noonMs), 600_000);
  const afterMs = pass(1000);
  assert.equal(clock.asOfNowMs(afterMs), afterMs);
  assert.equal(clock.nowMs() - clock.asOfNowMs(noonMs), 601_000);
  assert.deepEqual(steps, [24 * hourMs]);
});

test("set back by an hour, it never goes back, and an hour takes two until it is caught up", () => {
  const { clock, steps, pass, set } = setUp();
  assert.equal(set(-hourMs), noonMs);
  assert.equal(pass(hourMs), noonMs + hourMs / 2);
  assert.equal(pass(hourMs), noonMs + hourMs);
  assert.equal(pass(hourMs), noonMs + 2 * hourMs);
  assert.deepEqual([steps, clock.asOfNowMs(noonMs)], [[-hourMs], noonMs]);
});

test("what NTP corrects by and by is followed without a word", () => {
  const { clock, steps, set, pass } = setUp();
  assert.equal(set(1500), noonMs + 1500);
  assert.equal(set(-1500), noonMs + 1500);
  pass(10_000);
  assert.deepEqual([steps, clock.nowMs()], [[], noonMs + 10_000]);
});

test("a stamp from the future, of an earlier life with a wrong clock, is as old as this process", () => {
  const { clock, pass } = setUp();
  pass(1000);
  assert.equal(clock.asOfNowMs(noonMs + 365 * 24 * hourMs), noonMs);
});

test("a clock that is set all the time is remembered in bounded memory, and waits stay about right", () => {
  const { clock, pass, set } = setUp();
  for (let at = 0; at < 1000; at += 1) {
    pass(1000);
    set(10_000);
  }
  assert.equal(clock.nowMs() - clock.asOfNowMs(noonMs), 1_000_000);
});
