import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  cancelAnnotation,
  inUseFinalizer,
  kinds,
  type PrinterColumn,
  retryAnnotation,
  retryFromAnnotation,
  takeBackFinalizer,
  type Workflow,
  waitTimeoutAnnotation,
  waitTimeoutSeconds,
} from "@neverland/api";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { installer } from "@neverland/workflow-rules/testing/examples.ts";
import type { PowerControl } from "../ports.ts";
import { type BenchOptions, ControllerBench, key, machineKey, waitUntil } from "../testing/controller-bench.ts";
import { deadlineMs } from "./deadline-ms.ts";

const toggle = { hardwareRef: "machine", bootOptions: { toggleAllowNetboot: true } };

async function setUp(t: TestContext, options: BenchOptions = {}): Promise<ControllerBench> {
  const bench = new ControllerBench(options);
  t.after(() => bench.stop());
  await bench.start();
  await bench.createTemplate();
  await bench.createHardware();
  return bench;
}

async function running(bench: ControllerBench, spec: Workflow["spec"] = { hardwareRef: "machine" }): Promise<Workflow> {
  await bench.createWorkflow(spec);
  await bench.report(await bench.reachState("PENDING"), 0, "RUNNING");
  return await bench.reachState("RUNNING");
}

/** As kubectl annotate does it, whatever else is written meanwhile. */
async function annotate(bench: ControllerBench, annotations: Record<string, string>): Promise<void> {
  await waitUntil(async () => {
    const live = await bench.workflows.get(key);
    assert.ok(live);
    const metadata = { ...live.metadata, annotations: { ...live.metadata.annotations, ...annotations } };
    return await bench.workflows.update({ ...live, metadata }).then(
      () => true,
      () => false,
    );
  });
}

/** As the write path deletes what is under way. */
async function deleteHeld(bench: ControllerBench): Promise<void> {
  await waitUntil(async () => {
    const live = await bench.workflows.get(key);
    assert.ok(live);
    const finalizers = [...new Set([...(live.metadata.finalizers ?? []), takeBackFinalizer])];
    return await bench.workflows.update({ ...live, metadata: { ...live.metadata, finalizers } }).then(
      () => true,
      () => false,
    );
  });
  await bench.workflows.delete(key);
}

const messageOf = ({ status }: Workflow, wanted: string) =>
  status?.conditions?.find(({ type }) => type === wanted)?.message ?? "";
const eventsOf = (bench: ControllerBench, wanted: string) =>
  bench.events.filter(({ type }) => type === wanted).map(({ message }) => message);

test("a running workflow that is deleted goes when its worker has said how the action ended, and the event says where", async (t) => {
  const bench = await setUp(t);
  const workflow = await running(bench, toggle);
  await deleteHeld(bench);
  const stopping = await bench.reach((each) => messageOf(each, "Stopping") !== "");
  assert.match(messageOf(stopping, "Stopping"), /the workflow was deleted while worker .* runs action "stream"/);
  assert.deepEqual(await bench.allowPxe(), [true, true], "the machine is not let go of before");
  await bench.report(workflow, 0, "FAILED", "The action was stopped and was ended: the workflow was deleted.");
  await bench.gone();
  assert.deepEqual(await bench.allowPxe(), [false, false]);
  assert.match(
    eventsOf(bench, "WorkflowDeleted")[0] ?? "",
    /deleted in action "stream" .*the disk may be half written/,
  );
});

/** A workflow that a worker has begun, of which its controller does not know yet. */
async function begunUnseen(bench: ControllerBench): Promise<Workflow> {
  await bench.createWorkflow({ hardwareRef: "machine" });
  const pending = await bench.reachState("PENDING");
  await bench.stop();
  await bench.report(pending, 0, "RUNNING");
  return pending;
}

test("a workflow that is deleted after a worker began it stops the action, though its state did not say so yet", async (t) => {
  const bench = await setUp(t);
  const workflow = await begunUnseen(bench);
  await deleteHeld(bench);
  await bench.start();
  const stopping = await bench.reach((each) => messageOf(each, "Stopping") !== "");
  assert.equal(stopping.status?.state, "RUNNING");
  await bench.report(workflow, 0, "FAILED", "The action was stopped.");
  await bench.gone();
  assert.match(eventsOf(bench, "WorkflowDeleted")[0] ?? "", /deleted in action "stream" .* half written/);
});

test("a workflow that is cancelled after a worker began it ends when the action has", async (t) => {
  const bench = await setUp(t);
  const workflow = await begunUnseen(bench);
  await annotate(bench, { [cancelAnnotation]: "now" });
  await bench.start();
  await bench.reach((each) => messageOf(each, "Stopping") !== "");
  await bench.report(workflow, 0, "FAILED", "The action was stopped.");
  const { status } = await bench.reachState("FAILED");
  const end = status?.conditions?.find(({ type }) => type === "Succeeded");
  assert.match(end?.message ?? "", /cancelled in action "stream" .* half written/);
});

test("Hardware that is deleted after a worker began a workflow of it stays until that has ended", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow({ hardwareRef: "machine" });
  const pending = await bench.reachState("PENDING");
  await bench.stop();
  await bench.report(pending, 0, "RUNNING");
  await bench.changeHardware((machine) => ({
    ...machine,
    metadata: { ...machine.metadata, finalizers: [inUseFinalizer] },
  }));
  await bench.hardware.delete(machineKey);
  // Its own controller alone, before the other one has looked at the report.
  await bench.start({ isWorkflowController: false });
  await waitUntil(() => eventsOf(bench, "HardwareHeld").length > 0);
  assert.ok(await bench.hardware.get(machineKey));
});

test("while the server could not be told, no worker was silent", async (t) => {
  let listeningSinceMs: number | undefined;
  const bench = await setUp(t, { listeningSinceMs: () => listeningSinceMs });
  listeningSinceMs = bench.clock.nowMs();
  await running(bench);
  await deleteHeld(bench);
  await bench.reach((each) => messageOf(each, "Stopping") !== "");
  bench.clock.advance(200_000);
  // As after a start of the server.
  listeningSinceMs = bench.clock.nowMs();
  bench.clock.advance(299_000);
  for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
  assert.ok(await bench.workflows.get(key));
  bench.clock.advance(2000);
  await bench.gone();
});

test("a worker that does not say how a deleted workflow's action ended holds it no longer than its time", async (t) => {
  const bench = await setUp(t);
  await running(bench);
  await deleteHeld(bench);
  await bench.reach((each) => messageOf(each, "Stopping") !== "");
  bench.clock.advance(299_000);
  assert.ok(await bench.workflows.get(key));
  bench.clock.advance(2000);
  await bench.gone();
  assert.match(eventsOf(bench, "WorkflowDeleted")[0] ?? "", /did not say within 300 s .* may still be writing/);
});

test("a workflow that waits is cancelled at once, and gives back what it had lent", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow(toggle);
  await bench.reachState("PENDING");
  await annotate(bench, { [cancelAnnotation]: "now" });
  const { status } = await bench.reachState("FAILED");
  const end = status?.conditions?.find(({ type }) => type === "Succeeded");
  assert.equal(end?.reason, "Cancelled");
  assert.match(end?.message ?? "", /cancelled before its first action: nothing was written/);
  await waitUntil(async () => (await bench.allowPxe()).every((allowed) => allowed === false));
});

test("a workflow that could not be rendered is cancelled, and says that nothing was written", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow({ templateRef: "none" });
  await bench.reach(({ status }) => status?.templateRendering === "failed");
  await annotate(bench, { [cancelAnnotation]: "now" });
  assert.match(messageOf(await bench.reachState("FAILED"), "Succeeded"), /cancelled before it was rendered: nothing/);
});

test("a running workflow is cancelled when its action has ended, whatever its worker says of it", async (t) => {
  const bench = await setUp(t);
  const workflow = await running(bench);
  await annotate(bench, { [cancelAnnotation]: "now" });
  const stopping = await bench.reach((each) => messageOf(each, "Stopping") !== "");
  assert.equal(stopping.status?.state, "RUNNING");
  await bench.report(workflow, 0, "FAILED", "stopped");
  const cancelled = await bench.reachState("FAILED");
  assert.equal(cancelled.status?.conditions?.find(({ type }) => type === "Succeeded")?.reason, "Cancelled");
  assert.match(messageOf(cancelled, "Succeeded"), /in action "stream" .*: the disk may be half written/);
  assert.equal(cancelled.status?.conditions?.find(({ type }) => type === "Stopping")?.status, "False");
  assert.equal(eventsOf(bench, "ActionStopping").length, 1);
});

test("an action that succeeds while it is cancelled is the last one", async (t) => {
  const bench = await setUp(t);
  const workflow = await running(bench);
  await annotate(bench, { [cancelAnnotation]: "now" });
  await bench.reach((each) => messageOf(each, "Stopping") !== "");
  await bench.report(workflow, 0, "SUCCESS");
  const cancelled = await bench.reachState("FAILED");
  assert.match(messageOf(cancelled, "Succeeded"), /before action "write"/);
});

test("a workflow that failed is run again with actions of their own, permission and all, and remembers how it ended", async (t) => {
  const bench = await setUp(t);
  const first = await running(bench, toggle);
  await bench.report(first, 0, "FAILED", "exit code 3");
  await bench.reachState("FAILED");
  await annotate(bench, { [retryAnnotation]: "1" });
  const again = await bench.reachState("PENDING");
  assert.notEqual(again.status?.tasks?.[0]?.actions[0]?.id, first.status?.tasks?.[0]?.actions[0]?.id);
  assert.deepEqual(
    again.status?.attempts?.map(({ number, state, action, reason }) => ({ number, state, action, reason })),
    [{ number: 1, state: "FAILED", action: "stream", reason: "ActionFailed" }],
  );
  assert.match(messageOf(again, "Retried"), /attempt 2 begins .* has to boot from the network again: restart it/);
  assert.deepEqual(await bench.allowPxe(), [true, true]);
  await bench.report(again, 0, "SUCCESS");
  await bench.report(again, 1, "SUCCESS");
  await bench.reachState("SUCCESS");
  assert.equal(eventsOf(bench, "WorkflowRetried").length, 1);
});

test("another attempt may begin at an action; one that there is not is named with those that there are", async (t) => {
  const bench = await setUp(t);
  const first = await running(bench);
  await bench.report(first, 0, "FAILED");
  await bench.reachState("FAILED");
  await annotate(bench, { [retryAnnotation]: "1", [retryFromAnnotation]: "wirte" });
  const refused = await bench.reach(({ status }) => status?.lastHandledRetry === "1");
  assert.equal(refused.status?.state, "FAILED");
  assert.match(messageOf(refused, "Retried"), /no action "wirte" .*; it has stream, write$/);
  await annotate(bench, { [retryAnnotation]: "2", [retryFromAnnotation]: "write" });
  const again = await bench.reachState("PENDING");
  assert.equal(again.status?.currentState?.actionName, "write");
  await bench.report(again, 1, "SUCCESS");
  await bench.reachState("SUCCESS");
});

test("a workflow that is under way is not begun again, and it is said", async (t) => {
  const bench = await setUp(t);
  await running(bench);
  await annotate(bench, { [retryAnnotation]: "1" });
  const { status } = await bench.reach((each) => messageOf(each, "Retried") !== "");
  assert.equal(status?.state, "RUNNING");
  assert.match(eventsOf(bench, "RetryRefused")[0] ?? "", /under way \(RUNNING\); cancel it first/);
});

test("of many attempts the last ten are remembered", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow({ hardwareRef: "machine" });
  for (let attempt = 1; attempt <= 12; attempt++) {
    await bench.report(await bench.reachState("PENDING"), 0, "FAILED");
    await bench.reachState("FAILED");
    await annotate(bench, { [retryAnnotation]: String(attempt) });
  }
  const { status } = await bench.reachState("PENDING");
  assert.deepEqual(
    status?.attempts?.map(({ number }) => number),
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
});

test("a workflow waits for its worker as long as its annotation says", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  await bench.reachState("PENDING");
  await annotate(bench, { [waitTimeoutAnnotation]: "never" });
  bench.clock.advance(30 * 86_400_000);
  await waitUntil(() => bench.queued === 0);
  assert.equal((await bench.workflows.get(key))?.status?.state, "PENDING");
  await annotate(bench, { [waitTimeoutAnnotation]: "31d" });
  bench.clock.advance(2 * 86_400_000);
  const { status } = await bench.reachState("TIMEOUT");
  assert.match(status?.conditions?.find(({ type }) => type === "Succeeded")?.message ?? "", /within 31d/);
});

test("a wait that was stored and cannot be read is said, until it is mended", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  await bench.reachState("PENDING");
  await annotate(bench, { [waitTimeoutAnnotation]: "two days" });
  const unread = await bench.reach((each) => messageOf(each, "WaitTimeoutRead") !== "");
  assert.match(
    messageOf(unread, "WaitTimeoutRead"),
    /is passed over.* such as 90s, 2h or 7d, or never, found "two days"/,
  );
  await annotate(bench, { [waitTimeoutAnnotation]: "2d" });
  await bench.reach((each) => /as long as it is to/.test(messageOf(each, "WaitTimeoutRead")));
});

test("the deadline that is shown is the one that the controller goes by", async (t) => {
  const bench = await setUp(t);
  const startMs = bench.clock.nowMs();
  const limits = { ...defaultLimits, pendingTimeoutSeconds: 7 * 86_400 };
  const shown = async (name = "install") => {
    const workflow = await bench.workflows.get({ ...key, name });
    assert.ok(workflow);
    return deadlineMs(workflow, { ...bench, limits, listeningSinceMs: () => startMs });
  };
  await bench.createWorkflow();
  await bench.reachState("PENDING");
  assert.equal(await shown(), startMs + 7 * 86_400_000);
  await annotate(bench, { [waitTimeoutAnnotation]: "2h" });
  assert.equal(await shown(), startMs + 7_200_000);
  await annotate(bench, { [waitTimeoutAnnotation]: "never" });
  assert.equal(await shown(), undefined);
  await bench.createWorkflow({ hardwareRef: "machine" }, "second");
  await bench.reach((each) => messageOf(each, "WorkerFree") !== "", "second");
  assert.equal(await shown("second"), undefined);
});

test("a wait is written as people write times", () => {
  const read = ["90s", "1h30m", "7d", "never", "0", "0s", "", "-5m", "5", "1w", "1e9d", "99999999d"].map(
    waitTimeoutSeconds,
  );
  const none = undefined;
  assert.deepEqual(read, [90, 5400, 604_800, Infinity, Infinity, Infinity, none, none, none, none, none, none]);
});

test("the Hardware of a running workflow goes when its actions have ended", async (t) => {
  const bench = await setUp(t);
  const workflow = await running(bench);
  await bench.changeHardware((machine) => ({
    ...machine,
    metadata: { ...machine.metadata, finalizers: [inUseFinalizer] },
  }));
  await bench.hardware.delete(machineKey);
  await waitUntil(() => eventsOf(bench, "HardwareHeld").length > 0);
  assert.match(eventsOf(bench, "HardwareHeld")[0] ?? "", /while workflow install runs its actions/);
  assert.equal((await bench.hardware.get(machineKey))?.spec?.interfaces?.[0]?.dhcp?.mac, installer);
  await bench.report(workflow, 0, "FAILED");
  await waitUntil(async () => (await bench.hardware.get(machineKey)) === undefined);
});

test("a second workflow of a machine says which one is before it, until that is over", async (t) => {
  const bench = await setUp(t);
  const first = await running(bench);
  await bench.createWorkflow({ hardwareRef: "machine" }, "second");
  const queued = await bench.reach((each) => messageOf(each, "WorkerFree") !== "", "second");
  assert.match(messageOf(queued, "WorkerFree"), /has workflow default\/install before this one/);
  assert.match(messageOf(queued, "Ready"), /has workflow default\/install before this one/);
  const columns: readonly PrinterColumn[] = kinds.Workflow.columns;
  const shownReason = (workflow: Workflow) => columns.find(({ name }) => name === "Reason")?.text?.(workflow);
  assert.equal(shownReason(queued), "OtherWorkflowFirst");
  assert.equal(eventsOf(bench, "WorkflowQueued").length, 1);
  await bench.report(first, 0, "FAILED");
  const next = await bench.reach((each) => /no other workflow/.test(messageOf(each, "WorkerFree")), "second");
  assert.equal(shownReason(next), "WaitingForWorker");
});

test("another attempt that was asked for at once is begun when what the one before had lent is taken back", async (t) => {
  const bench = await setUp(t);
  const first = await running(bench, toggle);
  await bench.stop();
  await bench.report(first, 0, "FAILED");
  await annotate(bench, { [retryAnnotation]: "1" });
  await bench.start();
  await bench.reach(({ status }) => status?.state === "PENDING" && status.attempts?.length === 1);
  const told = ["NetbootAllowed", "NetbootForbidden", "WorkflowRetried"];
  assert.deepEqual(
    bench.events.map(({ type }) => type).filter((type) => told.includes(type)),
    ["NetbootAllowed", "NetbootForbidden", "WorkflowRetried", "NetbootAllowed"],
  );
});

test("Hardware stays while what its workflow did is being wrapped up", async (t) => {
  const bench = await setUp(t);
  const workflow = await running(bench);
  await bench.stop();
  const live = await bench.workflows.get(key);
  assert.ok(live);
  await bench.workflows.updateStatus({ ...live, status: { ...workflow.status, state: "POST" } });
  await bench.changeHardware(({ metadata, ...machine }) => ({
    ...machine,
    metadata: { ...metadata, finalizers: [inUseFinalizer] },
  }));
  await bench.hardware.delete(machineKey);
  await bench.start({ isWorkflowController: false });
  await waitUntil(() => eventsOf(bench, "HardwareHeld").length > 0);
  assert.ok(await bench.hardware.get(machineKey));
});

test("another attempt that was asked for while the one before was being wrapped up begins after that", async (t) => {
  let isFinished = false;
  const power: PowerControl = {
    prepare: async () => ({ state: "complete" }),
    finish: async () => (isFinished ? { state: "complete" } : { state: "running", pollAfterMs: 1000 }),
  };
  const bench = await setUp(t, { power });
  await bench.createWorkflow({ hardwareRef: "machine", bootOptions: { bootMode: "netboot" } });
  const pending = await bench.reachState("PENDING");
  for (const index of [0, 1]) await bench.report(pending, index, "SUCCESS");
  await bench.reachState("POST");
  await annotate(bench, { [retryAnnotation]: "1" });
  isFinished = true;
  bench.clock.advance(1000);
  const again = await bench.reach(({ status }) => status?.state === "PENDING" && status.attempts?.length === 1);
  assert.equal(again.status?.attempts?.[0]?.state, "SUCCESS");
  assert.deepEqual(eventsOf(bench, "RetryRefused"), []);
});

test("a workflow that is deleted between its actions, which nobody had folded, says how far it came", async (t) => {
  const bench = await setUp(t);
  const workflow = await begunUnseen(bench);
  await bench.report(workflow, 0, "SUCCESS");
  await deleteHeld(bench);
  await bench.start();
  await bench.gone();
  assert.match(eventsOf(bench, "WorkflowDeleted")[0] ?? "", /deleted before action "write": the machine has what/);
});

test("what a deletion has put on a workflow that waits is not taken off before that has come", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow({ hardwareRef: "machine" });
  await bench.reachState("PENDING");
  await waitUntil(() => bench.queued === 0);
  await waitUntil(async () => {
    const live = await bench.workflows.get(key);
    assert.ok(live);
    const metadata = { ...live.metadata, finalizers: [takeBackFinalizer] };
    return await bench.workflows.update({ ...live, metadata }).then(
      () => true,
      () => false,
    );
  });
  for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
  await waitUntil(() => bench.queued === 0);
  assert.deepEqual((await bench.workflows.get(key))?.metadata.finalizers, [takeBackFinalizer]);
});

test("a permission that is there already is not written again", async (t) => {
  const bench = await setUp(t);
  await bench.changeHardware((machine) => ({
    ...machine,
    spec: { interfaces: [{ dhcp: { mac: installer }, netboot: { allowPXE: true } }] },
  }));
  await waitUntil(() => bench.queued === 0);
  const version = (await bench.hardware.get(machineKey))?.metadata.resourceVersion;
  await bench.createWorkflow(toggle);
  await bench.reachState("PENDING");
  assert.equal((await bench.hardware.get(machineKey))?.metadata.resourceVersion, version);
});
