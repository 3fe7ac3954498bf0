// Ten thousand machines: what a view weighs, and that making and changing them lets the event loop go on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { collect } from "@neverland/packet-thread/testing/collect.ts";
import { StallWatch } from "@neverland/store/testing/stall-watch.ts";
import { gatherAfter } from "./machine-views.ts";
import { pending, ViewBench } from "./testing/view-bench.ts";

const machines = 10_000;
/** The goal is 20 ms; Node itself collects memory in between, on a busy machine. */
const longestStallMs = 60;

test("ten thousand machines are shown without a stall, for little memory each", { timeout: 120_000 }, async (t) => {
  await using bench = new ViewBench();
  const macOf = (n: number) =>
    `52:54:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 255).toString(16).padStart(2, "0")}`;
  for (let from = 0; from < machines; from += 500)
    await Promise.all(
      Array.from({ length: 500 }, async (_, at) => {
        const n = from + at;
        const address = `10.1.${n >> 8}.${n & 255}`;
        await bench.hardware(`m${n}`, macOf(n), { interfaces: [{ dhcp: { mac: macOf(n), ip: { address } } }] });
        await bench.workflow(`w${n}`, `m${n}`, pending(macOf(n)));
      }),
    );
  collect();
  const beforeBytes = process.memoryUsage().heapUsed;
  const watch = new StallWatch();
  const beganMs = process.cpuUsage().user / 1000;
  await bench.start();
  const startedMs = process.cpuUsage().user / 1000;
  const startStallMs = watch.longestMs();
  assert.equal((await bench.names()).length, machines);
  collect();
  const eachBytes = (process.memoryUsage().heapUsed - beforeBytes) / machines;
  const changing = new StallWatch();
  const { resourceVersion } = await bench.views.list(kinds.MachineView);
  for (let n = 0; n < machines; n += 1) bench.heard(macOf(n), "ScriptServed", { hardware: `m${n}` });
  const roundsMs = process.cpuUsage().user / 1000;
  const written = async () =>
    Number((await bench.views.list(kinds.MachineView)).resourceVersion) - Number(resourceVersion);
  for (let round = 0; round < 200 && (await written()) < machines; round += 1) await bench.settle();
  const changedMs = process.cpuUsage().user / 1000;
  assert.equal(await written(), machines);
  t.diagnostic(
    `${eachBytes.toFixed(0)} B of heap a view; made in ${(startedMs - beganMs).toFixed(0)} ms of CPU, changed in ${(changedMs - roundsMs).toFixed(0)}; longest stalls ${startStallMs.toFixed(1)} and ${changing.longestMs().toFixed(1)} ms`,
  );
  assert.ok(eachBytes < 8000, `${eachBytes} B`);
  assert.ok(startStallMs < longestStallMs, `${startStallMs} ms`);
  assert.ok(changing.longestMs() < longestStallMs, `${changing.longestMs()} ms`);
});

test("views that take long to make are made more seldom, a tenth of the time at most, and never later than two seconds", () => {
  assert.deepEqual([0, 5, 50, 10_000, -3_600_000].map(gatherAfter), [100, 100, 450, 2000, 100]);
});
