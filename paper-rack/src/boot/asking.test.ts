import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { TimerHeap } from "@neverland/platform/time/timer-heap.ts";
import { Asking } from "./asking.ts";
import type { BootError } from "./boot-error.ts";

describe("a question that is asked again", () => {
  let nowMs: number;
  let clock: TimerHeap;
  let asking: Asking;
  let asked: string[];
  let repeats: number;
  let silent: readonly BootError[];
  beforeEach(() => {
    [nowMs, asked, repeats, silent] = [0, [], 0, []];
    clock = new TimerHeap(() => nowMs);
    asking = new Asking({
      clock,
      repeated: () => {
        repeats += 1;
      },
      silent: (error) => {
        silent = [error];
      },
    });
  });

  const ask = (what: string) => asking.ask(what, () => asked.push(what));
  const pass = (ms: number): number => {
    nowMs += ms;
    clock.run(9);
    return asked.length;
  };

  test("is asked after one, two and four seconds more", () => {
    ask("one");
    assert.deepEqual([0, 1000, 1999, 1, 3999, 1].map(pass), [1, 2, 2, 3, 3, 4]);
    assert.deepEqual([repeats, silent], [3, []]);
  });

  test("is given up eight seconds after the last time", () => {
    ask("one");
    for (const ms of [1000, 2000, 4000, 7999]) pass(ms);
    assert.deepEqual(silent, []);
    pass(1);
    const said = silent.map(({ code, message }) => [code, message]);
    assert.deepEqual(said, [["gone-silent", "no answer to one, asked 4 times"]]);
  });

  test("has its own patience, whatever was left of that of the one before", () => {
    ask("one");
    for (const ms of [1000, 2000, 4000]) pass(ms);
    ask("two");
    assert.deepEqual([pass(999), pass(1)], [5, 6]);
    assert.equal(asked.at(-1), "two");
  });

  test("is asked no more once its machine is over", () => {
    ask("one");
    asking.end();
    assert.equal(pass(20_000), 1);
    assert.equal(clock.size, 0);
  });
});
