import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { giveHeapRoom } from "./heap-room.ts";

const mib = 2 ** 20;

/** What V8 is told while the heap has so much, one after another. */
function toldAt(...usedMiB: readonly number[]): boolean[] {
  const clock = new ManualClock(0);
  const told: boolean[] = [];
  let used = 0;
  const end = giveHeapRoom({ clock, usedBytes: () => used * mib, saveMemory: (isOn) => told.push(isOn) });
  for (used of usedMiB) clock.advance(100);
  end();
  used = 1000;
  clock.advance(10_000);
  return told;
}

test("saves memory from the start, and says so once", () => {
  assert.deepEqual(toldAt(40, 45, 40), [true]);
});

test("gives room once there is much, before a start with a full store has gone on for long", () => {
  assert.deepEqual(toldAt(40, 90, 300), [true, false]);
});

test("saves again when little is left, and does not change its mind at each collection", () => {
  assert.deepEqual(toldAt(70, 60, 70, 50, 40, 60), [true, false, true]);
});

test("V8 takes the switch while the program runs", async ({ signal }) => {
  const program = `
    const v8 = require("node:v8");
    const kept = [];
    const fill = () => { for (let i = 0; i < 2e6; i++) { kept.push([i]); if (kept.length > 6e4) kept.splice(0, 3e4); } };
    const size = () => v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size;
    v8.setFlagsFromString("--memory-saver-mode"); fill(); const small = size();
    v8.setFlagsFromString("--no-memory-saver-mode"); fill(); console.log(small, size());`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], { signal });
  const [small, large] = stdout.split(" ").map(Number);
  assert.ok(Number(large) >= 2 * Number(small), `${small} bytes, then ${large}`);
});
