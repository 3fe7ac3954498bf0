import assert from "node:assert/strict";
import { test } from "node:test";
import { type PolledWatch, polledWatch } from "./polled-watch.ts";
import type { WatchEvent } from "./resource-store.ts";

const bookmark = (resourceVersion: string): WatchEvent => ({ type: "bookmark", resourceVersion });
const news = (watch: PolledWatch) => new Promise<void>((resolve) => watch.onNews(resolve));

async function allOf(watch: PolledWatch): Promise<(WatchEvent | undefined)[]> {
  const taken: (WatchEvent | undefined)[] = [];
  while (!watch.isOver) {
    await news(watch);
    taken.push(watch.take());
  }
  return taken;
}

test("a watch of any store is read event by event, to its end", async () => {
  async function* events() {
    yield bookmark("1");
    await new Promise(setImmediate);
    yield bookmark("2");
  }
  const watch = polledWatch(events(), new AbortController().signal);
  assert.deepEqual(await allOf(watch), [bookmark("1"), bookmark("2"), undefined]);
});

test("what a watch fails with is thrown once, after all that came before", async () => {
  async function* events() {
    yield bookmark("1");
    throw new Error("gone");
  }
  const watch = polledWatch(events(), new AbortController().signal);
  await news(watch);
  assert.deepEqual(watch.take(), bookmark("1"));
  await news(watch);
  assert.throws(() => watch.take(), /gone/);
  assert.deepEqual([watch.isOver, watch.take()], [true, undefined]);
});

test("its signal ends a watch that waits, and what makes the events", async () => {
  const stop = new AbortController();
  let isEnded = false;
  async function* events(): AsyncGenerator<WatchEvent> {
    try {
      for (let version = 1; !stop.signal.aborted; version++) yield bookmark(String(version));
    } finally {
      isEnded = true;
    }
  }
  const watch = polledWatch(events(), stop.signal);
  await news(watch);
  stop.abort();
  await news(watch);
  assert.ok(watch.isOver);
  await new Promise(setImmediate);
  assert.ok(isEnded);
});

test("a watch that is over before it begins has nothing", () => {
  async function* events() {
    yield bookmark("1");
  }
  const watch = polledWatch(events(), AbortSignal.abort());
  assert.deepEqual([watch.isOver, watch.take()], [true, undefined]);
});
