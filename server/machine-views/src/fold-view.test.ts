// What a view says of each standing, told by the facts alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hardware, Workflow } from "@neverland/api";
import type { MachineFacts } from "@neverland/timeline/machine-facts.ts";
import { foldKnown } from "./fold-view.ts";
import type { KnownMachine } from "./heard-machine.ts";
import { pending, startMs } from "./testing/view-bench.ts";

const mac = "52:54:00:00:00:01";
const meta = {
  namespace: "lab",
  uid: "u",
  resourceVersion: "1",
  generation: 1,
  creationTimestamp: "2026-05-01T11:00:00Z",
};
const hardware: Hardware = {
  ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Hardware", metadata: { ...meta, name: "m1" } },
  spec: { interfaces: [{ dhcp: { mac } }] },
};
const bare: KnownMachine = {
  ...{
    hardware,
    isFaulty: false,
    rivals: [],
    workflows: [],
    facts: undefined,
    serial: () => undefined,
    near: () => [],
    deadlineMs: () => undefined,
  },
};
const facts: MachineFacts = {
  ...{ seenMs: startMs + 5000, firstMs: startMs, stage: "loader", stageMs: startMs + 4000 },
  ...{ refusal: undefined, power: "on", address: undefined },
};
const workflow = (status: Workflow["status"], spec: object = {}): Workflow => ({
  ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", metadata: { ...meta, name: "w" } },
  ...{ spec: { hardwareRef: "m1", ...spec }, ...(status && { status }) },
});
const stands = (machine: Partial<KnownMachine>): string => {
  const { state, health, reason } = foldKnown({ ...bare, ...machine });
  return `${state} ${health} ${reason}`;
};

test("a Hardware that no schema accepts is unusable, and says which field", () => {
  const spec = { interfaces: [{ dhcp: { mac: 7 } }] };
  const broken = { ...hardware, spec } as unknown as Hardware; // as somebody stored it
  const view = foldKnown({ ...bare, hardware: broken, isFaulty: true });
  assert.deepEqual([view.state, view.reason], ["unusable", "NotOfItsSchema"]);
  assert.match(view.message, /spec\.interfaces\[0\]\.dhcp\.mac/);
});

test("one that is being deleted says what holds it", () => {
  const metadata = { ...hardware.metadata, deletionTimestamp: "2026-05-01T12:00:00Z", finalizers: ["x.y/z"] };
  const view = foldKnown({ ...bare, hardware: { ...hardware, metadata } });
  assert.deepEqual([view.state, view.since], ["deleting", "2026-05-01T12:00:00Z"]);
  assert.match(view.message, /x\.y\/z/);
});

test("workflows that cannot start say why", () => {
  const conditions = [{ type: "TemplateRenderedSuccess", status: "False", message: "no device_1" }];
  const failed = workflow({ templateRendering: "failed", conditions });
  assert.equal(stands({ workflows: [failed] }), "waiting attention TemplateFailed");
  assert.match(foldKnown({ ...bare, workflows: [failed] }).message, /no device_1/);
  assert.equal(stands({ workflows: [workflow(undefined, { disabled: true })] }), "waiting ok WorkflowDisabled");
  assert.equal(stands({ workflows: [workflow(undefined)] }), "waiting ok WorkflowNew");
});

test("a workflow that is deleted has its machine until its action was stopped", () => {
  const conditions = [
    { type: "Stopping", status: "True", message: "the worker is told", lastTransitionTime: "2026-05-01T12:00:07Z" },
  ];
  const running = {
    state: "RUNNING",
    conditions,
    tasks: [{ name: "t", actions: [{ id: "a", name: "wipe", state: "RUNNING" }] }],
  };
  const metadata = { ...meta, name: "old", deletionTimestamp: "2026-05-01T12:00:06Z" };
  const old = { ...workflow(running as Workflow["status"]), metadata };
  const next = workflow(pending(mac));
  const { state, reason, message, since, workflow: name } = foldKnown({ ...bare, workflows: [next, old], facts });
  assert.deepEqual([state, reason, name, since], ["provisioning", "Stopping", "old", "2026-05-01T12:00:07Z"]);
  assert.match(message, /^the worker is told; until it has ended/);
  const ended = { ...old, ...workflow({ ...running, state: "FAILED" } as Workflow["status"]), metadata };
  assert.equal(stands({ workflows: [ended], facts }), "idle ok NoWorkflow");
});

test("tasks for another machine's worker are named before that the machine was not seen", () => {
  const conditions = [{ type: "WorkerOfHardware", status: "False", message: "for 52:54:00:00:00:02" }];
  assert.equal(
    stands({ workflows: [workflow(pending(mac, { conditions }))] }),
    "waiting attention WorkerOfOtherMachine",
  );
});

test("what was heard before the workflow began to wait is not what it waits for", () => {
  const before = { ...facts, seenMs: startMs - 1000 };
  assert.equal(stands({ workflows: [workflow(pending(mac))], facts: before }), "waiting ok NotSeen");
  assert.equal(stands({ workflows: [workflow(pending(mac))], facts }), "booting ok Loader");
});

test("a machine in Hook without work says that it waits for a workflow", () => {
  assert.equal(stands({ facts: { ...facts, stage: "worker" } }), "in-hook ok Worker");
});

test("that a provisioned machine may not netboot is as it should be, and another's use of its address is not", () => {
  const done = workflow({ state: "SUCCESS", stateSince: new Date(startMs).toISOString() });
  const refused = (reason: string) => ({
    ...facts,
    refusal: { type: "DhcpIgnored", reason, message: "m", atMs: startMs + 5000 },
  });
  assert.equal(stands({ workflows: [done], facts: refused("NetbootNotAllowed") }), "provisioned ok WorkflowSucceeded");
  assert.equal(stands({ workflows: [done], facts: refused("AddressInUse") }), "provisioned attention AddressInUse");
});

test("a message of any length is a sentence of bounded length", () => {
  const conditions = [{ type: "Succeeded", status: "False", reason: "x", message: "long ".repeat(1000) }];
  const { message } = foldKnown({ ...bare, workflows: [workflow({ state: "FAILED", conditions })] });
  assert.ok(message.length <= 481, String(message.length));
});

test("a machine that Cluster API has says so", () => {
  const labels = { "v1alpha1.tinkerbell.org/ownerName": "worker-3" };
  const owned = { ...hardware, metadata: { ...hardware.metadata, labels } };
  assert.equal(foldKnown({ ...bare, hardware: owned }).owner, "TinkerbellMachine/worker-3");
});

test("a machine that is to be left alone says so, with a workflow and without", () => {
  const netboot = { allowWorkflow: false };
  const locked = { ...hardware, spec: { interfaces: [{ dhcp: { mac }, netboot }] } };
  const of = (...workflows: Workflow[]) => stands({ hardware: locked, workflows, facts });
  assert.equal(of(), "idle ok WorkflowsForbidden");
  assert.equal(of(workflow(pending(mac))), "waiting attention WorkflowsForbidden");
  assert.equal(of(workflow({ ...pending(mac), state: "RUNNING" })), "provisioning ok BetweenActions");
  const conditions = [{ type: "TemplateRenderedSuccess", status: "False", reason: "WorkflowsForbidden" }];
  assert.equal(of(workflow({ templateRendering: "failed", conditions })), "waiting attention WorkflowsForbidden");
});

test("a view says how much of its workflow's actions is done", () => {
  const of = (...states: ("SUCCESS" | "RUNNING" | "FAILED" | "PENDING")[]) => {
    const actions = states.map((state, at) => ({ id: `a${at}`, name: `n${at}`, image: "i", state }));
    const tasks = actions.length > 0 ? [{ id: "t", name: "t", agentID: mac, actions }] : [];
    return foldKnown({ ...bare, workflows: [workflow({ state: "RUNNING", tasks })] }).percent;
  };
  assert.deepEqual(
    [of("PENDING"), of("SUCCESS", "RUNNING", "PENDING"), of("SUCCESS", "FAILED"), of("SUCCESS"), of()],
    [0, 33, 50, 100, undefined],
  );
  assert.equal(foldKnown(bare).percent, undefined);
});

test("a machine's serial number is its Hardware's, else its worker's", () => {
  const rpi = { serialNum: "dca632aa" };
  const pi = { ...hardware, spec: { interfaces: [{ dhcp: { mac }, netboot: { rpi } }] } };
  assert.equal(foldKnown({ ...bare, serial: () => "7XK2" }).serial, "7XK2");
  assert.equal(foldKnown({ ...bare, hardware: pi, serial: () => "7XK2" }).serial, "dca632aa");
  assert.equal(foldKnown(bare).serial, undefined);
});

test("what was refused, or heard, before the workflow came so far says nothing of where it stands", () => {
  const at = (afterMs: number) => new Date(startMs + afterMs).toISOString();
  const refusedAt = (atMs: number, reason = "FileNotLent"): MachineFacts => ({
    ...facts,
    refusal: { type: "TftpRefused", reason, message: "m", atMs },
  });
  const waits = workflow(pending(mac));
  assert.equal(stands({ workflows: [waits], facts: refusedAt(startMs - 1) }), "booting ok Loader");
  assert.equal(stands({ workflows: [waits], facts: refusedAt(startMs) }), "booting attention FileNotLent");
  const action = { id: "a", name: "a", image: "i", state: "RUNNING" as const, executionStart: at(1000) };
  const tasks = [{ id: "t", name: "t", agentID: mac, actions: [action] }];
  const runs = workflow({ state: "RUNNING", tasks });
  assert.equal(stands({ workflows: [runs], facts: refusedAt(startMs + 999) }), "provisioning ok ActionRunning");
  assert.equal(stands({ workflows: [runs], facts: refusedAt(startMs + 1000) }), "provisioning attention FileNotLent");
  const done = workflow({ state: "SUCCESS", stateSince: at(6000) });
  const inUse = refusedAt(startMs + 5999, "AddressInUse");
  assert.equal(stands({ workflows: [done], facts: inUse }), "provisioned ok WorkflowSucceeded");
  const system: MachineFacts = { ...facts, stage: "system" };
  assert.equal(stands({ workflows: [done], facts: system }), "provisioned ok WorkflowSucceeded");
  assert.equal(stands({ workflows: [done], facts: { ...system, seenMs: startMs + 6000 } }), "provisioned ok SystemUp");
});
