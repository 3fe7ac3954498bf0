import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { action, documentOf, installer, neighbour } from "@neverland/workflow-rules/testing/examples.ts";
import type { PowerOutcome } from "../ports.ts";
import { type BenchOptions, ControllerBench, key, machineKey } from "../testing/controller-bench.ts";

const toggle = { hardwareRef: "machine", bootOptions: { toggleAllowNetboot: true } };

async function setUp(t: TestContext, options: BenchOptions = {}): Promise<ControllerBench> {
  const bench = new ControllerBench(options);
  t.after(() => bench.stop());
  await bench.start();
  return bench;
}

async function setUpMachine(t: TestContext, options: BenchOptions = {}): Promise<ControllerBench> {
  const bench = await setUp(t, options);
  await bench.createTemplate();
  await bench.createHardware();
  return bench;
}

test("a workflow is rendered to tasks and actions with ids and waits for its worker", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow();
  const { status } = await bench.reachState("PENDING");
  assert.equal(status?.agentID, installer);
  assert.equal(status?.templateRendering, "successful");
  assert.match(status?.tasks?.[0]?.actions[0]?.id ?? "", /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.equal(status?.currentState?.actionName, "stream");
});

test("a missing template is said, and the workflow starts once it is there", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const { status } = await bench.reach((each) => each.status?.templateRendering === "failed");
  assert.match(status?.conditions?.[0]?.message ?? "", /Template default\/debian, .* does not exist/);
  await bench.createTemplate();
  await bench.reachState("PENDING");
});

test("a template that does not render is said with its place, and mending it starts the workflow", async (t) => {
  const broken = ["debian:1:3: unexpected {{end}}"];
  const good = { document: documentOf([installer, action("stream")]) };
  const bench = await setUpMachine(t, {
    render: ({ template }) => (template.spec?.data === "good" ? good : { problems: broken }),
  });
  await bench.createWorkflow();
  const { status } = await bench.reach((each) => each.status?.templateRendering === "failed");
  assert.deepEqual([status?.state, status?.conditions?.[0]?.message], ["", "debian:1:3: unexpected {{end}}"]);
  const template = await bench.templates.get({ namespace: "default", name: "debian" });
  assert.ok(template);
  await bench.templates.update({ ...template, spec: { data: "good" } });
  await bench.reachState("PENDING");
  assert.deepEqual(
    bench.events.map(({ type }) => type),
    ["TemplateFailed", "WorkflowPending"],
  );
});

test("a template without actions is refused", async (t) => {
  const bench = await setUpMachine(t, { render: () => ({ document: documentOf([installer]) }) });
  await bench.createWorkflow();
  const { status } = await bench.reach((each) => each.status?.templateRendering === "failed");
  assert.match(status?.conditions?.[0]?.message ?? "", /has no actions/);
});

test("a rendered workflow is never rendered again", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow();
  const before = await bench.reachState("PENDING");
  const template = await bench.templates.get({ namespace: "default", name: "debian" });
  assert.ok(template);
  await bench.templates.update({ ...template, spec: { data: "other" } });
  await bench.restart();
  await bench.report(before, 0, "RUNNING");
  const after = await bench.reachState("RUNNING");
  assert.deepEqual(after.status?.tasks?.[0]?.id, before.status?.tasks?.[0]?.id);
});

test("a disabled workflow has only its agent; enabling it starts it", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow({ disabled: true });
  const disabled = await bench.reach(({ status }) => status?.agentID !== undefined);
  assert.deepEqual(disabled.status, { agentID: installer });
  await bench.workflows.update({ ...disabled, spec: { ...disabled.spec, disabled: false } });
  await bench.reachState("PENDING");
});

test("reports lead through RUNNING to SUCCESS", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow();
  const workflow = await bench.reachState("PENDING");
  await bench.report(workflow, 0, "RUNNING");
  await bench.reachState("RUNNING");
  await bench.report(workflow, 0, "SUCCESS");
  await bench.reach(({ status }) => status?.currentState?.actionName === "write");
  await bench.report(workflow, 1, "RUNNING");
  await bench.report(workflow, 1, "SUCCESS");
  const { status } = await bench.reachState("SUCCESS");
  assert.equal(status?.conditions?.find(({ type }) => type === "Succeeded")?.status, "True");
});

test("permission to netboot is given before the workflow and taken back after its success", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  const workflow = await bench.reachState("PENDING");
  assert.deepEqual(await bench.allowPxe(), [true, true]);
  for (const index of [0, 1]) await bench.report(workflow, index, "SUCCESS");
  const { status } = await bench.reachState("SUCCESS");
  assert.deepEqual(await bench.allowPxe(), [false, false]);
  assert.deepEqual(status?.bootOptions?.allowNetboot, { toggledTrue: true, toggledFalse: true });
  // Whether it was seen running depends on how quickly the reports came.
  const types = bench.events.map(({ type }) => type).filter((type) => type !== "WorkflowRunning");
  assert.deepEqual(types, [
    "WorkflowPreparing",
    "NetbootAllowed",
    "WorkflowPending",
    "NetbootForbidden",
    "WorkflowSucceeded",
  ]);
});

test("permission to netboot is taken back after a failure, and the other fields of netboot stay", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  const workflow = await bench.reachState("PENDING");
  await bench.report(workflow, 0, "FAILED", "exit code 1");
  await bench.reach(({ status }) => status?.bootOptions?.allowNetboot?.toggledFalse === true);
  const machine = await bench.hardware.get(machineKey);
  assert.equal((await bench.workflows.get(key))?.status?.state, "FAILED");
  assert.deepEqual(machine?.spec?.interfaces?.[1]?.netboot, { allowPXE: false, allowWorkflow: true });
});

test("a worker that never comes is a timeout with a sentence, and permission to netboot is taken back", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  await bench.reachState("PENDING");
  await bench.restart();
  bench.clock.advance(3_600_000);
  const { status } = await bench.reach((each) => each.status?.bootOptions?.allowNetboot?.toggledFalse === true);
  assert.equal(status?.state, "TIMEOUT");
  assert.match(
    status?.conditions?.find(({ type }) => type === "Succeeded")?.message ?? "",
    /no worker 52:54:00:00:00:01 asked/,
  );
  assert.deepEqual(await bench.allowPxe(), [false, false]);
});

test("deadlines are armed again after a restart", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow();
  await bench.report(await bench.reachState("PENDING"), 0, "RUNNING");
  await bench.reachState("RUNNING");
  await bench.restart();
  bench.clock.advance(660_000);
  const { status } = await bench.reachState("TIMEOUT");
  assert.equal(status?.conditions?.find(({ type }) => type === "Succeeded")?.reason, "WorkerSilent");
});

test("reports that came in while the controller was down are folded when it is back", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow();
  const workflow = await bench.reachState("PENDING");
  await bench.stop();
  for (const index of [0, 1]) await bench.report(workflow, index, "SUCCESS");
  await bench.start();
  await bench.reachState("SUCCESS");
});

test("permission stays while another workflow of the machine waits with it, which then takes it back", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle, "first");
  await bench.createWorkflow(toggle, "second");
  const first = await bench.reachState("PENDING", "first");
  const second = await bench.reachState("PENDING", "second");
  await bench.report(first, 0, "FAILED");
  await bench.reach(({ status }) => status?.bootOptions?.allowNetboot?.toggledFalse === true, "first");
  assert.deepEqual(await bench.allowPxe(), [true, true]);
  await bench.report(second, 0, "FAILED");
  await bench.reach(({ status }) => status?.bootOptions?.allowNetboot?.toggledFalse === true, "second");
  assert.deepEqual(await bench.allowPxe(), [false, false]);
});

test("deleting a workflow before its end takes the permission back", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  await bench.reachState("PENDING");
  await bench.workflows.delete(key);
  await bench.stop();
  assert.deepEqual(await bench.allowPxe(), [false, false]);
});

test("toggling without a Hardware fails with a sentence", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow({ bootOptions: { toggleAllowNetboot: true } });
  const { status } = await bench.reachState("FAILED");
  assert.match(status?.conditions?.at(-1)?.message ?? "", /names no Hardware: set spec.hardwareRef/);
});

for (const bootMode of ["netboot", "iso", "isoboot", "customboot"] as const)
  test(`bootMode ${bootMode} without BMC support fails at once with a sentence and gives the permission back`, async (t) => {
    const bench = await setUpMachine(t);
    await bench.createWorkflow({ hardwareRef: "machine", bootOptions: { toggleAllowNetboot: true, bootMode } });
    const { status } = await bench.reach((each) => each.status?.bootOptions?.allowNetboot?.toggledFalse === true);
    assert.equal(status?.state, "FAILED");
    assert.match(
      status?.conditions?.find(({ type }) => type === "BootJobFailed")?.message ?? "",
      /no BMC support configured/,
    );
  });

test("a boot job is polled until it is complete", async (t) => {
  const outcomes: PowerOutcome[] = [{ state: "running", pollAfterMs: 2000 }, { state: "complete" }];
  const prepare = async () => outcomes.shift() ?? { state: "failed", reason: "Asked", message: "asked too often" };
  const finish = async () => ({ state: "complete" }) as const;
  const bench = await setUpMachine(t, { power: { prepare, finish } });
  await bench.createWorkflow({ hardwareRef: "machine", bootOptions: { bootMode: "netboot" } });
  await bench.reach(({ status }) => status?.conditions?.some(({ type }) => type === "BootJobRunning") === true);
  await bench.restart();
  const { status } = await bench.reachState("PENDING");
  assert.deepEqual(status?.bootOptions?.jobs, { "netboot-install": { complete: true } });
});

test("preparing that takes too long fails with a sentence", async (t) => {
  const running = async () => ({ state: "running", pollAfterMs: 600_000 }) as const;
  const bench = await setUpMachine(t, { power: { prepare: running, finish: running } });
  await bench.createWorkflow({ hardwareRef: "machine", bootOptions: { bootMode: "netboot" } });
  await bench.reach(({ status }) => status?.conditions?.some(({ type }) => type === "BootJobRunning") === true);
  await bench.restart();
  bench.clock.advance(1_800_000);
  const { status } = await bench.reachState("FAILED");
  assert.equal(status?.conditions?.at(-1)?.reason, "PreparingTimeout");
});

test("a last action that restarts the machine succeeds when the machine is seen starting", async (t) => {
  let contactMs: number | undefined;
  const bench = await setUpMachine(t, {
    render: () => ({ document: documentOf([installer, action("stream"), action("reboot")]) }),
    bootContactMs: () => contactMs,
  });
  await bench.createWorkflow();
  const workflow = await bench.reachState("PENDING");
  await bench.report(workflow, 0, "SUCCESS");
  await bench.report(workflow, 1, "RUNNING");
  await bench.reach(({ status }) => status?.currentState?.state === "RUNNING");
  contactMs = bench.clock.nowMs() + 20_000;
  await bench.restart();
  await bench.reachState("SUCCESS");
});

test("after the first worker's task the workflow is the second worker's", async (t) => {
  const bench = await setUpMachine(t, {
    render: () => ({ document: documentOf([installer, action("stream")], [neighbour, action("check")]) }),
  });
  await bench.createWorkflow();
  await bench.report(await bench.reachState("PENDING"), 0, "SUCCESS");
  await bench.reach(({ status }) => status?.agentID === neighbour);
});
