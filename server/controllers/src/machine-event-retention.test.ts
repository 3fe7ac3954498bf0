import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { MachineEventRetention } from "./machine-event-retention.ts";

test("the oldest events of a machine with too many go, and every machine's events that are too old", async () => {
  const store = openMemoryStore();
  const events = typedStore(store, kinds.MachineEvent);
  const add = async (name: string, hardware: string, atMs: number) =>
    await events.create({
      metadata: { namespace: "default", name },
      spec: { hardware, source: "lab", type: "PoweredOn", message: "on", time: new Date(atMs).toISOString() },
    });
  for (const atMs of [3000, 1000, 2000, 4000]) await add(`busy-${atMs}`, "busy", atMs);
  await add("quiet-3500", "quiet", 3500);
  await add("quiet-1", "quiet", 1);
  const onError = ({ error }: { error: unknown }) => assert.fail(String(error));
  const limits = { perMachine: 2, maxAgeMs: 9000, everyMs: 1000 };
  await new MachineEventRetention({ store, clock: new ManualClock(10_000), limits, onError }).prune();
  const { items } = await events.list();
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ["busy-3000", "busy-4000", "quiet-3500"],
  );
});
