// Log lines whose reader stands still, goes away, or comes back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Taken } from "./log-output.ts";
import { LogQueue } from "./log-queue.ts";

/** An output that takes what it is told to. */
function outputOf(take: (bytes: Uint8Array) => Taken) {
  let text = "";
  const write = (bytes: Uint8Array): Taken => {
    const taken = take(bytes);
    if (taken !== "full") text += Buffer.from(bytes.subarray(0, taken)).toString();
    return taken;
  };
  return { output: { write, writeNow: write }, text: () => text };
}

function queueOf(output: ReturnType<typeof outputOf>["output"], mostBytes = 1000): LogQueue {
  return new LogQueue({ output, mostBytes, retryMs: 1, droppedLine: (count) => `dropped ${count}\n` });
}

/** Until `condition` holds, or for 5 s. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(5000);
  while (!condition()) await turn(undefined, { signal: deadline });
}

test("lines go out in their order, also when an output takes them bit by bit", async () => {
  const { output, text } = outputOf((bytes) => Math.min(3, bytes.length));
  const queue = queueOf(output);
  queue.write("one\n");
  queue.write("two\n");
  await until(() => text() === "one\ntwo\n");
});

test("lines of one moment are written together, whichever turns of the loop they come in", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] }); // a loaded machine's turn may outlast the moment
  const writes: number[] = [];
  const { output, text } = outputOf((bytes) => {
    writes.push(bytes.length);
    return bytes.length;
  });
  const queue = queueOf(output);
  queue.write("one\n");
  await turn();
  queue.write("two\n");
  assert.deepEqual(writes, []);
  context.mock.timers.tick(10);
  await until(() => text() === "one\ntwo\n");
  assert.deepEqual(writes, [8]);
});

test("what a reader that stands still leaves no room for is dropped, and said once it reads again", async () => {
  let isReading = false;
  let attempts = 0;
  const { output, text } = outputOf((bytes) => {
    attempts += 1;
    return isReading ? bytes.length : "full";
  });
  const queue = queueOf(output, 8);
  for (const line of ["one\n", "two\n", "three\n", "four\n"]) queue.write(line);
  await until(() => attempts > 0);
  assert.equal(text(), "");
  isReading = true;
  await until(() => text() === "one\ntwo\ndropped 2\n");
  queue.write("five\n");
  await until(() => text().endsWith("five\n"));
});

test("a refusal costs the lines that were to be written, and no more", async () => {
  let isFull = true;
  let refusals = 0;
  const { output, text } = outputOf((bytes) => {
    if (!isFull) return bytes.length;
    refusals += 1;
    throw new Error("ENOSPC");
  });
  const queue = queueOf(output);
  queue.write("one\n");
  queue.write("two\n");
  await until(() => refusals === 1);
  isFull = false;
  queue.write("three\n");
  await until(() => text() === "three\ndropped 2\n");
});

test("at the end what can go out does", () => {
  const { output, text } = outputOf((bytes) => bytes.length);
  const queue = queueOf(output);
  queue.write("last words\n");
  queue.flush();
  assert.equal(text(), "last words\n");
});
