import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type KindInfo, kinds, type MachineEventInput, type WorkflowStatus } from "@neverland/api";
import { ControllerRuntime } from "@neverland/controller-kit/controller-runtime.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { retention } from "./retention.ts";
import { waitUntil } from "./testing/controller-bench.ts";

const dayMs = 86_400_000;
const startMs = Date.parse("2026-05-01T12:00:00Z");

function setUp(t: TestContext, keepMs = 90 * dayMs) {
  const store = openMemoryStore();
  const clock = new ManualClock(startMs);
  const events: MachineEventInput[] = [];
  const onError = ({ doing, error }: { doing: string; error: unknown }) => assert.fail(`${doing}: ${error}`);
  const record = (event: MachineEventInput) => void events.push(event);
  const controller = retention({ ...{ clock, keepMs, record, onError }, kinds: Object.values<KindInfo>(kinds) });
  const runtime = new ControllerRuntime([controller], { ...{ store, clock, onError }, random: () => 0 });
  t.after(() => runtime.stop(AbortSignal.timeout(1000)));
  const start = async () => await runtime.start(AbortSignal.timeout(5000));
  const workflows = typedStore(store, kinds.Workflow);
  const create = async (name: string, state: WorkflowStatus["state"], ageDays: number) => {
    const made = await workflows.create({ metadata: { namespace: "default", name }, spec: { hardwareRef: "machine" } });
    const stateSince = new Date(clock.nowMs() - ageDays * dayMs).toISOString();
    await workflows.updateStatus({ ...made, status: { state, stateSince } });
  };
  const names = async () => (await workflows.list()).items.map(({ metadata }) => metadata.name);
  /** As long as it takes until nothing is left to be done but the next look. */
  const look = async () => {
    clock.advance(600_000);
    for (let quiet = 0; quiet < 50; quiet += 1) {
      await new Promise(setImmediate);
      clock.advance(100);
    }
  };
  return { clock, events, start, create, names, look, workflows };
}

test("workflows that have been over for 90 days go, each with an event; those that run and those that are younger stay", async (t) => {
  const { start, create, names, look, events } = setUp(t);
  await create("old", "SUCCESS", 91);
  await create("young", "FAILED", 89);
  await create("running", "RUNNING", 200);
  await start();
  await look();
  assert.deepEqual(await names(), ["running", "young"]);
  assert.deepEqual(
    events.map(({ type, hardware, message }) => [type, hardware, message]),
    [["ObjectExpired", "default/machine", "workflow default/old was removed: it has been over for 90 days"]],
  );
});

test("a workflow that someone holds is said to be on its way, once, and not to be removed before it is", async (t) => {
  const { start, create, names, look, events, workflows } = setUp(t);
  await create("held", "SUCCESS", 91);
  const held = await workflows.get({ namespace: "default", name: "held" });
  assert.ok(held !== undefined);
  await workflows.update({ ...held, metadata: { ...held.metadata, finalizers: ["example.org/holds"] } });
  await start();
  for (let sweep = 0; sweep < 3; sweep += 1) await look();
  assert.deepEqual(await names(), ["held"]);
  assert.deepEqual(
    events.map(({ message }) => message),
    ["workflow default/held is to go once its finalizers are gone (example.org/holds): it has been over for 90 days"],
  );
});

test("a thousand go in small batches", async (t) => {
  const { start, create, names, clock } = setUp(t);
  await Promise.all(Array.from({ length: 1000 }, (_, at) => create(`w-${at}`, "TIMEOUT", 100)));
  await start();
  clock.advance(600_000);
  await waitUntil(async () => (await names()).length === 950);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  assert.equal((await names()).length, 950);
  await waitUntil(async () => {
    clock.advance(100);
    return (await names()).length === 0;
  });
});

test("kept for ever, nothing goes", async (t) => {
  const { start, create, names, look } = setUp(t, 0);
  await create("old", "SUCCESS", 10_000);
  await start();
  await look();
  assert.deepEqual(await names(), ["old"]);
});

test("a clock that is set forward by a year makes nothing older", async (t) => {
  const { clock, start, create, names, look } = setUp(t);
  await create("young", "SUCCESS", 1);
  clock.setForward(365 * dayMs);
  await start();
  await look();
  assert.deepEqual(await names(), ["young"]);
});

test("what is over is found by an index in every kind that has its day", () => {
  const kept = Object.values<KindInfo>(kinds).filter((kind) => kind.retention !== undefined);
  assert.deepEqual(
    kept.filter((kind) => !kind.indexes.includes(kind.retention?.field ?? "")).map(({ kind }) => kind),
    [],
  );
  assert.ok(kept.length > 0);
});
