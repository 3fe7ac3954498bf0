import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { attributesAnnotation, kinds } from "@neverland/api";
import {
  ActionRequestSchema,
  type ActionResponse,
  AgentAttributesSchema,
  WorkflowService,
} from "@neverland/api/workflow";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { waitFor } from "@neverland/store/testing/wait-for.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { action, documentOf, installer, neighbour } from "@neverland/workflow-rules/testing/examples.ts";
import { noActionAvailable } from "./protocol/status-codes.ts";
import { TinkBench, type TinkBenchOptions } from "./testing/tink-bench.ts";

async function setUp(t: TestContext, options: TinkBenchOptions = {}): Promise<TinkBench> {
  const bench = new TinkBench({ waitMs: 100, ...options });
  t.after(() => bench.stop());
  await bench.start();
  return bench;
}

const withCode = (code: Code) => (error: unknown) => ConnectError.from(error).code === code;

test("a worker runs all actions in order and the workflow succeeds", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const worker = bench.worker();
  const names = [(await worker.run()).name, (await worker.run()).name];
  const { status } = await bench.reachState("SUCCESS");
  assert.deepEqual(names, ["stream", "write"]);
  assert.equal(status?.tasks?.[0]?.actions[0]?.executionStart?.startsWith("20"), true);
});

test("a new workflow reaches a waiting worker by the change itself: no clock has to move", async (t) => {
  const clock = new ManualClock(Date.now());
  const bench = await setUp(t, { waitMs: 20_000, clock });
  const worker = bench.worker();
  for (const name of ["first", "second"]) {
    const asking = worker.ask();
    await until(() => bench.server.waitingWorkers === 1);
    await bench.createWorkflow(name);
    const action = await asking;
    await worker.report(action, "FAILED");
    await bench.reachState("FAILED", name);
  }
  assert.deepEqual(bench.errors, []);
});

test("a thousand waiting workers are woken by nothing but their own workflow", async (t) => {
  const bench = await setUp(t, { waitMs: 300_000, document: documentOf([neighbour, action("stream")]) });
  const transport = bench.transport();
  for (let n = 0; n < 1000; n += 1)
    await bench.hardware.create({
      metadata: { namespace: "default", name: `n-${n}` },
      spec: { agentID: `agent-${n}` },
    });
  const gaveUp = new AbortController();
  const idle = Array.from({ length: 1000 }, (_, n) => ask(transport, `agent-${n}`, gaveUp.signal));
  const asking = bench.worker(neighbour).ask();
  await until(() => bench.server.waitingWorkers === 1001);
  await bench.createWorkflow();
  assert.equal((await asking).name, "stream");
  assert.equal(bench.server.waitingWorkers, 1000);
  gaveUp.abort();
  const ends = await Promise.allSettled(idle);
  assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 0);
});

test("a worker without a workflow hears NotFound after its wait, and one event says that it came", async (t) => {
  const bench = await setUp(t);
  const worker = bench.worker();
  await assert.rejects(worker.ask(), withCode(Code.NotFound));
  await assert.rejects(worker.ask(), withCode(Code.NotFound));
  assert.deepEqual(
    bench.events.map(({ type, reason, mac }) => [type, reason, mac]),
    [["WorkerAsked", "NoWorkflow", installer]],
  );
});

test("on a machine whose Hardware forbids workflows nothing is begun, and what was begun goes on", async (t) => {
  const store = openMemoryStore();
  const hardware = typedStore(store, kinds.Hardware);
  const locked = { dhcp: { mac: installer }, netboot: { allowWorkflow: false } };
  const made = await hardware.create({ metadata: { namespace: "default", name: "m" }, spec: { interfaces: [locked] } });
  const bench = await setUp(t, { store });
  await bench.createWorkflow();
  const worker = bench.worker();
  await bench.reachState("PENDING");
  await assert.rejects(worker.ask(), /Hardware m forbids workflows .*interfaces\[0\].netboot.allowWorkflow is false/);
  assert.deepEqual(
    bench.events.filter(({ type }) => type === "WorkerAsked").map(({ reason }) => reason),
    ["WorkflowsForbidden"],
  );
  const open = await hardware.update({ ...made, spec: { interfaces: [{ dhcp: { mac: installer } }] } });
  let served: ActionResponse | undefined;
  while (served === undefined) served = await worker.ask().catch(() => undefined);
  await worker.report(served, "RUNNING");
  await bench.reachState("RUNNING");
  await hardware.update({ ...open, spec: { interfaces: [locked] } });
  await worker.report(await worker.ask(), "SUCCESS");
  assert.equal((await worker.ask()).name, "write");
});

test("a worker that waits for a lock is served as soon as it has gone: no clock has to move", async (t) => {
  const store = openMemoryStore();
  const hardware = typedStore(store, kinds.Hardware);
  const locked = { dhcp: { mac: installer }, netboot: { allowWorkflow: false } };
  const made = await hardware.create({ metadata: { namespace: "default", name: "m" }, spec: { interfaces: [locked] } });
  const bench = await setUp(t, { store, waitMs: 20_000, clock: new ManualClock(Date.now()) });
  await bench.createWorkflow();
  await bench.reachState("PENDING");
  const asking = bench.worker().ask();
  await until(() => bench.events.some(({ reason }) => reason === "WorkflowsForbidden"));
  await hardware.update({ ...made, spec: { interfaces: [{ dhcp: { mac: installer } }] } });
  assert.equal((await asking).name, "stream");
});

test("a worker whose workflows are over hears the quiet refusal that agents know", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const worker = bench.worker();
  await worker.report(await worker.ask(), "FAILED", "exit code 1");
  await bench.reachState("FAILED");
  const error = await worker.ask().then(() => assert.fail("it was served"), ConnectError.from);
  assert.equal(error.code, Code.FailedPrecondition);
  const [detail] = error.details;
  assert.ok(detail && "type" in detail);
  assert.equal(detail.type, "google.rpc.PreconditionFailure");
  assert.ok(Buffer.from(detail.value).includes(noActionAvailable));
});

test("an empty agent id is refused", async (t) => {
  const bench = await setUp(t);
  await assert.rejects(bench.worker("").ask(), withCode(Code.InvalidArgument));
});

test("after its success was taken an action is not handed out again, though no controller has run", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  await bench.reachState("PENDING");
  await bench.controller.stop(AbortSignal.timeout(1000));
  const worker = bench.worker();
  assert.equal((await worker.run()).name, "stream");
  assert.equal((await worker.run()).name, "write");
  await assert.rejects(worker.ask(), withCode(Code.FailedPrecondition));
});

test("a worker that comes back in the middle of an action gets it again", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const first = await bench.worker().ask();
  await bench.worker().report(first, "RUNNING");
  assert.equal((await bench.worker().ask()).actionId, first.actionId);
});

test("an agent that was started again in the middle of an action leaves a warning and a second start, each time", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  for (let life = 0; life < 3; life++) await bench.worker().report(await bench.worker().ask(), "RUNNING");
  const said = bench.events.filter(({ reason }) => reason === "TwoWriters");
  assert.deepEqual(
    said.map(({ type, mac, workflow }) => [type, mac, workflow]),
    Array(2).fill(["ActionHandedOutAgain", installer, "default/install"]),
  );
  assert.match(
    said[0]?.message ?? "",
    /asks for work while action "stream", which it began at .*, has not ended, and gets it again: .* two writers are possible/,
  );
  assert.equal(bench.events.filter(({ type }) => type === "ActionStarted").length, 3);
});

test("no warning is given of a machine that was seen restarting since, of a worker that says when it begins, or of a reboot", async (t) => {
  const restarted = await setUp(t, { lastBootMs: () => Date.now() + 1 });
  await restarted.hardware.create({
    metadata: { namespace: "default", name: "machine" },
    spec: { interfaces: [{ dhcp: { mac: installer } }] },
  });
  const ours = await setUp(t);
  const reboots = await setUp(t, { document: documentOf([installer, action("reboot")]) });
  for (const bench of [restarted, ours, reboots]) {
    await bench.createWorkflow();
    const worker = bench.worker();
    const startedAt = bench === ours ? new Date() : undefined;
    await worker.report(await worker.ask(), "RUNNING", "", startedAt);
    await bench.worker().ask();
    assert.deepEqual(
      bench.events.filter(({ type }) => type === "ActionHandedOutAgain"),
      [],
    );
  }
});

test("a restart that nobody saw is done when the worker has come back from it twice", async (t) => {
  let laterMs = 0;
  const clock = { ...systemClock, nowMs: () => Date.now() + laterMs };
  const bench = await setUp(t, { clock, document: documentOf([installer, action("reboot")]) });
  await bench.createWorkflow();
  const names: string[] = [];
  for (let n = 0; n < 2; n++) {
    const worker = bench.worker();
    const served = await worker.ask();
    names.push(served.name);
    await worker.report(served, "RUNNING");
    laterMs += 70_000;
  }
  await assert.rejects(bench.worker().ask(), withCode(Code.FailedPrecondition));
  await bench.reachState("SUCCESS");
  assert.deepEqual(names, ["reboot", "reboot"]);
});

test("the same report twice is one", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const worker = bench.worker();
  const served = await worker.ask();
  for (const state of ["RUNNING", "RUNNING", "SUCCESS", "SUCCESS"] as const) await worker.report(served, state);
  const { items } = await bench.reports.list();
  assert.deepEqual(items.map(({ spec }) => spec?.state).sort(), ["RUNNING", "SUCCESS"]);
});

test("a late end of a finished workflow's action is taken quietly and changes nothing", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const worker = bench.worker();
  const served = await worker.ask();
  await worker.report(served, "FAILED", "exit code 1");
  const failed = await bench.reachState("FAILED");
  await worker.report(served, "SUCCESS");
  const after = await bench.workflows.get(failed.metadata);
  assert.deepEqual(after?.status, failed.status);
  assert.equal(bench.events.at(-1)?.type, "ReportIgnored");
});

test("a finished workflow's action must not be started", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const worker = bench.worker();
  const served = await worker.ask();
  await worker.report(served, "SUCCESS");
  await assert.rejects(worker.report(served, "RUNNING"), withCode(Code.FailedPrecondition));
});

test("a report of another worker's action is refused for good", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow();
  const served = await bench.worker().ask();
  await assert.rejects(bench.worker(neighbour).report(served, "SUCCESS"), withCode(Code.NotFound));
});

test("the second worker gets its task while it waits, once the first is done", async (t) => {
  const document = documentOf([installer, action("stream")], [neighbour, action("check")]);
  const bench = await setUp(t, { waitMs: 10_000, document });
  await bench.createWorkflow();
  const asking = bench.worker(neighbour).ask();
  await bench.worker().run();
  assert.equal((await asking).name, "check");
});

test("a second visit of the same worker ends the first", async (t) => {
  const bench = await setUp(t, { waitMs: 10_000 });
  const first = bench.worker().ask();
  first.catch(() => undefined);
  await until(() => bench.server.waitingWorkers === 1);
  const gaveUp = new AbortController();
  const second = bench.worker().ask(gaveUp.signal);
  second.catch(() => undefined);
  await assert.rejects(first, withCode(Code.FailedPrecondition));
  gaveUp.abort();
  await assert.rejects(second, withCode(Code.Canceled));
});

test("what the worker found in its machine is kept on the Hardware anew at each boot, without what a terminal obeys", async (t) => {
  let laterMs = 0;
  const bench = await setUp(t, { clock: { ...systemClock, nowMs: () => Date.now() + laterMs } });
  const key = { namespace: "default", name: "machine" };
  await bench.hardware.create({ metadata: key, spec: { agentID: installer } });
  await bench.createWorkflow("install", { hardwareRef: "machine" });
  const worker = bench.worker();
  const annotation = async (text: string) =>
    (
      await waitFor(
        bench.hardware,
        key,
        ({ metadata }) => metadata.annotations?.[attributesAnnotation]?.includes(text) === true,
      )
    ).metadata.annotations?.[attributesAnnotation];
  const first = { cpu: { totalCores: 4 }, block: [{ name: "vda", vendor: "\u001b[2JACME\u202e\r\n", size: "8GB" }] };
  const action = await worker.client.getAction({ agentId: installer, agentAttributes: first });
  assert.deepEqual(JSON.parse((await annotation("vda")) ?? ""), {
    cpu: { totalCores: 4 },
    blockDevices: [{ name: "vda", vendor: "[2JACME", size: "8GB" }],
  });
  await worker.report(action, "RUNNING");
  laterMs += 60_000;
  await worker.client.getAction({ agentId: installer, agentAttributes: { cpu: { totalCores: 8 } } });
  assert.deepEqual(JSON.parse((await annotation("8")) ?? ""), { cpu: { totalCores: 8 } });
});

test("a worker that comes again and again with another inventory has the Hardware written once a minute", async (t) => {
  let laterMs = 0;
  const clock = { ...systemClock, nowMs: () => Date.now() + laterMs };
  const bench = await setUp(t, { clock, waitMs: 20_000 });
  const key = { namespace: "default", name: "machine" };
  const { metadata } = await bench.hardware.create({ metadata: key, spec: { agentID: installer } });
  const worker = bench.worker();
  const gaveUp = new AbortController();
  const ends: Promise<unknown>[] = [];
  const ask = async (totalCores: number) => {
    const asked = bench.events.filter(({ type }) => type === "WorkerAsked").length;
    const request = { agentId: installer, agentAttributes: { cpu: { totalCores } } };
    ends.push(worker.client.getAction(request, { signal: gaveUp.signal }).catch(() => undefined));
    await until(() => bench.events.filter(({ type }) => type === "WorkerAsked").length > asked);
  };
  const writes: string[] = [];
  const watch = bench.hardware.watch({ resourceVersion: metadata.resourceVersion, signal: gaveUp.signal });
  for (let cores = 1; cores <= 10; cores += 1) await ask(cores);
  laterMs += 60_000;
  await ask(11);
  for await (const event of watch) {
    if (event.type !== "bookmark") writes.push(event.object.metadata.annotations?.[attributesAnnotation] ?? "");
    if (writes.at(-1)?.includes("11")) break;
  }
  assert.equal(writes.length, 2, writes.join(" "));
  gaveUp.abort();
  await Promise.all(ends);
});

test("who waits holds nothing of the inventory that it sent", async (t) => {
  const bench = await setUp(t, { waitMs: 300_000 });
  const { client } = bench.worker();
  const gaveUp = new AbortController();
  // The same for all, so that the callers hold it once.
  const agentAttributes = create(AgentAttributesSchema, { block: Array.from({ length: 8000 }, () => ({})) });
  const beforeBytes = heapBytes();
  const ends = Array.from({ length: 60 }, (_, n) =>
    client.getAction(create(ActionRequestSchema, { agentId: `n-${n}`, agentAttributes }), { signal: gaveUp.signal }),
  );
  await until(() => bench.server.waitingWorkers === 60);
  const heldBytes = heapBytes() - beforeBytes;
  gaveUp.abort();
  await Promise.allSettled(ends);
  assert.ok(heldBytes < 20_000_000, `${heldBytes}`);
});

test("another machine's worker gets neither the action nor a word of it, and cannot report it; both are on the timeline", async (t) => {
  const bench = await setUp(t);
  const machine = (name: string, mac: string, address: string) =>
    bench.hardware.create({
      metadata: { namespace: "default", name },
      spec: { interfaces: [{ dhcp: { mac, ip: { address } } }] },
    });
  await machine("a", neighbour, "127.0.0.7");
  await machine("b", installer, "127.0.0.8");
  await bench.createWorkflow("install", { hardwareRef: "b" });
  const own = bench.worker(installer, "127.0.0.8");
  const action = await own.ask();
  for (const [address, reason] of [
    ["127.0.0.7", "AddressOfAnotherMachine"],
    ["127.0.0.9", "UnknownAddress"],
  ] as const) {
    const thief = bench.worker(installer, address);
    await assert.rejects(thief.ask(), withCode(Code.PermissionDenied));
    await assert.rejects(thief.report(action, "SUCCESS"), withCode(Code.PermissionDenied));
    const refused = bench.events.filter((event) => event.type === "WorkerRefused" && event.reason === reason);
    assert.deepEqual(
      refused.map(({ hardware }) => hardware),
      ["default/b", "default/b"],
    );
  }
  await own.report(action, "RUNNING");
  assert.deepEqual(
    (await bench.reports.list()).items.map(({ spec }) => spec?.state),
    ["RUNNING"],
  );
});

test("a worker that nobody knows waits only while few do", async (t) => {
  const bench = await setUp(t, { waitMs: 20_000 });
  const transport = bench.transport();
  const gaveUp = new AbortController();
  const asks = Array.from({ length: 300 }, (_, n) => ask(transport, `made-up-${n}`, gaveUp.signal));
  const codes: Code[] = [];
  const told = asks.map((each) => each.catch((error: unknown) => codes.push(ConnectError.from(error).code)));
  await until(() => codes.length === 44 && bench.server.waitingWorkers === 256);
  assert.deepEqual(new Set(codes), new Set([Code.NotFound]));
  assert.ok(bench.events.some(({ reason }) => reason === "TooManyWaiting"));
  gaveUp.abort();
  await Promise.all(told);
});

test("two programs with one worker's id are on the timeline; the one that asks last is served", async (t) => {
  const bench = await setUp(t, { waitMs: 20_000 });
  const first = bench.worker(installer, "127.0.0.7").ask();
  first.catch(() => undefined);
  await until(() => bench.server.waitingWorkers === 1);
  const second = bench.worker(installer, "127.0.0.8").ask();
  await assert.rejects(first, withCode(Code.FailedPrecondition));
  await bench.createWorkflow();
  assert.equal((await second).name, "stream");
  const moved = bench.events.filter(({ type }) => type === "WorkerMoved");
  assert.deepEqual(
    moved.map(({ mac, reason }) => [mac, reason]),
    [[installer, "TwoAddresses"]],
  );
});

test("a call of another protocol is answered as unimplemented, and is on the timeline", async (t) => {
  const bench = await setUp(t);
  const session = connect(`http://127.0.0.1:${bench.server.address?.port}`);
  t.after(() => session.close());
  const headers = { "content-type": "application/grpc", te: "trailers" };
  const call = session.request({
    ":method": "POST",
    ":path": "/proto.WorkflowService/GetWorkflowContexts",
    ...headers,
  });
  call.end();
  const [answer] = await once(call, "response", { signal: AbortSignal.timeout(5000) });
  assert.equal(answer["grpc-status"], "12");
  assert.deepEqual(
    bench.events.map(({ type, reason, address }) => [type, reason, address]),
    [["WorkerRefused", "NoSuchCall", "127.0.0.1"]],
  );
});

test("each action leaves its start and end on the timeline, a failure with its cause", async (t) => {
  const bench = await setUp(t);
  await bench.createWorkflow("install", { hardwareRef: "machine" }).catch(() => undefined);
  await bench.hardware.create({ metadata: { namespace: "default", name: "machine" }, spec: {} });
  const worker = bench.worker();
  await worker.run();
  const second = await worker.ask();
  await worker.report(second, "RUNNING");
  await worker.report(second, "FAILED", "exit code 3: no space left on device");
  const own = bench.events.filter(({ source }) => source === "tink-server");
  assert.deepEqual(
    own.map(({ type, message }) => `${type}: ${message}`),
    [
      `WorkerAsked: worker ${installer} asks for work; ${own[0]?.message.split("; ")[1]}`,
      'ActionStarted: action "stream" started',
      'ActionSucceeded: action "stream" succeeded',
      'ActionStarted: action "write" started',
      'ActionFailed: action "write" failed: exit code 3: no space left on device',
    ],
  );
  assert.equal(own[4]?.hardware, "machine");
});

test("stopping the server tells waiting workers to ask again", async (t) => {
  const bench = await setUp(t, { waitMs: 10_000 });
  const asking = bench.worker().ask();
  asking.catch(() => undefined);
  await until(() => bench.server.waitingWorkers === 1);
  await bench.server.stop(AbortSignal.timeout(2000));
  await assert.rejects(asking, withCode(Code.Unavailable));
});

async function ask(transport: Transport, agentId: string, signal: AbortSignal) {
  return await createClient(WorkflowService, transport).getAction({ agentId }, { signal });
}

/** Looks once a turn of the event loop, so that connections get on meanwhile. */
async function until(isTrue: () => boolean): Promise<void> {
  const giveUpMs = performance.now() + 60_000;
  while (!isTrue() && performance.now() < giveUpMs) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(isTrue(), "waited a minute in vain");
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
