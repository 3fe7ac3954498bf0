import assert from "node:assert/strict";
import { test } from "node:test";
import { inUseFinalizer, kinds, takeBackFinalizer, type WorkflowStatus } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { setVerdict } from "@neverland/store/stored-fault.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { WritePath } from "../write-path.ts";
import { holdOf } from "./deletion-holds.ts";

const key = { namespace: "default", name: "one" };

async function setUp(state: NonNullable<WorkflowStatus["state"]>) {
  const store = openMemoryStore();
  const writes = new WritePath({ store, clock: systemClock });
  const hardware = typedStore(store, kinds.Hardware);
  const workflows = typedStore(store, kinds.Workflow);
  await hardware.create({ metadata: key, spec: {} });
  const workflow = await workflows.create({ metadata: key, spec: { hardwareRef: "one" } });
  await workflows.updateStatus({ ...workflow, status: { state } });
  return { writes, hardware, workflows };
}

const policy = { dryRun: false };

test("a workflow that runs is marked and held, and so is the Hardware that it runs on", async () => {
  const { writes } = await setUp("RUNNING");
  const workflow = await writes.delete(kinds.Workflow, key, {}, policy);
  assert.deepEqual([workflow.isGone, workflow.resource.metadata.finalizers], [false, [takeBackFinalizer]]);
  const hardware = await writes.delete(kinds.Hardware, key, {}, policy);
  assert.deepEqual([hardware.isGone, hardware.resource.metadata.finalizers], [false, [inUseFinalizer]]);
});

test("a workflow that waits, or is over, and its Hardware go at once", async () => {
  for (const state of ["PENDING", "FAILED"] as const) {
    const { writes } = await setUp(state);
    assert.equal((await writes.delete(kinds.Hardware, key, {}, policy)).isGone, true);
    assert.equal((await writes.delete(kinds.Workflow, key, {}, policy)).isGone, true);
  }
});

test("a workflow of another machine, or in another namespace, holds no Hardware", async () => {
  const { writes, hardware } = await setUp("RUNNING");
  for (const other of [
    { ...key, name: "two" },
    { ...key, namespace: "site" },
  ]) {
    await hardware.create({ metadata: other, spec: {} });
    assert.equal((await writes.delete(kinds.Hardware, other, {}, policy)).isGone, true);
  }
});

test("a dry run shows that it would be held, and holds nothing", async () => {
  const { writes, workflows } = await setUp("RUNNING");
  assert.equal((await writes.delete(kinds.Workflow, key, {}, { dryRun: true })).isGone, false);
  const live = await workflows.get(key);
  assert.deepEqual([live?.metadata.finalizers, live?.metadata.deletionTimestamp], [undefined, undefined]);
});

test("what no schema accepts is held by nobody, since no controller would let go of it", async () => {
  const { hardware } = await setUp("RUNNING");
  const live = await hardware.get(key);
  assert.ok(live);
  const running = { items: [{ ...live, status: { state: "RUNNING" } }], resourceVersion: "1" };
  const store = { list: async () => running };
  assert.equal(await holdOf(store, kinds.Hardware, { ...live }), inUseFinalizer);
  const faulty = setVerdict({ ...live }, { part: "content", wrong: "spec.interfaces: expected a list" });
  assert.equal(await holdOf(store, kinds.Hardware, faulty), undefined);
});
