import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { cancelAnnotation, takeBackFinalizer, type Workflow } from "@neverland/api";
import { ActionControlService } from "@neverland/api/action-control";
import { type ActionResponse, ActionResponseSchema } from "@neverland/api/workflow";
import { installer } from "@neverland/workflow-rules/testing/examples.ts";
import { TinkBench } from "./testing/tink-bench.ts";

const key = { namespace: "default", name: "install" };

async function setUp(t: TestContext): Promise<TinkBench> {
  const bench = new TinkBench({ waitMs: 300 });
  t.after(() => bench.stop());
  await bench.start();
  return bench;
}

async function started(bench: TinkBench): Promise<ActionResponse> {
  await bench.createWorkflow();
  const worker = bench.worker();
  const action = await worker.ask();
  await worker.report(action, "RUNNING");
  await bench.reachState("RUNNING");
  return action;
}

function awaitStop(bench: TinkBench, { workflowId, taskId, actionId }: ActionResponse, agentId = installer) {
  const client = createClient(ActionControlService, bench.transport());
  return client.awaitStop({ workflowId, taskId, actionId, agentId });
}

async function edit(bench: TinkBench, change: (live: Workflow) => Workflow): Promise<void> {
  for (;;) {
    const live = await bench.workflows.get(key);
    assert.ok(live);
    const isDone = await bench.workflows.update(change(live)).then(
      () => true,
      () => false,
    );
    if (isDone) return;
  }
}

const withCode = (code: Code) => (error: unknown) => error instanceof ConnectError && error.code === code;

test("a worker hears at once that its action is to stop, and gets no other until it has said how that ended", async (t) => {
  const bench = await setUp(t);
  const action = await started(bench);
  assert.equal((await awaitStop(bench, action)).stop, false);
  const waiting = awaitStop(bench, action);
  await edit(bench, (live) => ({ ...live, metadata: { ...live.metadata, annotations: { [cancelAnnotation]: "1" } } }));
  const { stop, reason } = await waiting;
  assert.deepEqual([stop, reason], [true, "the workflow was cancelled"]);
  await bench.createWorkflow("next");
  await bench.reachState("PENDING", "next");
  await assert.rejects(bench.worker().ask(), withCode(Code.FailedPrecondition));
  await bench.worker().report(action, "FAILED", "stopped");
  await bench.reachState("FAILED");
  assert.equal((await bench.worker().ask()).workflowId, "default/next");
});

test("the end of an action of a workflow that is gone is taken, with an event, and its start is refused", async (t) => {
  const bench = await setUp(t);
  const action = await started(bench);
  await bench.workflows.delete(key);
  assert.equal((await awaitStop(bench, action)).reason, "the workflow was deleted or begun again");
  await bench.worker().report(action, "FAILED", "action completed");
  assert.match(
    bench.events.filter(({ type }) => type === "ReportIgnored").map(({ message }) => message)[0] ?? "",
    /an action of workflow default\/install is FAILED; the workflow was deleted or begun again meanwhile/,
  );
  await assert.rejects(bench.worker().report(action, "RUNNING"), withCode(Code.NotFound));
});

test("an action that was handed out and not begun is not begun once its workflow is to go", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const action = await bench.worker().ask();
  await edit(bench, (live) => ({
    ...live,
    metadata: { ...live.metadata, finalizers: [takeBackFinalizer, "example.org/hold"] },
  }));
  await bench.workflows.delete(key);
  await assert.rejects(bench.worker().report(action, "RUNNING"), withCode(Code.FailedPrecondition));
});

test("who asks in another machine's name whether its action is to stop is refused", async (t) => {
  const bench = await setUp(t);
  const action = await started(bench);
  const spec = { interfaces: [{ dhcp: { mac: installer, ip: { address: "127.0.0.9" } } }] };
  await bench.hardware.create({ metadata: { ...key, name: "machine" }, spec });
  // The memory of machines follows the store.
  let answer: unknown;
  while (!(answer instanceof ConnectError)) answer = await awaitStop(bench, action).catch((error: unknown) => error);
  assert.equal(answer.code, Code.PermissionDenied);
});

test("another worker's action is answered as one that is not there, whatever machine the workflow names", async (t) => {
  const bench = await setUp(t);
  const spec = { interfaces: [{ dhcp: { mac: installer, ip: { address: "127.0.0.9" } } }] };
  await bench.hardware.create({ metadata: { ...key, name: "machine" }, spec });
  await bench.createWorkflow("install", { hardwareRef: "machine" });
  await bench.reachState("PENDING");
  const { tasks } = (await bench.workflows.get(key))?.status ?? {};
  const actionId = tasks?.[0]?.actions[0]?.id;
  assert.ok(actionId);
  const theirs = create(ActionResponseSchema, { workflowId: "default/install", taskId: "t", actionId });
  for (const asked of [theirs, { ...theirs, actionId: "none" }, { ...theirs, workflowId: "default/none" }]) {
    const { stop, reason } = await awaitStop(bench, asked, "another");
    assert.deepEqual([stop, reason], [true, "the workflow was deleted or begun again"], asked.workflowId);
  }
});

for (const workflowId of [
  "install",
  "a/b/c",
  "default/",
  "/install",
  "__proto__/install",
  "default/__proto__",
  "../install",
])
  test(`${workflowId} is no workflow's id`, async (t) => {
    const bench = await setUp(t);
    const asked = create(ActionResponseSchema, { workflowId, taskId: "t", actionId: "a" });
    await assert.rejects(awaitStop(bench, asked), withCode(Code.InvalidArgument));
  });
