import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { News, pause } from "./pause.ts";

const never = new AbortController().signal;

test("a pause ends after its time", async () => {
  const clock = new ManualClock(0);
  let isOver = false;
  const paused = pause(clock, 100, never).then(() => {
    isOver = true;
  });
  clock.advance(99);
  await Promise.resolve();
  assert.equal(isOver, false);
  clock.advance(1);
  await paused;
});

test("a pause ends with its signal and leaves neither timer nor listener", async () => {
  const clock = new ManualClock(0);
  const controller = new AbortController();
  const paused = pause(clock, 100, controller.signal);
  controller.abort();
  await paused;
  await pause(clock, 100, controller.signal);
  assert.equal(clock.pending, 0);
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
});

test("news that came before the wait ends it at once, and ends one wait", async () => {
  const clock = new ManualClock(0);
  const news = new News();
  news.tell();
  news.tell();
  assert.equal(await news.wait(clock, 100, never), "news");
  const second = news.wait(clock, 100, never);
  clock.advance(100);
  assert.equal(await second, "timeout");
});

test("news ends a wait that runs, and its timer with it", async () => {
  const clock = new ManualClock(0);
  const news = new News();
  const wait = news.wait(clock, 100, never);
  news.tell();
  assert.equal(await wait, "news");
  assert.equal(clock.pending, 0);
});

test("news told while a wait runs out is there for the next", async () => {
  const clock = new ManualClock(0);
  const news = new News();
  const wait = news.wait(clock, 100, never);
  clock.advance(100);
  news.tell();
  assert.equal(await wait, "timeout");
  assert.equal(await news.wait(clock, 100, never), "news");
});

test("forgotten news ends nothing", async () => {
  const clock = new ManualClock(0);
  const news = new News();
  news.tell();
  news.forget();
  const wait = news.wait(clock, 100, never);
  clock.advance(100);
  assert.equal(await wait, "timeout");
});

test("a wait without a limit arms no timer", async () => {
  const clock = new ManualClock(0);
  const news = new News();
  const wait = news.wait(clock, Number.POSITIVE_INFINITY, never);
  assert.equal(clock.pending, 0);
  news.tell();
  assert.equal(await wait, "news");
});
