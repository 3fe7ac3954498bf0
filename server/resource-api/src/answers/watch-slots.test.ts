import assert from "node:assert/strict";
import { test } from "node:test";
import { WatchSlots, watcherOf } from "./watch-slots.ts";

test("a caller that has all gives its oldest to others, until each has its share", () => {
  const slots = new WatchSlots(4);
  const greedy = [1, 2, 3, 4].map(() => slots.take("greedy"));
  assert.throws(() => slots.take("greedy"), { reason: "TooManyRequests" });
  const other = [slots.take("other"), slots.take("other")];
  assert.throws(() => slots.take("other"), { reason: "TooManyRequests" });
  assert.deepEqual(
    [...greedy, ...other].map(({ ended }) => ended.aborted),
    [true, true, false, false, false, false],
  );
});

test("where each has one, nobody's is ended", () => {
  const slots = new WatchSlots(2);
  const [first] = [slots.take("a"), slots.take("b")];
  assert.throws(() => slots.take("c"), { reason: "TooManyRequests" });
  first.release();
  first.release();
  slots.take("c");
  assert.throws(() => slots.take("d"), { reason: "TooManyRequests" });
});

test("programs of one machine are told apart", () => {
  const names = ["kubectl/1.32", "tink/0.1", undefined];
  const watchers = names.map((name) => watcherOf({ ip: "127.0.0.1", headers: { "user-agent": name } }));
  assert.equal(new Set(watchers).size, 3);
});
