import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startProgress } from "./progress.ts";

function inLog(t: TestContext) {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: 0 });
  const lines: string[] = [];
  const progress = startProgress({
    write: (text) => void lines.push(text),
    isTerminal: false,
    nowMs: () => Date.now(),
  });
  return { progress, lines, pass: (seconds: number) => t.mock.timers.tick(seconds * 1000) };
}

test("in a log each step is a line, and a long one says that it goes on at least every five seconds", (t) => {
  const { progress, lines, pass } = inLog(t);
  progress.step("Installing packages");
  pass(4);
  progress.step("Building");
  for (let second = 0; second < 11; second++) pass(1);
  progress.done();
  pass(60);
  assert.deepEqual(lines, [
    "    0.0 s  Installing packages\n",
    "    4.0 s  Building\n",
    "    9.0 s  still: Building\n",
    "   14.0 s  still: Building\n",
  ]);
});

test("silence means what is waited for, once that is said, and not the last thing that came", (t) => {
  const { progress, lines, pass } = inLog(t);
  progress.waiting("waiting for a login");
  progress.step("An address was given");
  for (let second = 0; second < 5; second++) pass(1);
  progress.done();
  assert.deepEqual(lines, ["    0.0 s  An address was given\n", "    5.0 s  still: waiting for a login\n"]);
});

test("what goes on side by side is named for as long as it does", (t) => {
  const { progress, lines, pass } = inLog(t);
  progress.step("Building both");
  progress.step("hook: compressing", "hook");
  progress.step("image: installing", "image");
  for (let second = 0; second < 5; second++) pass(1);
  progress.ended("hook");
  for (let second = 0; second < 5; second++) pass(1);
  progress.done();
  assert.deepEqual(lines.slice(3), [
    "    5.0 s  still: hook: compressing; image: installing\n",
    "   10.0 s  still: image: installing\n",
  ]);
});
