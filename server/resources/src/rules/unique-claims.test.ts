import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { ResourceError } from "../resource-error.ts";
import { WritePath } from "../write-path.ts";

const options = { manager: "test", dryRun: false };
const macOf = (at: number) =>
  `02:00:00:00:${Buffer.from([at >> 8, at]).toString("hex", 0, 1)}:${Buffer.from([at]).toString("hex")}`;
const machine = (name: string, cards: number) => ({
  metadata: { name },
  spec: { interfaces: Array.from({ length: cards }, (_, at) => ({ dhcp: { mac: macOf(at) } })) },
});

test("each value that another object has is named with its place, at a cost that grows with their number", async () => {
  const writes = new WritePath({ store: openMemoryStore(), clock: systemClock });
  const create = (name: string) =>
    writes.create(kinds.Hardware, machine(name, 3000), { namespace: "default" }, options);
  await create("a");
  const fromMs = process.cpuUsage().user / 1000;
  const error = await create("b").catch((error: unknown) => error);
  const tookMs = process.cpuUsage().user / 1000 - fromMs;
  assert.ok(error instanceof ResourceError);
  const fields = (error.details.faults ?? []).map(({ field }) => field);
  assert.deepEqual(
    [fields.length, fields[0], fields[2999]],
    [3000, "spec.interfaces[0].dhcp.mac", "spec.interfaces[2999].dhcp.mac"],
  );
  // 60 ms or so; 3 s where each fault went through all values for its place.
  assert.ok(tookMs < 1000, `${tookMs} ms`);
});
