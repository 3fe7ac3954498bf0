import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { apiVersionOf, type KindInfo, kinds, type Resource } from "@neverland/api";
import { ControllerRuntime } from "@neverland/controller-kit/controller-runtime.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { waitFor } from "@neverland/store/testing/wait-for.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { bmcControllers } from "../bmc/bmc-controllers.ts";
import { hardwareController } from "../hardware-controller.ts";
import { ruleSetController } from "../rule-set-controller.ts";
import { templateController } from "../template-controller.ts";
import { healthOf } from "../testing/argocd-health.ts";
import { ControllerBench } from "../testing/controller-bench.ts";
import { kstatusOf } from "../testing/kstatus.ts";
import { withGoal } from "./goal.ts";

const isSeen = ({ metadata, status }: Resource) =>
  (status as { observedGeneration?: number } | undefined)?.observedGeneration === metadata.generation;

async function setUp(t: TestContext): Promise<ControllerBench> {
  const bench = new ControllerBench();
  t.after(() => bench.stop());
  await bench.start();
  return bench;
}

/** The object as its controller leaves it. */
async function settled(t: TestContext, kind: KindInfo, spec: unknown): Promise<Resource> {
  const store = openMemoryStore();
  const check = ({ data }: { data: string }) => (data.includes("{{") ? ["debian:1: unclosed action"] : []);
  const clock = systemClock;
  const controllers = [
    templateController({ check, clock }),
    hardwareController({ clock, record: () => undefined }),
    ...bmcControllers({ clock }),
    ruleSetController({ clock }),
  ];
  const onError = ({ error }: { error: unknown }) => assert.fail(String(error));
  const runtime = new ControllerRuntime(controllers, { store, clock, random: Math.random, onError });
  t.after(() => runtime.stop(AbortSignal.timeout(1000)));
  await runtime.start(AbortSignal.timeout(5000));
  const metadata = { namespace: "default", name: "one" };
  await store.create(kind, { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec });
  return await waitFor(typedStore(store, kind), metadata, isSeen);
}

async function seenAs(object: Resource) {
  return [kstatusOf(object), (await healthOf(object)).status];
}

test("a workflow is in progress until it has succeeded, for Flux, Helm and Argo CD", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const unrendered = await bench.reach(isSeen);
  assert.deepEqual(await seenAs(unrendered), ["InProgress", "Progressing"]);
  assert.match((await healthOf(unrendered)).message ?? "", /Template default\/debian, .* does not exist/);
  await bench.createTemplate();
  const pending = await bench.reachState("PENDING");
  assert.deepEqual(await seenAs(pending), ["InProgress", "Progressing"]);
  await bench.report(pending, 0, "RUNNING");
  assert.deepEqual(await seenAs(await bench.reachState("RUNNING")), ["InProgress", "Progressing"]);
  await bench.report(pending, 0, "SUCCESS");
  await bench.report(pending, 1, "SUCCESS");
  assert.deepEqual(await seenAs(await bench.reachState("SUCCESS")), ["Current", "Healthy"]);
});

test("a workflow that failed is told with its cause, and stands in the way of what waits for it", async (t) => {
  const bench = await setUp(t);
  await bench.createTemplate();
  await bench.createWorkflow();
  await bench.report(await bench.reachState("PENDING"), 0, "FAILED", "exit code 3");
  const failed = await bench.reachState("FAILED");
  assert.deepEqual(await seenAs(failed), ["Failed", "Degraded"]);
  assert.match((await healthOf(failed)).message ?? "", /failed on worker .*: exit code 3/);
  assert.equal(failed.status?.conditions?.find(({ type }) => type === "Ready")?.status, "False");
});

test("a disabled workflow rests, and a change of it is not done before it was seen", async (t) => {
  const bench = await setUp(t);
  await bench.createTemplate();
  await bench.createWorkflow({ disabled: true });
  const disabled = await bench.reach(isSeen);
  assert.deepEqual(await seenAs(disabled), ["InProgress", "Suspended"]);
  const changed = { ...disabled, metadata: { ...disabled.metadata, generation: 2 } };
  assert.deepEqual(await seenAs(changed), ["InProgress", "Progressing"]);
});

test("from action to action a goal keeps its time, and adds no write of its own", async (t) => {
  const bench = await setUp(t);
  await bench.createTemplate();
  await bench.createWorkflow();
  const pending = await bench.reachState("PENDING");
  await bench.report(pending, 0, "RUNNING");
  const first = await bench.reachState("RUNNING");
  bench.clock.advance(1000);
  await bench.report(pending, 0, "SUCCESS");
  const second = await bench.reach(({ status }) => status?.tasks?.[0]?.actions[0]?.state === "SUCCESS");
  assert.deepEqual(second.status?.conditions, first.status?.conditions);
  assert.equal(
    Number(second.metadata.resourceVersion),
    Number(first.metadata.resourceVersion) + 2,
    "a report, a status",
  );
});

test("a template is ready when it can be read", async (t) => {
  assert.deepEqual(await seenAs(await settled(t, kinds.Template, { data: "version: 1" })), ["Current", "Healthy"]);
  const broken = await settled(t, kinds.Template, { data: "{{" });
  assert.deepEqual(await seenAs(broken), ["Failed", "Degraded"]);
  assert.equal((await healthOf(broken)).message, "debian:1: unclosed action");
});

test("a machine that nothing here can boot is told by its Hardware", async (t) => {
  const interfaceAt = (address: string) => ({ interfaces: [{ dhcp: { mac: "52:54:00:00:00:01", ip: { address } } }] });
  assert.deepEqual(await seenAs(await settled(t, kinds.Hardware, interfaceAt("192.0.2.5"))), ["Current", "Healthy"]);
  const sixth = await settled(t, kinds.Hardware, interfaceAt("2001:db8::5"));
  assert.deepEqual(await seenAs(sixth), ["Failed", "Degraded"]);
  assert.match((await healthOf(sixth)).message ?? "", /boot by IPv4 alone, and 2001:db8::5 is none/);
});

test("a rule set says that nothing acts on it, for everybody who waits for it", async (t) => {
  const spec = {
    rules: ['{"mac": [{"prefix": "52:54"}]}'],
    workflow: { template: { ref: "debian", agentValue: "device_1" } },
  };
  const kept = await settled(t, kinds.WorkflowRuleSet, spec);
  assert.deepEqual(kept.spec, spec);
  assert.deepEqual(await seenAs(kept), ["Failed", "Degraded"]);
  const { conditions } = kept.status as {
    conditions: { type: string; status: string; reason: string; message: string }[];
  };
  assert.deepEqual(
    conditions.map(({ type, status, reason }) => [type, status, reason]),
    [
      ["Ready", "False", "NotImplemented"],
      ["Stalled", "True", "NotImplemented"],
    ],
  );
  assert.match(conditions[0]?.message ?? "", /does not act on it yet: make a Workflow for each machine$/);
});

test("a job for a management controller fails at once with upstream's condition, and a machine says why it is not asked", async (t) => {
  const machineRef = { name: "one", namespace: "default" };
  const job = await settled(t, kinds.BmcJob, { machineRef, tasks: [{ powerAction: "off" }] });
  assert.deepEqual(await seenAs(job), ["Failed", "Degraded"]);
  const conditionsOf = ({ status }: Resource) =>
    new Map(
      (status as { conditions: { type: string; status: string; message: string }[] }).conditions.map((each) => [
        each.type,
        each,
      ]),
    );
  assert.equal(conditionsOf(job).get("Failed")?.status, "True");
  assert.match(conditionsOf(job).get("Failed")?.message ?? "", /cannot speak to management controllers yet/);
  const machine = await settled(t, kinds.BmcMachine, { connection: { host: "192.0.2.9", insecureTLS: true } });
  assert.equal(conditionsOf(machine).get("Contactable")?.status, "Unknown");
  assert.match(conditionsOf(machine).get("Contactable")?.message ?? "", /nobody has asked 192\.0\.2\.9/);
  const task = await settled(t, kinds.BmcTask, { task: { powerAction: "on" } });
  assert.equal(conditionsOf(task).get("Failed")?.status, "True");
});

test("a condition's time is that of its last turn, and nothing new is no new object", () => {
  const moving = { is: "moving", reason: "Running", message: "a" } as const;
  const first = withGoal({ conditions: [] }, moving, 1, "2026-01-01T00:00:00Z");
  assert.equal(withGoal(first, moving, 1, "2026-01-01T00:00:01Z"), first);
  const second = withGoal(first, { ...moving, message: "b" }, 2, "2026-01-01T00:00:02Z");
  assert.deepEqual(
    second.conditions?.map(({ lastTransitionTime, observedGeneration }) => [lastTransitionTime, observedGeneration]),
    [
      ["2026-01-01T00:00:00Z", 2],
      ["2026-01-01T00:00:00Z", 2],
    ],
  );
  const done = withGoal(second, { ...moving, is: "reached" }, 2, "2026-01-01T00:00:03Z");
  assert.deepEqual(
    done.conditions?.map(({ type, status, lastTransitionTime }) => [type, status, lastTransitionTime]),
    [["Ready", "True", "2026-01-01T00:00:03Z"]],
  );
});
