import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { takeBackFinalizer, type Workflow } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { openSpoiltStore } from "@neverland/store/testing/spoilt-store.ts";
import { waitFor } from "@neverland/store/testing/wait-for.ts";
import { action, documentOf, installer, neighbour } from "@neverland/workflow-rules/testing/examples.ts";
import type { PowerControl, PowerOutcome } from "../ports.ts";
import { type BenchOptions, ControllerBench, key, machineKey, waitUntil } from "../testing/controller-bench.ts";

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

test("which object is missing is told by the reason, too", async (t) => {
  const bench = await setUp(t);
  const reasonIs = (reason: string) => (workflow: Workflow) => workflow.status?.conditions?.[0]?.reason === reason;
  await bench.createWorkflow({ hardwareRef: "machine" });
  await bench.reach(reasonIs("NoTemplate"));
  await bench.createTemplate();
  await bench.reach(reasonIs("NoHardware"));
  assert.deepEqual(
    bench.events.map(({ reason }) => reason),
    ["NoTemplate", "NoHardware"],
  );
});

test("no workflow is started on a machine that is to be left alone, until its Hardware lets it", async (t) => {
  const bench = await setUp(t);
  await bench.createTemplate();
  const interfaces = [{ dhcp: { mac: installer } }, { netboot: { allowWorkflow: false } }];
  await bench.hardware.create({ metadata: machineKey, spec: { interfaces } });
  await bench.createWorkflow({ hardwareRef: "machine", bootOptions: { toggleAllowNetboot: true } });
  const { status } = await bench.reach((each) => each.status?.templateRendering === "failed");
  assert.equal(status?.conditions?.[0]?.reason, "WorkflowsForbidden");
  assert.match(
    status?.conditions?.[0]?.message ?? "",
    /^Hardware machine forbids workflows .*interfaces\[1\].*, so workflow install is not started$/,
  );
  assert.deepEqual(await bench.allowPxe(), [undefined, undefined]);
  await bench.changeHardware((machine) => ({ ...machine, spec: { interfaces: [{ dhcp: { mac: installer } }] } }));
  await bench.reachState("PENDING");
});

test("a worker that the Hardware of the workflow does not have is said with the ids of both, until it has", async (t) => {
  const bench = await setUpMachine(t, { render: () => ({ document: documentOf([neighbour, action("stream")]) }) });
  await bench.createWorkflow({ hardwareRef: "machine" });
  const noted = (value: string) => (workflow: Workflow) =>
    workflow.status?.conditions?.find(({ type }) => type === "WorkerOfHardware")?.status === value;
  const { status } = await bench.reach(noted("False"));
  assert.equal(status?.state, "PENDING");
  assert.match(
    status?.conditions?.at(-1)?.message ?? "",
    new RegExp(
      `for worker ${neighbour}, and Hardware machine, .* has ${installer}: .*; ${neighbour} and ${installer} differ so little`,
    ),
  );
  await bench.changeHardware((machine) => ({ ...machine, spec: { interfaces: [{ dhcp: { mac: neighbour } }] } }));
  await bench.reach(noted("True"));
  const said = bench.events.filter(({ type }) => type === "WorkerMismatch");
  assert.deepEqual(
    said.map(({ reason }) => reason),
    ["WorkerOfOtherMachine"],
  );
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

test("a template without actions is refused, with whatever was passed over in it", async (t) => {
  const warnings = ["line 5: unknown key actins is ignored"];
  const bench = await setUpMachine(t, { render: () => ({ document: documentOf([installer]), warnings }) });
  await bench.createWorkflow();
  const { status } = await bench.reach((each) => each.status?.templateRendering === "failed");
  assert.match(status?.conditions?.[0]?.message ?? "", /has no actions: .*; line 5: unknown key actins is ignored$/);
});

test("a workflow whose Template changes to the same is not rendered again", async (t) => {
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
  const { conditions, observedGeneration, ...rest } = disabled.status ?? {};
  assert.deepEqual(rest, { agentID: installer });
  assert.deepEqual(
    conditions?.map(({ type, status, reason }) => ({ type, status, reason })),
    [{ type: "Ready", status: "False", reason: "Disabled" }],
  );
  assert.equal(observedGeneration, 1);
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

test("deleting a workflow before its end takes the permission back before it goes, and says so", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  const { metadata } = await bench.reachState("PENDING");
  assert.deepEqual(metadata.finalizers, [takeBackFinalizer]);
  await bench.workflows.delete(key);
  await bench.gone();
  assert.deepEqual(await bench.allowPxe(), [false, false]);
  assert.match(bench.events.at(-1)?.message ?? "", /^workflow install: the workflow was deleted: set allowPXE/);
});

test("a workflow deleted while no controller runs is held until one takes the permission back", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  await bench.reachState("PENDING");
  await bench.stop();
  await bench.workflows.delete(key);
  await bench.start();
  await bench.gone();
  assert.deepEqual([await bench.allowPxe(), bench.errors], [[false, false], []]);
});

test("two workflows of a machine that are deleted at once leave no permission behind", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle, "first");
  await bench.createWorkflow(toggle, "second");
  await bench.reachState("PENDING", "first");
  await bench.reachState("PENDING", "second");
  await bench.stop();
  for (const name of ["first", "second"]) await bench.workflows.delete({ ...key, name });
  await bench.start();
  for (const name of ["first", "second"]) await bench.gone(name);
  assert.deepEqual(await bench.allowPxe(), [false, false]);
});

test("a workflow that lent the permission before there were finalizers gets one at the start", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  await bench.reachState("PENDING");
  await bench.stop();
  const old = await bench.reachState("PENDING");
  await bench.workflows.update({ ...old, metadata: { ...old.metadata, finalizers: [] } });
  await bench.start();
  await bench.reach(({ metadata }) => metadata.finalizers?.includes(takeBackFinalizer) === true);
});

test("a workflow that is torn away without its finalizer is cleaned up after all the same", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  const pending = await bench.reachState("PENDING");
  await bench.workflows.delete(key);
  await bench.workflows
    .update({ ...pending, metadata: { ...pending.metadata, resourceVersion: "", finalizers: [] } })
    .catch(() => undefined);
  await bench.gone();
  await waitFor(bench.hardware, machineKey, ({ spec }) => spec?.interfaces?.[0]?.netboot?.allowPXE === false);
});

test("a workflow that is over and has taken everything back can be deleted without a controller", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  const workflow = await bench.reachState("PENDING");
  await bench.report(workflow, 0, "FAILED");
  const { metadata } = await bench.reach(
    ({ status, metadata: { finalizers } }) => status?.state === "FAILED" && finalizers?.length === 0,
  );
  await bench.stop();
  await bench.workflows.delete(metadata);
  assert.equal(await bench.workflows.get(key), undefined);
});

test("a medium is ejected before a deleted workflow goes, and one that cannot be is said and holds it no longer than its time", async (t) => {
  const asked: string[] = [];
  let outcome: PowerOutcome = { state: "running", pollAfterMs: 5000 };
  const power: PowerControl = {
    prepare: async () => ({ state: "complete" }),
    finish: async ({ metadata }) => {
      asked.push(metadata.name);
      return outcome;
    },
  };
  const bench = await setUpMachine(t, { power });
  const bootOptions = { bootMode: "iso", isoURL: "http://192.0.2.1/hook.iso" } as const;
  await bench.createWorkflow({ hardwareRef: "machine", bootOptions }, "first");
  await bench.reachState("PENDING", "first");
  await bench.workflows.delete({ ...key, name: "first" });
  await waitUntil(() => asked.length > 0);
  outcome = { state: "complete" };
  bench.clock.advance(5000);
  await bench.gone("first");

  outcome = { state: "failed", reason: "NoAnswer", message: "the management controller does not answer" };
  await bench.createWorkflow({ hardwareRef: "machine", bootOptions }, "second");
  await bench.reachState("PENDING", "second");
  await bench.workflows.delete({ ...key, name: "second" });
  await bench.gone("second");
  assert.match(bench.events.at(-1)?.message ?? "", /could not be ejected: the management controller does not answer/);

  // The store stamps deletions by the system's clock.
  bench.clock.setForward(Date.now() - bench.clock.nowMs());
  outcome = { state: "running", pollAfterMs: 5000 };
  await bench.createWorkflow({ hardwareRef: "machine", bootOptions }, "third");
  await bench.reachState("PENDING", "third");
  asked.length = 0;
  await bench.workflows.delete({ ...key, name: "third" });
  await waitUntil(() => asked.length > 0);
  bench.clock.advance(1_801_000);
  await bench.gone("third");
  assert.match(bench.events.at(-1)?.message ?? "", /could not be ejected: it took longer than 1800 s; eject it at/);
});

test("a medium is ejected after a failure too", async (t) => {
  const finished: string[] = [];
  const power: PowerControl = {
    prepare: async () => ({ state: "complete" }),
    finish: async ({ metadata }) => {
      finished.push(metadata.name);
      return { state: "complete" };
    },
  };
  const bench = await setUpMachine(t, { power });
  await bench.createWorkflow({ hardwareRef: "machine", bootOptions: { bootMode: "iso" } });
  await bench.report(await bench.reachState("PENDING"), 0, "FAILED");
  const { status } = await bench.reach((each) => each.metadata.finalizers?.length === 0);
  assert.equal(status?.bootOptions?.jobs?.["iso-eject-install"]?.complete, true);
  assert.deepEqual(finished, ["install"]);
});

test("a workflow behind another one of its worker is told at once when that one has ended", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow({}, "first");
  const first = await bench.reachState("PENDING", "first");
  await bench.createWorkflow({}, "second");
  await bench.reachState("PENDING", "second");
  // Behind the first, the second has no deadline of its own.
  bench.clock.advance(1_800_000);
  await bench.report(first, 0, "FAILED");
  await bench.reachState("FAILED", "first");
  await waitUntil(() => bench.clock.pending > 1);
  bench.clock.advance(3_599_000);
  assert.equal((await bench.workflows.get({ ...key, name: "second" }))?.status?.state, "PENDING");
  bench.clock.advance(1000);
  await bench.reachState("TIMEOUT", "second");
});

test("a workflow behind a running one has all of its time from when that one is deleted", async (t) => {
  const long = documentOf([installer, action("stream", { timeoutSeconds: 7200 })]);
  const bench = await setUpMachine(t, { render: () => ({ document: { ...long, globalTimeoutSeconds: 7200 } }) });
  await bench.createWorkflow({}, "first");
  const first = await bench.reachState("PENDING", "first");
  await bench.report(first, 0, "RUNNING");
  await bench.reachState("RUNNING", "first");
  await bench.createWorkflow({}, "second");
  await bench.reachState("PENDING", "second");
  // As long as its worker would be waited for, were it not behind the first.
  bench.clock.advance(3_600_000);
  for (let turns = 0; turns < 100 || bench.queued > 0; turns += 1) await new Promise(setImmediate);
  assert.equal((await bench.workflows.get({ ...key, name: "second" }))?.status?.state, "PENDING");
  await bench.workflows.delete(first.metadata);
  await bench.gone("first");
  await waitUntil(() => bench.queued === 0);
  bench.clock.advance(3_599_000);
  for (let turns = 0; turns < 100 || bench.queued > 0; turns += 1) await new Promise(setImmediate);
  assert.equal((await bench.workflows.get({ ...key, name: "second" }))?.status?.state, "PENDING");
  bench.clock.advance(1000);
  await bench.reachState("TIMEOUT", "second");
});

test("a begun workflow behind an action that its worker runs for a later one has all of its time from that action's end", async (t) => {
  const long = { timeoutSeconds: 7200 };
  const document = documentOf([installer, action("stream", long), action("write", long)]);
  const bench = await setUpMachine(t, { render: () => ({ document: { ...document, globalTimeoutSeconds: 30_000 } }) });
  const state = async () => (await bench.workflows.get({ ...key, name: "first" }))?.status?.state;
  const isAt = (actionName: string, state: string) => (workflow: Workflow) =>
    workflow.status?.currentState?.actionName === actionName && workflow.status.currentState.state === state;
  await bench.createWorkflow({}, "first");
  const first = await bench.reachState("PENDING", "first");
  await bench.report(first, 0, "SUCCESS");
  await bench.reach(isAt("write", "PENDING"), "first");
  await bench.createWorkflow({}, "second");
  const second = await bench.reachState("PENDING", "second");
  await bench.report(second, 0, "RUNNING");
  await bench.reach(isAt("stream", "RUNNING"), "second");
  bench.clock.advance(3_600_000);
  for (let turns = 0; turns < 100 || bench.queued > 0; turns += 1) await new Promise(setImmediate);
  assert.equal(await state(), "RUNNING");
  await bench.report(second, 0, "SUCCESS");
  await bench.reach(isAt("write", "PENDING"), "second");
  await waitUntil(() => bench.queued === 0);
  bench.clock.advance(3_599_000);
  for (let turns = 0; turns < 100 || bench.queued > 0; turns += 1) await new Promise(setImmediate);
  assert.equal(await state(), "RUNNING");
  bench.clock.advance(1000);
  await bench.reachState("TIMEOUT", "first");
});

test("while no Tink Server takes reports, no worker is given up for its silence", async (t) => {
  let listeningSinceMs: number | undefined;
  const bench = await setUpMachine(t, { listeningSinceMs: () => listeningSinceMs });
  await bench.createWorkflow();
  await bench.reachState("PENDING");
  bench.clock.advance(7_200_000);
  await bench.restart();
  assert.equal((await bench.workflows.get(key))?.status?.state, "PENDING");
  listeningSinceMs = bench.clock.nowMs();
  await bench.restart();
  bench.clock.advance(3_600_000);
  await bench.reachState("TIMEOUT");
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

test("a last action that restarts the machine succeeds as soon as the machine is seen starting", async (t) => {
  const bench = await setUpMachine(t, {
    render: () => ({ document: documentOf([installer, action("stream"), action("reboot")]) }),
  });
  await bench.createWorkflow({ hardwareRef: "machine" });
  const workflow = await bench.reachState("PENDING");
  await bench.report(workflow, 0, "SUCCESS");
  await bench.report(workflow, 1, "RUNNING");
  await bench.reach(({ status }) => status?.currentState?.state === "RUNNING");
  const machine = { namespace: "default", hardware: "machine", mac: installer };
  bench.contacts.note(machine, "DhcpOffer", bench.clock.nowMs() + 20_000);
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

test("the reports of a workflow that is over go, also one that comes late, and a restart comes to the same", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow();
  const workflow = await bench.reachState("PENDING");
  for (const index of [0, 1]) await bench.report(workflow, index, "RUNNING");
  for (const index of [0, 1]) await bench.report(workflow, index, "SUCCESS");
  const { status } = await bench.reachState("SUCCESS");
  const none = async () => (await bench.reports.list()).items.length === 0;
  await waitUntil(none);
  await bench.report(workflow, 1, "FAILED", "exit code 1");
  await waitUntil(none);
  await bench.restart();
  await bench.report(workflow, 0, "RUNNING");
  await waitUntil(none);
  assert.deepEqual((await bench.workflows.get(key))?.status, status);
  assert.deepEqual(bench.errors, []);
});

test("a clock that is set forward by a day gives nobody up, and what was left of a wait is left", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow({}, "waiting");
  await bench.reachState("PENDING", "waiting");
  bench.clock.advance(600_000);
  bench.clock.setForward(86_400_000);
  const template = await bench.templates.get({ namespace: "default", name: "debian" });
  assert.ok(template);
  await bench.templates.update({ ...template, spec: { data: "touched, so that the workflow is looked at" } });
  bench.clock.advance(2_999_000);
  await waitUntil(() => bench.queued === 0);
  assert.equal((await bench.workflows.get({ ...key, name: "waiting" }))?.status?.state, "PENDING");
  bench.clock.advance(1000);
  await bench.reachState("TIMEOUT", "waiting");
});

test("a workflow behind one that has gone on to another worker has all of its time from then on", async (t) => {
  const bench = await setUpMachine(t, {
    render: ({ workflow }) => ({
      document:
        workflow.metadata.name === "first"
          ? documentOf([installer, action("stream")], [neighbour, action("check")])
          : documentOf([installer, action("stream")]),
    }),
  });
  await bench.createWorkflow({}, "first");
  const first = await bench.reachState("PENDING", "first");
  await bench.report(first, 0, "RUNNING");
  await bench.reachState("RUNNING", "first");
  await bench.createWorkflow({}, "second");
  await bench.reachState("PENDING", "second");
  await waitUntil(() => bench.queued === 0);
  bench.clock.advance(600_000);
  await bench.report(first, 0, "SUCCESS");
  await bench.reach(({ status }) => status?.agentID === neighbour, "first");
  await waitUntil(() => bench.queued === 0);
  bench.clock.advance(3_599_000);
  await waitUntil(() => bench.queued === 0);
  assert.equal((await bench.workflows.get({ ...key, name: "second" }))?.status?.state, "PENDING");
  bench.clock.advance(1000);
  await bench.reachState("TIMEOUT", "second");
});

test("a Hardware that is deleted under a running workflow is said, once, and so is that it came back", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow({ hardwareRef: "machine" });
  await bench.report(await bench.reachState("PENDING"), 0, "RUNNING");
  await bench.reachState("RUNNING");
  await bench.hardware.delete(machineKey);
  const conditionIs = (value: string) =>
    bench.reach(({ status }) => status?.conditions?.find(({ type }) => type === "HardwareMissing")?.status === value);
  const { status } = await conditionIs("True");
  assert.equal(status?.state, "RUNNING");
  assert.match(
    status?.conditions?.at(-1)?.message ?? "",
    /^Hardware machine was deleted while the workflow is under way: .* apply it again/,
  );
  await bench.createHardware();
  await conditionIs("False");
  const gone = bench.events.filter(({ type }) => type === "HardwareGone");
  assert.deepEqual(
    gone.map(({ hardware, message }) => [hardware, /^workflow install: Hardware machine was deleted/.test(message)]),
    [["machine", true]],
  );
});

test("a permission that somebody writes away, or that went with the Hardware, is lent again with an event", async (t) => {
  const bench = await setUpMachine(t);
  await bench.createWorkflow(toggle);
  await bench.reachState("PENDING");
  const writeAway = async () => {
    const managedFields = [{ manager: "gitops", operation: "Apply", time: "2026-01-01T00:00:00Z" }];
    await bench.changeHardware((machine) => {
      const interfaces = machine.spec?.interfaces?.map((each) => ({ ...each, netboot: { allowPXE: false } })) ?? [];
      return { ...machine, metadata: { ...machine.metadata, managedFields }, spec: { interfaces } };
    });
  };
  const mayNetboot = () => waitUntil(async () => (await bench.allowPxe()).every((allowed) => allowed === true));
  const lentAgain = () => bench.events.filter(({ type }) => type === "NetbootAllowed").slice(1);
  await writeAway();
  await mayNetboot();
  await waitUntil(() => lentAgain().length === 1);
  assert.match(
    lentAgain()[0]?.message ?? "",
    /^workflow install: gitops wrote Hardware machine without the permission/,
  );

  // Whoever does so at once again is answered some seconds later, so that two programs do not keep each other busy.
  await writeAway();
  await waitUntil(() => bench.queued === 0);
  bench.clock.advance(9999);
  await waitUntil(() => bench.queued === 0);
  assert.deepEqual(await bench.allowPxe(), [false, false]);
  bench.clock.advance(1);
  await mayNetboot();
  await waitUntil(() => lentAgain().length === 2);

  bench.clock.advance(60_000);
  await bench.hardware.delete(machineKey);
  await waitUntil(() => bench.events.some(({ type }) => type === "HardwareGone"));
  await bench.createHardware();
  await mayNetboot();
  await waitUntil(() => lentAgain().length === 3);
  await bench.workflows.delete(key);
  await bench.gone();
  assert.deepEqual(await bench.allowPxe(), [false, false]);
});

test("a permission that is written away while the machine is being prepared is lent again before that is done", async (t) => {
  const power: PowerControl = {
    prepare: async () => ({ state: "running", pollAfterMs: 5000 }),
    finish: async () => ({ state: "complete" }),
  };
  const bench = await setUpMachine(t, { power });
  const bootOptions = { toggleAllowNetboot: true, bootMode: "netboot" } as const;
  await bench.createWorkflow({ hardwareRef: "machine", bootOptions });
  await bench.reach(({ status }) => status?.bootOptions?.allowNetboot?.toggledTrue === true);
  await bench.changeHardware((machine) => ({ ...machine, spec: { interfaces: [{ netboot: { allowPXE: false } }] } }));
  await waitUntil(async () => (await bench.allowPxe())[0] === true);
  assert.equal((await bench.workflows.get(key))?.status?.state, "PREPARING");
});

/** A controller on what another one left, after somebody spoilt all objects of one name with another program. */
async function setUpSpoilt(t: TestContext, fill: (bench: ControllerBench) => Promise<unknown>, name: string) {
  const fillStore = async (store: ResourceStore) => {
    const bench = new ControllerBench({ store });
    await bench.start();
    await bench.createTemplate();
    await bench.createHardware();
    await fill(bench);
    await bench.stop();
  };
  const sql = `UPDATE objects SET object = json_set(object, '$.spec.interfaces', 'none', '$.spec.data', 7) WHERE name = '${name}'`;
  return await setUp(t, { store: await openSpoiltStore(t, fillStore, sql) });
}

const missed = (value: string) => (workflow: Workflow) =>
  workflow.status?.conditions?.find(({ type }) => type === "HardwareMissing")?.status === value;

test("a Hardware that no schema accepts is told to its workflow as that, not as deleted, and so is that it was mended", async (t) => {
  const fill = async (bench: ControllerBench) => {
    await bench.createWorkflow(toggle);
    await bench.reachState("PENDING");
  };
  const bench = await setUpSpoilt(t, fill, machineKey.name);
  const { status } = await bench.reach(missed("True"));
  assert.match(
    status?.conditions?.at(-1)?.message ?? "",
    /^Hardware machine is stored but cannot be used: spec\.interfaces: .*; put that right and apply it again, or delete/,
  );
  await bench.hardware.delete(machineKey);
  await bench.createHardware();
  await bench.reach(missed("False"));
  await waitUntil(async () => (await bench.allowPxe())[0] === true);
  assert.deepEqual(
    bench.events.map(({ type }) => type),
    ["NetbootAllowed"],
  );
});

test("a permission that cannot be taken back because no schema accepts the Hardware is said with what to do", async (t) => {
  const fill = async (bench: ControllerBench) => {
    for (const name of ["first", "second"]) {
      await bench.createWorkflow(toggle, name);
      await bench.reachState("PENDING", name);
    }
  };
  const bench = await setUpSpoilt(t, fill, machineKey.name);
  const left = /left allowPXE as it is: Hardware machine is stored but cannot be used .* set allowPXE to false when/;
  await bench.workflows.delete({ ...key, name: "first" });
  await bench.gone("first");
  assert.match(bench.events.at(-1)?.message ?? "", left);
  await bench.report(await bench.reachState("PENDING", "second"), 0, "FAILED");
  const { status } = await bench.reach(
    (each) => each.status?.bootOptions?.allowNetboot?.toggledFalse === true,
    "second",
  );
  const { message, reason } = status?.conditions?.find(({ type }) => type === "AllowNetbootFalse") ?? {};
  assert.match(message ?? "", left);
  assert.equal(reason, "NotOfItsSchema");
});

for (const [kind, name, field] of [
  ["Hardware", machineKey.name, "spec\\.interfaces"],
  ["Template", "debian", "spec\\.data"],
] as const)
  test(`a new workflow is not told that its ${kind} does not exist when no schema accepts it`, async (t) => {
    const bench = await setUpSpoilt(t, async () => undefined, name);
    await bench.createWorkflow(toggle);
    const { status } = await bench.reach((each) => each.status?.templateRendering === "failed");
    const sentence = `^${kind} default/${name}, which .* names, is stored but cannot be used: ${field}: .* apply it again`;
    assert.match(status?.conditions?.[0]?.message ?? "", new RegExp(sentence));
  });

test("to be made ready costs a Hardware one durable write beside its own, and so its workflow", async (t) => {
  const bench = await setUp(t);
  await bench.createTemplate();
  const versionBefore = Number((await bench.templates.list()).resourceVersion);
  await bench.createHardware();
  await waitUntil(async () => (await bench.hardware.get(machineKey))?.status !== undefined && bench.queued === 0);
  const versionOf = async () => Number((await bench.templates.list()).resourceVersion);
  assert.equal((await versionOf()) - versionBefore, 2);
  await bench.createWorkflow({ hardwareRef: "machine" });
  await bench.reachState("PENDING");
  await waitUntil(() => bench.queued === 0);
  assert.equal((await versionOf()) - versionBefore, 4);
});
