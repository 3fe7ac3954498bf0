import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hardware } from "../../tinkerbell/hardware.ts";
import type { Workflow, WorkflowStatus } from "../../tinkerbell/workflow.ts";
import { explain } from "./explain.ts";

const nowMs = Date.parse("2026-05-01T12:00:00Z");
const iso = (secondsAgo: number) => new Date(nowMs - secondsAgo * 1000).toISOString();

const meta = (name: string) => ({
  name,
  namespace: "default",
  uid: name,
  resourceVersion: "1",
  generation: 1,
  creationTimestamp: iso(600),
});

function hardware(allowPXE: boolean): Hardware {
  return {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Hardware",
    metadata: meta("m1"),
    spec: { interfaces: [{ dhcp: { mac: "52:54:00:00:00:01" }, netboot: { allowPXE } }] },
  };
}

function workflow(status: WorkflowStatus, spec: Workflow["spec"] = {}): Workflow {
  return {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Workflow",
    metadata: meta("install"),
    spec: { templateRef: "debian", ...spec },
    status,
  };
}

const event = (secondsAgo: number, type: string, message: string, reason?: string) => ({
  source: "test",
  type,
  message,
  time: iso(secondsAgo),
  ...(reason === undefined ? {} : { reason }),
});

const waiting = workflow({ state: "PENDING", stateSince: iso(300), agentID: "52:54:00:00:00:01" });

test("a machine that was never seen is waited for with what to check", () => {
  const { state, because, todo } = explain({ hardware: hardware(true), workflows: [waiting], events: [], nowMs });
  assert.equal(
    state,
    "Workflow install began to wait for worker 52:54:00:00:00:01 5 min ago; the next step is its first DHCP request.",
  );
  assert.deepEqual(because, ["the machine has not been seen on the network"]);
  assert.match(todo[0] ?? "", /network boot first in its boot order/);
});

test("a machine that may not netboot is told apart, with the way to allow it", () => {
  const events = [
    event(100, "DhcpOffer", "offered 10.0.0.5"),
    event(90, "HttpRefused", "default/m1 does not have allowPXE set for 52:54:00:00:00:01", "NetbootNotAllowed"),
  ];
  const { because, todo } = explain({ hardware: hardware(false), workflows: [waiting], events, nowMs });
  assert.deepEqual(because, [
    "100 s ago the machine got an address by DHCP",
    "default/m1 does not have allowPXE set for 52:54:00:00:00:01",
    "no interface of the Hardware may netboot (allowPXE)",
  ]);
  assert.match(todo[0] ?? "", /apply a Workflow for it, which lends the permission/);
});

test("how far the machine came counts from when the workflow began to wait", () => {
  const events = [
    event(5000, "WorkerAsked", "asked"),
    event(20, "KernelServed", "kernel"),
    event(30, "ScriptServed", "script"),
  ];
  const { state } = explain({ hardware: hardware(true), workflows: [waiting], events, nowMs });
  assert.match(state, /the next step is that its worker asks for work\.$/);
});

const pxe = { vendorClass: "PXEClient:Arch:00000:UNDI:002001" };
const notBuilt = {
  ...event(200, "HttpRefused", "vmlinuz-x86_64 is not there", "HookNotBuilt"),
  data: { path: "/hook/vmlinuz-x86_64" },
};

test("a refusal is over once the machine got the same thing, or came further", () => {
  const served = { ...event(60, "KernelServed", "read vmlinuz"), data: { file: "vmlinuz-x86_64" } };
  for (const later of [served, event(50, "WorkerAsked", "asked")]) {
    const events = [event(210, "ScriptServed", "script"), notBuilt, later];
    const { because, todo } = explain({ hardware: hardware(true), workflows: [waiting], events, nowMs });
    assert.equal(because.length, 1);
    assert.ok(!todo.some((what) => what.includes("make them with: tink hook build")));
  }
  const other = { ...event(60, "InitrdServed", "read a file"), data: { file: "initramfs-x86_64" } };
  const missing = { ...event(55, "HttpRefused", "b is not there", "NoSuchFile"), data: { path: "/files/b" } };
  const { because } = explain({ hardware: hardware(true), workflows: [waiting], events: [other, missing], nowMs });
  assert.equal(because.at(-1), "b is not there");
});

test("a machine that began anew is told of by its new boot, and what was refused in an earlier one is over", () => {
  const events = [
    event(200, "ScriptServed", "script"),
    notBuilt,
    { ...event(100, "DhcpOffer", "offered"), data: pxe, lastTime: iso(4) },
  ];
  const { state, because } = explain({ hardware: hardware(true), workflows: [waiting], events, nowMs });
  assert.match(state, /the next step is that it fetches its boot file or script\.$/);
  assert.deepEqual(because, ["4 s ago the machine got an address by DHCP"]);
});

test("a refusal so shortly before a new boot that it would not be said again still stands", () => {
  const events = [
    event(230, "ScriptServed", "script"),
    notBuilt,
    { ...event(180, "DhcpOffer", "offered"), data: pxe },
    event(170, "ScriptServed", "script"),
  ];
  const { because } = explain({ hardware: hardware(true), workflows: [waiting], events, nowMs });
  assert.equal(because.at(-1), "vmlinuz-x86_64 is not there");
});

test("a machine that was last seen before the workflow began is not called one that was never seen", () => {
  const { because, state } = explain({
    hardware: hardware(true),
    workflows: [waiting],
    events: [event(310, "WorkerAsked", "asked")],
    nowMs,
  });
  assert.deepEqual(because, [
    "the machine has not been seen since the workflow began to wait; last seen 5 min ago, when it ran a worker that asked for work",
  ]);
  assert.match(state, /the next step is that its worker asks for work again\.$/);
});

test("a template that does not render is what is to be mended", () => {
  const message = "template: debian:3: unclosed action";
  const conditions = [{ type: "TemplateRenderedSuccess", status: "False", message }];
  const { because, todo } = explain({
    workflows: [workflow({ state: "", templateRendering: "failed", conditions })],
    events: [],
    nowMs,
  });
  assert.deepEqual(because, [message]);
  assert.match(todo[0] ?? "", /^mend Template debian/);
});

test("what does not exist is what is to be applied, and not the template to be mended", () => {
  const todoOf = (reason: string) => {
    const conditions = [{ type: "TemplateRenderedSuccess", status: "False", reason, message: "why" }];
    const status = { state: "", templateRendering: "failed", conditions } as const;
    return explain({ workflows: [workflow(status, { hardwareRef: "m9" })], events: [], nowMs }).todo[0];
  };
  const then = "; the workflow then starts by itself";
  assert.equal(todoOf("NoHardware"), `apply Hardware m9, or change spec.hardwareRef in Workflow install${then}`);
  assert.equal(todoOf("NoTemplate"), `apply Template debian, or change spec.templateRef in Workflow install${then}`);
  assert.equal(todoOf("NotOfItsSchema"), `put right what is said of Hardware m9 and apply it again${then}`);
});

test("that the worker is another machine's is said before what the machine did, and what to do about it first", () => {
  const message = "the template's tasks are for worker a, and Hardware m1 has b";
  const conditions = [{ type: "WorkerOfHardware", status: "False", reason: "WorkerOfOtherMachine", message }];
  const other = workflow({ ...waiting.status, conditions }, { hardwareRef: "m1" });
  const { because, todo } = explain({ hardware: hardware(true), workflows: [other], events: [], nowMs });
  assert.deepEqual(because, [message, "the machine has not been seen on the network"]);
  assert.match(todo[0] ?? "", /^put the machine's MAC into hardwareMap in Workflow install, or /);
});

test("a running action is named with how long it has run and may run", () => {
  const action = {
    id: "1",
    name: "stream",
    image: "image2disk",
    state: "RUNNING",
    timeout: 600,
    executionStart: iso(45),
  } as const;
  const status = {
    state: "RUNNING",
    agentID: "a",
    tasks: [{ id: "t", name: "os", agentID: "a", actions: [action] }],
  } as const;
  const { state } = explain({
    workflows: [workflow({ ...status, tasks: [{ ...status.tasks[0], actions: [action] }] })],
    events: [],
    nowMs,
  });
  assert.equal(state, 'Workflow install runs action "stream" (image2disk), started 45 s ago, of at most 600 s.');
});

test("an action that runs and waits for its image says that the image is not here, and what to do", () => {
  const action = { id: "1", name: "stream", image: "image2disk", state: "RUNNING", executionStart: iso(45) } as const;
  const tasks = [{ id: "t", name: "os", agentID: "a", actions: [action] }];
  const missing = {
    ...event(40, "ImageNotFound", "m1 asked for image image2disk, which is not here"),
    reason: "NotInLayout",
  };
  const { because, todo } = explain({
    workflows: [workflow({ state: "RUNNING", agentID: "a", tasks })],
    events: [missing, event(30, "FileServed", "m1 read a file")],
    nowMs,
  });
  assert.equal(because.at(-1), "m1 asked for image image2disk, which is not here");
  assert.match(todo[0] ?? "", /^add the image to the layout/);
});

test("a failure is told in the words of its condition, with where to read on", () => {
  const conditions = [{ type: "Succeeded", status: "False", message: 'action "stream" failed: exit code 3' }];
  const { state, because, todo } = explain({
    workflows: [workflow({ state: "FAILED", conditions })],
    events: [],
    nowMs,
  });
  assert.deepEqual([state, because], ["Workflow install failed.", ['action "stream" failed: exit code 3']]);
  assert.match(todo[0] ?? "", /^tink logs workflow\/install/);
});

test("a workflow that is stopped, cancelled, queued or begun again is told of in those words", () => {
  const told = (status: WorkflowStatus) => explain({ workflows: [workflow(status)], events: [], nowMs });
  const condition = (type: string, status: "True" | "False", message: string, reason = "") => ({
    type,
    status,
    message,
    reason,
  });
  const stopping = told({
    state: "RUNNING",
    conditions: [condition("Stopping", "True", "the workflow was cancelled while ...")],
  });
  assert.deepEqual(
    [stopping.state, stopping.because],
    ["Workflow install is being stopped.", ["the workflow was cancelled while ..."]],
  );
  assert.match(stopping.todo[0] ?? "", /^wait: .* may be writing to the machine's disk$/);
  const cancelled = told({
    state: "FAILED",
    conditions: [condition("Succeeded", "False", "the workflow was cancelled in action ...", "Cancelled")],
  });
  assert.deepEqual(
    [cancelled.state, cancelled.because],
    ["Workflow install was cancelled.", ["the workflow was cancelled in action ..."]],
  );
  assert.match(cancelled.todo[0] ?? "", /^tink workflow retry install begins it again/);
  const queued = told({
    state: "PENDING",
    conditions: [condition("WorkerFree", "False", "has workflow default/first before this one")],
  });
  assert.deepEqual(
    [queued.state, queued.because],
    ["Workflow install waits for another workflow of its machine.", ["has workflow default/first before this one"]],
  );
  assert.deepEqual(queued.todo, ["wait, or end the one before it: tink workflow cancel first"]);
  const attempts = [{ number: 1, state: "FAILED" as const, message: "exit code 3" }];
  const again = told({ state: "PENDING", stateSince: iso(9), attempts, retryFrom: "write" });
  assert.equal(
    again.because.at(-1),
    'this is attempt 2 from action "write"; the one before ended as FAILED: exit code 3',
  );
});

test("what a command was refused is no reason of where its workflow stands, and what is to be done names the workflow", () => {
  const message = "workflow install: no other attempt is begun: this one is under way (PENDING); cancel it first";
  const conditions = [{ type: "Retried", status: "False" as const, reason: "UnderWay", message }];
  const refused = { ...event(5, "RetryRefused", message, "UnderWay"), workflow: "default/install" };
  const held = { ...event(6, "ReportIgnored", "a report came late", "InUse"), workflow: "default/install" };
  const status = { state: "PENDING", stateSince: iso(60), agentID: "a", conditions } as const;
  const { because, todo } = explain({ workflows: [workflow(status)], events: [refused, held], nowMs });
  assert.doesNotMatch(because.join("\n"), /under way/);
  assert.equal(todo[0], "wait, or tink workflow cancel install");
});

test("a workflow that is deleted while it runs says what its action does and how long that takes", () => {
  const running = workflow({
    state: "RUNNING",
    conditions: [{ type: "Stopping", status: "True", message: "the worker is told to stop it" }],
  });
  const metadata = { ...running.metadata, deletionTimestamp: iso(5), finalizers: ["metal.neverland.dev/take-back"] };
  const { because, todo } = explain({ workflows: [{ ...running, metadata }], events: [], nowMs });
  assert.match(because[0] ?? "", /^Workflow install is being deleted, .*; the worker is told to stop it$/);
  assert.match(todo[0] ?? "", /^wait: it ends when its worker says so/);
});

test("after success the system's first words are the answer", () => {
  const events = [event(10, "PhonedHome", "m1 is up")];
  const { because } = explain({ workflows: [workflow({ state: "SUCCESS", stateSince: iso(60) })], events, nowMs });
  assert.deepEqual(because, ["m1 is up"]);
});

const inUse = event(10, "DhcpDecline", "52:54:00:00:00:99 has 10.0.0.5", "AddressInUse");
const unproved = event(10, "DhcpDecline", "nobody answers for 10.0.0.5", "DeclineUnproved");

test("that another machine has its address is said of a machine that waits, and of one whose workflow succeeded", () => {
  for (const one of [waiting, workflow({ state: "SUCCESS", stateSince: iso(60) })]) {
    const { because, todo } = explain({ hardware: hardware(true), workflows: [one], events: [inUse], nowMs });
    assert.match(because.at(-1) ?? "", /52:54:00:00:00:99 has 10\.0\.0\.5$/);
    assert.equal(todo[0], "find the machine that uses the address, or change the reservation");
  }
});

test("that a DECLINE was sent in its name is said until the machine comes further", () => {
  const because = (...events: Parameters<typeof explain>[0]["events"]) =>
    explain({ hardware: hardware(true), workflows: [waiting], events, nowMs }).because;
  assert.equal(because(unproved).at(-1), "nobody answers for 10.0.0.5");
  assert.deepEqual(because(unproved, { ...event(5, "DhcpOffer", "offered"), data: pxe }), [
    "5 s ago the machine got an address by DHCP",
  ]);
});

test("an unfinished workflow is told of rather than a finished one", () => {
  const finished = workflow({ state: "FAILED" });
  const { state } = explain({ workflows: [finished, waiting], events: [], nowMs });
  assert.match(state, /began to wait/);
});

test("a machine without a workflow, and one that nobody knows", () => {
  assert.match(explain({ hardware: hardware(true), workflows: [], events: [], nowMs }).state, /^No workflow is for m1/);
  assert.match(explain({ workflows: [], events: [], nowMs }).state, /^Nothing is known/);
});

test("what people did about a machine is no sign of it", () => {
  const claim = "m1 and m2 claim the same instance id x";
  const events = [
    event(8, "WorkflowPending", "workflow install is PENDING"),
    event(5, "HardwareAmbiguous", claim, "DuplicateClaim"),
  ];
  const { because, todo } = explain({ hardware: hardware(true), workflows: [], events, nowMs });
  assert.deepEqual(because, [claim]);
  assert.equal(todo[1], "change what the message names in all but one of the Hardware that claim it");
});

test("refusals from before the Hardware was made, or the machine was started, are over", () => {
  const events = [
    event(900, "DhcpIgnored", "no Hardware has the MAC", "UnknownMachine"),
    event(500, "HttpRefused", "may not netboot", "NetbootNotAllowed"),
    event(100, "PoweredOn", "switched on"),
  ];
  const { because } = explain({ hardware: hardware(true), workflows: [], events, nowMs });
  assert.deepEqual(because, ["last seen 100 s ago: switched on"]);
});

test("what a machine was last seen with is not said twice, and neither is what to do", () => {
  const events = [event(3, "DhcpIgnored", "no Hardware has the MAC", "UnknownMachine")];
  const { because, todo } = explain({ workflows: [], events, nowMs });
  assert.deepEqual(because, ["last seen 3 s ago: no Hardware has the MAC"]);
  assert.deepEqual(todo, ["apply a Hardware with this MAC"]);
});

test("what is on its way out and held is said, with who holds it, and decides nothing else", () => {
  const leaving: Workflow = {
    ...workflow({ state: "RUNNING", stateSince: iso(300) }),
    metadata: {
      ...meta("old"),
      deletionTimestamp: iso(60),
      finalizers: ["metal.neverland.dev/take-back", "example.org/audit"],
    },
  };
  const { state, because, todo } = explain({
    hardware: hardware(true),
    workflows: [leaving, waiting],
    events: [],
    nowMs,
  });
  assert.match(state, /^Workflow install began to wait/);
  assert.equal(
    because[0],
    "Workflow old is being deleted, which began 60 s ago, and is held by finalizer metal.neverland.dev/take-back: the workflow controller takes back what it lent the machine, and has its running action stopped; finalizer example.org/audit: whoever put it there is not done with it",
  );
  assert.match(todo[0] ?? "", /^Workflow old: whoever put example\.org\/audit on it is to take it off/);
  const gone = { ...hardware(true), metadata: { ...meta("m1"), deletionTimestamp: iso(5), finalizers: ["orphan"] } };
  assert.match(
    explain({ hardware: gone, workflows: [], events: [], nowMs }).because[0] ?? "",
    /^Hardware m1 is being deleted, which began 5 s ago, and is held by finalizer orphan: /,
  );
});

test("that the Hardware went under a workflow is the first that is said of it", () => {
  const message = "Hardware m1 was deleted while the workflow is under way";
  const conditions = [{ type: "HardwareMissing", status: "True", reason: "NoHardware", message }];
  const { status } = waiting;
  for (const state of ["PENDING", "RUNNING"] as const)
    assert.equal(
      explain({ workflows: [workflow({ ...status, state, conditions })], events: [], nowMs }).because[0],
      message,
    );
  const back = [{ type: "HardwareMissing", status: "False", message: "it is there again" }];
  assert.deepEqual(explain({ workflows: [workflow({ ...status, conditions: back })], events: [], nowMs }).because, [
    "the machine has not been seen on the network",
  ]);
});

test("one whose workflow asks for the permission is not told to ask for it", () => {
  const asks = workflow(waiting.status ?? {}, { bootOptions: { toggleAllowNetboot: true } });
  const { because, todo } = explain({ hardware: hardware(false), workflows: [asks], events: [], nowMs });
  assert.ok(because.includes("no interface of the Hardware may netboot (allowPXE)"));
  assert.match(todo[0] ?? "", /sets netboot\.allowPXE in the Hardware again within seconds; see that it runs/);
});

const named = (name: string, status: WorkflowStatus, ended = 60, spec: Workflow["spec"] = {}): Workflow => ({
  ...workflow({ stateSince: iso(ended), ...status }, spec),
  metadata: meta(name),
});
const failedWith = (message: string) => ({ conditions: [{ type: "Succeeded", status: "False", message }] });

test("of two workflows that failed the one that ended last is the headline, and the other is said too", () => {
  const workflows = [
    named("early", { state: "FAILED", ...failedWith("no disk") }, 50),
    named("late", { state: "TIMEOUT", ...failedWith("too slow") }, 90),
  ];
  for (const order of [workflows, workflows.toReversed()]) {
    const { state, because, todo } = explain({ hardware: hardware(true), workflows: order, events: [], nowMs });
    assert.equal(state, "Workflow early failed.");
    assert.deepEqual(because, ["no disk", "besides, Workflow late timed out: too slow"]);
    assert.ok(todo.some((what) => what.startsWith("tink logs workflow/late ")));
  }
});

test("failures before a success are history, and so are all while a workflow is under way", () => {
  const failed = named("first", { state: "FAILED", ...failedWith("no disk") }, 90);
  const done = named("second", { state: "SUCCESS" }, 50);
  assert.doesNotMatch(explain({ workflows: [failed, done], events: [], nowMs }).because.join(), /first/);
  assert.doesNotMatch(explain({ workflows: [failed, waiting], events: [], nowMs }).because.join(), /first/);
});

test("two whose templates do not render are both said, and neither hides behind a disabled one", () => {
  const broken = (name: string, message: string) =>
    named(name, {
      state: "",
      templateRendering: "failed",
      conditions: [{ type: "TemplateRenderedSuccess", status: "False", message }],
    });
  const workflows = [
    named("off", { state: "" }, 60, { disabled: true }),
    broken("one", "line 3"),
    broken("two", "line 4"),
  ];
  const { state, because } = explain({ workflows, events: [], nowMs });
  assert.equal(state, "Workflow one cannot be started: its template does not render.");
  assert.deepEqual(because, [
    "line 3",
    "besides, Workflow two cannot be started: its template does not render: line 4",
    "besides, Workflow off is disabled: spec.disabled is true",
  ]);
});

test("of many that failed some are named and the rest is counted", () => {
  const workflows = Array.from({ length: 6 }, (_, at) => named(`w${at}`, { state: "FAILED" }, 10 + at));
  assert.equal(explain({ workflows, events: [], nowMs }).because.at(-1), "2 more of its workflows did not succeed");
});

const unusable: readonly [what: string, spec: unknown, state: string, because: RegExp][] = [
  [
    "that no schema accepts",
    { interfaces: [{ dhcp: { mac: "52-54" } }] },
    "Hardware m1 cannot be used as it is, so its machine is answered as one that is not known.",
    /^spec\.interfaces\[0\]\.dhcp\.mac: expected a MAC/,
  ],
  ["without interfaces", {}, "Hardware m1 names no MAC, so no machine is known by it.", /^it has no interfaces$/],
  [
    "without a MAC",
    { interfaces: [{ dhcp: { ip: { address: "10.0.0.5" } } }] },
    "Hardware m1 names no MAC, so no machine is known by it.",
    /^none of its interfaces \(1\) has dhcp\.mac$/,
  ],
];
for (const [what, spec, expected, why] of unusable)
  test(`a Hardware ${what} is the headline without a workflow, and the first reason with one`, () => {
    const bad = { ...hardware(true), spec } as Hardware; // as it is stored
    const alone = explain({ hardware: bad, workflows: [], events: [], nowMs });
    assert.equal(alone.state, expected);
    assert.match(alone.because[0] ?? "", why);
    assert.match(alone.todo[0] ?? "", /^(put that right|set spec\.interfaces\[\]\.dhcp\.mac) in Hardware m1/);
    const { state, because } = explain({ hardware: bad, workflows: [waiting], events: [], nowMs });
    assert.match(state, /^Workflow install began to wait/);
    assert.equal(`${because[0]}.`, expected);
  });

test("Hardware that claim the same are named, and a claim that is no more is not believed", () => {
  const claim = { ...event(5, "HardwareAmbiguous", "claimed", "DuplicateClaim"), data: { claim: "mac" } };
  const input = { hardware: hardware(true), workflows: [], events: [claim], nowMs };
  const rivals = [{ path: "spec.interfaces[].dhcp.mac", value: "52:54:00:00:00:01", names: ["a/m1", "b/m2"] }];
  const { state, because } = explain({ ...input, rivals });
  assert.equal(state, "Hardware m1 is not the only one of its machine, so that none of them is answered by it.");
  assert.deepEqual(because, ["a/m1 and b/m2 claim the same spec.interfaces[].dhcp.mac, 52:54:00:00:00:01"]);
  assert.match(explain({ ...input, rivals: [] }).state, /^No workflow is for m1/);
  assert.deepEqual(explain({ ...input, rivals: [] }).because, []);
});

test("what DHCP cannot tell the machine is said by what stands in the Hardware, whatever the workflow does", () => {
  const spec = { interfaces: [{ dhcp: { mac: "52:54:00:00:00:01", lease_time: 0 } }] };
  const odd = { ...hardware(true), spec };
  for (const workflows of [[], [waiting], [named("done", { state: "SUCCESS" })]]) {
    const { because, todo } = explain({ hardware: odd, workflows, events: [], nowMs });
    assert.match(because.at(-1) ?? "", /^spec\.interfaces\[0\]\.dhcp\.lease_time: 0 is no time/);
    assert.equal(todo.at(-1), "put that right in Hardware m1 and apply it again");
  }
});

test("what happened to an object of the same name before it was made is not its own", () => {
  const { because } = explain({
    hardware: hardware(true),
    workflows: [],
    events: [event(601, "DhcpAck", "the one before"), { ...event(700, "DhcpOffer", "both"), lastTime: iso(30) }],
    nowMs,
  });
  assert.deepEqual(because, ["last seen 30 s ago: both"]);
});

test("of an address or a MAC that two have no cable or firewall is to blame", () => {
  const events = [event(30, "DhcpDecline", "10.0.0.5 is in use", "AddressInUse")];
  const { todo } = explain({ hardware: hardware(true), workflows: [waiting], events, nowMs });
  assert.deepEqual(todo, ["find the machine that uses the address, or change the reservation"]);
});

test("a stranger with nearly the same MAC is named until the machine itself is heard", () => {
  const near = event(30, "NearMacHeard", "52:54:00:00:00:10 asked", "NearMac");
  const { because, todo } = explain({ hardware: hardware(true), workflows: [waiting], events: [near], nowMs });
  assert.deepEqual(because, ["the machine has not been seen on the network", "52:54:00:00:00:10 asked"]);
  assert.match(todo[0] ?? "", /compare the MAC in the Hardware/);
  const heard = [near, event(20, "DhcpOffer", "offered 10.0.0.5")];
  const later = explain({ hardware: hardware(true), workflows: [waiting], events: heard, nowMs });
  assert.deepEqual(later.because, ["20 s ago the machine got an address by DHCP"]);
});

test("that the server cannot hear machines without an address is said before that one was not seen", () => {
  const view = { reason: "NotHeard", message: "what they broadcast is not answered." };
  const { because } = explain({ hardware: hardware(true), workflows: [waiting], events: [], view, nowMs });
  assert.deepEqual(because, ["what they broadcast is not answered", "the machine has not been seen on the network"]);
});

test("a machine that is to be left alone is told as that, and how to let workflows in", () => {
  const netboot = { allowWorkflow: false };
  const locked = { ...hardware(true), spec: { interfaces: [{ dhcp: { mac: "52:54:00:00:00:01" }, netboot }] } };
  const why = "Hardware m1 forbids workflows (spec.interfaces[0].netboot.allowWorkflow is false)";
  const alone = explain({ hardware: locked, workflows: [], events: [], nowMs });
  assert.deepEqual([alone.because, alone.todo], [[why], []]);
  const waits = explain({ hardware: locked, workflows: [waiting], events: [], nowMs });
  assert.equal(waits.because[0], why);
  assert.match(waits.todo[0] ?? "", /take allowWorkflow: false out of Hardware m1/);
  const conditions = [{ type: "TemplateRenderedSuccess", status: "False", reason: "WorkflowsForbidden", message: why }];
  const unstarted = workflow({ state: "", templateRendering: "failed", conditions }, { hardwareRef: "m1" });
  const { state, todo } = explain({ hardware: locked, workflows: [unstarted], events: [], nowMs });
  assert.equal(state, "Workflow install cannot be started: its machine is to be left alone.");
  assert.match(todo[0] ?? "", /take allowWorkflow: false out of Hardware m1; the workflow then starts by itself$/);
});
