import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { explain, kinds, type Workflow } from "@neverland/api";
import { action, documentOf, installer } from "@neverland/workflow-rules/testing/examples.ts";
import { effectsInWords } from "@neverland/workflow-rules/written/look-at-effects.ts";
import type { RenderWorkflow } from "@neverland/workflow-rules/written/render-workflow.ts";
import { type BenchOptions, ControllerBench, key, machineKey, waitUntil } from "../testing/controller-bench.ts";

const toggle = { hardwareRef: "machine", bootOptions: { toggleAllowNetboot: true } };
/** The action's name is the text of the template, or what the workflow says of it. */
const render: RenderWorkflow = ({ workflow, template }) =>
  template.spec?.data === "broken"
    ? { problems: ["debian:1:3: unexpected {{end}}"] }
    : {
        document: documentOf([
          installer,
          action(workflow.spec?.hardwareMap?.name ?? template.spec?.data ?? "old"),
          action("last"),
        ]),
      };

async function setUp(t: TestContext, options: BenchOptions = {}): Promise<ControllerBench> {
  const bench = new ControllerBench({ render, ...options });
  t.after(() => bench.stop());
  await bench.start();
  await bench.createTemplate();
  await bench.createHardware();
  await writeTemplate(bench, "old");
  return bench;
}

async function writeTemplate({ templates }: ControllerBench, data: string): Promise<void> {
  const template = await templates.get({ namespace: "default", name: "debian" });
  assert.ok(template);
  await templates.update({ ...template, spec: { data } });
}

async function writeSpec({ workflows }: ControllerBench, spec: Workflow["spec"]): Promise<void> {
  await waitUntil(async () => {
    const workflow = await workflows.get(key);
    assert.ok(workflow);
    return await workflows.update({ ...workflow, spec: { templateRef: "debian", ...spec } }).then(
      () => true,
      () => false,
    );
  });
}

const runs =
  (name: string, state = "PENDING") =>
  (workflow: Workflow) =>
    workflow.status?.state === state && workflow.status.tasks?.[0]?.actions[0]?.name === name;
const typesOf = (bench: ControllerBench) => bench.events.map(({ type }) => type);
const messageOf = ({ status }: Workflow, type: string) =>
  status?.conditions?.find((condition) => condition.type === type)?.message ?? "";

test("a Template that is mended while a workflow of it waits is what the workflow runs", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow(toggle);
  const before = await bench.reach(runs("old"));
  await writeTemplate(bench, "new");
  const after = await bench.reach(runs("new"));
  assert.equal(
    messageOf(after, "RenderedAnew"),
    "rendered anew, since Template debian was changed before any action of it was given out",
  );
  assert.notEqual(after.status?.currentState?.actionID, before.status?.currentState?.actionID);
  assert.equal(after.status?.currentState?.actionName, "new");
  assert.equal(typesOf(bench).filter((type) => type === "WorkflowRenderedAnew").length, 1);
  assert.equal(typesOf(bench).filter((type) => type === "NetbootAllowed").length, 1);
  assert.deepEqual(await bench.allowPxe(), [true, true]);
});

test("a workflow whose spec is mended while it waits runs what it says now", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  await bench.reach(runs("old"));
  await writeSpec(bench, { hardwareMap: { name: "mended" } });
  assert.match(messageOf(await bench.reach(runs("mended")), "RenderedAnew"), /since the workflow's spec was changed/);
});

test("a Template that is broken while a workflow of it waits is said, and mending it starts the workflow", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow(toggle);
  await bench.reach(runs("old"));
  await writeTemplate(bench, "broken");
  const { status } = await bench.reach((each) => each.status?.templateRendering === "failed");
  assert.deepEqual([status?.state, status?.tasks], ["", undefined]);
  await writeTemplate(bench, "mended");
  await bench.reach(runs("mended"));
  assert.deepEqual(await bench.allowPxe(), [true, true]);
});

test("a Template that is deleted while a workflow of it waits makes no difference; one that does not exist does", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  await bench.reach(runs("old"));
  await bench.templates.delete({ namespace: "default", name: "debian" });
  await waitUntil(() => bench.queued === 0);
  assert.ok(runs("old")(await bench.reachState("PENDING")));
  await writeSpec(bench, { templateRef: "other" });
  const waits = await bench.reach((each) => each.status?.templateRendering === "failed");
  assert.match(messageOf(waits, "TemplateRenderedSuccess"), /^Template default\/other, .* does not exist/);
});

test("a workflow that names another machine takes its permission back from the first and lends it to the second", async (t) => {
  const bench = await setUp(t);
  const other = { ...machineKey, name: "other" };
  await bench.hardware.create({ metadata: other, spec: { interfaces: [{ netboot: { allowPXE: false } }] } });
  await bench.createWorkflow(toggle);
  await bench.reach(runs("old"));
  await writeSpec(bench, { ...toggle, hardwareRef: "other" });
  await bench.reach((each) => each.status?.renderedFrom?.hardwareRef === "other" && runs("old")(each));
  assert.deepEqual(await bench.allowPxe(), [false, false]);
  assert.equal((await bench.hardware.get(other))?.spec?.interfaces?.[0]?.netboot?.allowPXE, true);
});

test("a workflow that is asked to lend its machine the permission while it waits lends it", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow({ hardwareRef: "machine" });
  await bench.reach(runs("old"));
  await writeSpec(bench, toggle);
  await waitUntil(async () => (await bench.allowPxe()).every((may) => may === true));
  await bench.reach(runs("old"));
});

test("once an action was given out a workflow stays as it was rendered, and who changes it is told", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  await bench.report(await bench.reach(runs("old")), 0, "RUNNING");
  await bench.reachState("RUNNING");
  await writeTemplate(bench, "new");
  await writeSpec(bench, { hardwareMap: { name: "mended" } });
  const kept = await bench.reach((each) => messageOf(each, "RenderedAnew") !== "");
  assert.ok(runs("old", "RUNNING")(kept));
  assert.ok(typesOf(bench).includes("WorkflowKept"));
  const world = { store: bench.store, ownAddresses: () => [] };
  const [warning] = await effectsInWords(kinds.Workflow, kept, "written", world);
  assert.match(
    warning ?? "",
    /^spec: it goes on as it was rendered before it was changed: .* tink workflow retry install/,
  );
  const { because } = explain({ workflows: [kept], events: [], nowMs: bench.clock.nowMs() });
  assert.match(because.join("; "), /spec was changed after an action of it was given out/);
});

test("an action that was begun while its workflow was about to be rendered anew is the one that runs", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const before = await bench.reach(runs("old"));
  await bench.stop();
  await bench.workflows.updateStatus({ ...before, status: { ...before.status, state: "PREPARING" } });
  await bench.report(before, 0, "RUNNING");
  await writeTemplate(bench, "new");
  await bench.start();
  await bench.reach(runs("old", "RUNNING"));
});

test("a Hardware whose permission alone was toggled has nothing rendered anew", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow(toggle);
  const before = await bench.reach(runs("old"));
  await bench.changeHardware((machine) => ({ ...machine, spec: { ...machine.spec, metadata: { state: "x" } } }));
  const now = await bench.hardware.get(machineKey);
  const after = await bench.reach(
    ({ status }) => status?.renderedFrom?.hardware === `${now?.metadata.uid}/${now?.metadata.generation}`,
  );
  assert.equal(after.status?.currentState?.actionID, before.status?.currentState?.actionID);
  assert.ok(!typesOf(bench).includes("WorkflowRenderedAnew"));
});
