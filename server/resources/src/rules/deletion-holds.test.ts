import assert from "node:assert/strict";
import { test } from "node:test";
import { apiVersionOf, inUseFinalizer, kinds, takeBackFinalizer, type WorkflowStatus } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
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
  return { store, writes, hardware, workflows };
}

/** The word of a worker that begins the first action, as Tink Server writes it down. */
async function begin(store: ResourceStore): Promise<void> {
  const { metadata } = (await store.get(kinds.Workflow, key)) ?? assert.fail();
  await store.create(kinds.ActionReport, {
    ...{ apiVersion: apiVersionOf(kinds.ActionReport), kind: "ActionReport" },
    ...{ metadata: { ...key, name: "start" }, spec: { workflowUID: metadata.uid, state: "RUNNING" } },
  });
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

test("a workflow that a worker has begun is held before its state says so, and so is its Hardware", async () => {
  const { store, writes } = await setUp("PENDING");
  await begin(store);
  const hardware = await writes.delete(kinds.Hardware, key, {}, policy);
  assert.deepEqual([hardware.isGone, hardware.resource.metadata.finalizers], [false, [inUseFinalizer]]);
  const workflow = await writes.delete(kinds.Workflow, key, {}, policy);
  assert.deepEqual([workflow.isGone, workflow.resource.metadata.finalizers], [false, [takeBackFinalizer]]);
});

test("what was said of a workflow that is over holds nothing", async () => {
  const { store, writes } = await setUp("SUCCESS");
  await begin(store);
  assert.equal((await writes.delete(kinds.Workflow, key, {}, policy)).isGone, true);
});

for (const [kind, finalizer] of [
  [kinds.Workflow, takeBackFinalizer],
  [kinds.Hardware, inUseFinalizer],
] as const)
  test(`a worker that begins while its ${kind.kind} is being deleted holds it`, async () => {
    const { store } = await setUp("PENDING");
    const list: ResourceStore["list"] = async (listed, options) => {
      const found = await store.list(listed, options);
      if (listed === kinds.ActionReport && found.items.length === 0) await begin(store);
      return found;
    };
    const racing = { ...routedStore(store, new Map()), list };
    const { isGone, resource } = await new WritePath({ store: racing, clock: systemClock }).delete(
      ...([kind, key, {}, policy] as const),
    );
    assert.deepEqual([isGone, resource.metadata.finalizers], [false, [finalizer]]);
  });

test("a workflow that nobody begins goes though its controller lets go of it first", async () => {
  const { store } = await setUp("PENDING");
  let looks = 0;
  const list: ResourceStore["list"] = async (kind, options) => {
    looks += kind === kinds.ActionReport ? 1 : 0;
    const live = await store.get(kinds.Workflow, key);
    if (looks === 2 && live)
      await store.update(kinds.Workflow, { ...live, metadata: { ...live.metadata, finalizers: [] } });
    return await store.list(kind, options);
  };
  const racing = { ...routedStore(store, new Map()), list };
  const writes = new WritePath({ store: racing, clock: systemClock });
  assert.equal((await writes.delete(kinds.Workflow, key, {}, policy)).isGone, true);
  assert.equal(await store.get(kinds.Workflow, key), undefined);
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
