import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { WatchSlots, watcherOf } from "./watch-slots.ts";

const quiet = { clock: new ManualClock(0), warn: () => undefined };

test("a caller that has all gives its oldest to others, until each has its share", () => {
  const slots = new WatchSlots(4, quiet);
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
  const slots = new WatchSlots(2, quiet);
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

test("who lost one to whom is said, at most once a minute, with how many there were", () => {
  const clock = new ManualClock(0);
  const said: string[] = [];
  const slots = new WatchSlots(8, { clock, warn: (message) => void said.push(message) });
  for (let n = 0; n < 8; n++) slots.take("greedy");
  slots.take("other");
  slots.take("other");
  assert.equal(said.length, 1);
  assert.match(
    said[0] ?? "",
    /^All 8 watches .* oldest of "greedy" was ended so that "other" has one \(1 was ended so /,
  );
  clock.advance(60_000);
  slots.take("third");
  assert.match(said[1] ?? "", /that "third" has one \(2 were ended so /);
  assert.equal(said.length, 2);
});
