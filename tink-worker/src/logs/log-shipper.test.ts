// Lines reach the server once, in order, and never pile up without limit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { LogLine } from "./log-line.ts";
import { type BatchResult, LogShipper } from "./log-shipper.ts";

const line = (sequence: number): LogLine => ({ timeMs: 0, stream: "stdout", text: `l${sequence}`, sequence });

function shipper(results: readonly BatchResult[] = []): { ship: LogShipper; batches: number[][]; dropped: number[] } {
  const batches: number[][] = [];
  const dropped: number[] = [];
  const ship = new LogShipper({
    send: async ({ lines, droppedLines }) => {
      batches.push(lines.map(({ sequence }) => sequence));
      dropped.push(droppedLines);
      return results[batches.length - 1] ?? "kept";
    },
    pause: async () => void (await turn()),
  });
  return { ship, batches, dropped };
}

test("lines that were pushed together go together", async (t) => {
  const { ship, batches } = shipper();
  for (const sequence of [1, 2, 3]) ship.push(line(sequence));
  await ship.end(t.signal);
  assert.deepEqual(batches, [[1, 2, 3]]);
});

test("a failed batch is sent again", async (t) => {
  const { ship, batches } = shipper(["failed", "failed", "kept"]);
  ship.push(line(1));
  await ship.end(t.signal);
  assert.deepEqual(batches, [[1], [1], [1]]);
});

test("a server without the service is not asked again", async (t) => {
  const { ship, batches } = shipper(["unsupported"]);
  ship.push(line(1));
  await turn();
  await turn();
  await turn();
  ship.push(line(2));
  await ship.end(t.signal);
  assert.deepEqual(batches, [[1]]);
});

test("over the limit the oldest lines go, and their number is told", async (t) => {
  const { ship, batches, dropped } = shipper();
  for (let sequence = 1; sequence <= 4007; sequence++) ship.push(line(sequence));
  await ship.end(t.signal);
  assert.equal(batches[0]?.[0], 8);
  assert.equal(dropped[0], 7);
  assert.equal(batches.flat().length, 4000);
});

test("the end gives up at its deadline though the server never answers", async () => {
  const ship = new LogShipper({
    send: (_batch, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve("failed"), { once: true })),
    pause: async () => {},
  });
  ship.push(line(1));
  await turn();
  await ship.end(AbortSignal.abort());
  assert.equal(ship.droppedLines, 0);
});

test("of a pull's progress only the newest is sent", async (t) => {
  const sent: unknown[] = [];
  const ship = new LogShipper({
    send: async ({ lines, progress }) => {
      sent.push([lines.length, progress?.doneBytes]);
      return "kept";
    },
    pause: async () => void (await turn()),
  });
  for (const doneBytes of [1, 2, 3]) ship.progress({ doneBytes, totalBytes: 3 });
  await ship.end(t.signal);
  assert.deepEqual(sent, [[0, 3]]);
});
