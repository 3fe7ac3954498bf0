// The whole worker against a real gRPC server, registry and runc: what it runs, what it reports, and that it dies well.

import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { type ActionStatusRequest, ActionStatusRequest_StateType as State } from "@neverland/api/workflow";
import { busyboxLayer } from "./testing/busybox-image.ts";
import { WorkerRig } from "./testing/worker-rig.ts";

const options = { timeout: 60_000 };
const ranOnce = (name: string): string => `echo ${name} >>/out/runs`;

test("actions run one after the other, and each report tells what happened", options, async (t) => {
  const rig = await WorkerRig.make(t);
  const beforeMs = Date.now();
  rig.server.actions.push(
    rig.action("first", "echo hello; echo $A >>/out/runs", { environment: ["A=one"] }),
    rig.action("second", "cat /out/runs"),
  );
  rig.start();
  const report = await rig.server.outcome("second", t.signal);
  assert.deepEqual(rig.server.states, ["first:RUNNING", "first:SUCCESS", "second:RUNNING", "second:SUCCESS"]);
  assert.match(
    report.message?.message ?? "",
    /^The action ended with exit code 0 after .*\nLast lines of output:\none$/,
  );
  const [running, done] = rig.server.reports;
  const startMs = Number(running?.executionStart?.seconds) * 1000;
  assert.ok(startMs >= beforeMs - 1000 && startMs <= Date.now());
  assert.deepEqual(done?.executionStart, running?.executionStart);
  assert.match(done?.executionDuration ?? "", /^(\d+ms|\d+s)$/);
  assert.equal(rig.server.requests[0]?.agentId, "machine");
});

test("a failure reports its exit code and last words, and the worker goes on", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("bad", "echo fine; echo broken >&2; exit 42"));
  rig.start();
  const report = await rig.server.outcome("bad", t.signal);
  assert.equal(report.actionState, State.FAILED);
  assert.match(report.message?.message ?? "", /exit code 42 .*broken/s);
  rig.server.actions.push(rig.action("next", ranOnce("next")));
  assert.equal((await rig.server.outcome("next", t.signal)).actionState, State.SUCCESS);
});

test("an image that is not there is a failure that says where it was looked for", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("lost", "true", { image: `${rig.registry.host}/nowhere:v9` }));
  rig.start();
  const report = await rig.server.outcome("lost", t.signal);
  assert.equal(report.actionState, State.FAILED);
  assert.match(report.message?.message ?? "", /nowhere:v9 could not be pulled.*404/);
});

test("what waitdaemon was to start after its report is run in its place", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.registry.image("kexec:latest", [busyboxLayer()], { Entrypoint: ["/bin/sh", "-c"] });
  const { host } = rig.registry;
  const volumes = [`${rig.directory}/out:/out`, "/var/run/docker.sock:/var/run/docker.sock"];
  const environment = ["BLOCK_DEVICE=/dev/vda1", `IMAGE=${host}/kexec`, "WAIT_SECONDS=5"];
  rig.server.actions.push(
    rig.action("kexec", "echo $BLOCK_DEVICE $IMAGE >/out/given", { image: `${host}/waitdaemon`, environment, volumes }),
    rig.action("other", "true", { image: `${host}/waitdaemon`, environment: ["IMAGE=alpine"] }),
  );
  rig.start();
  const report = await rig.server.outcome("other", t.signal);
  assert.deepEqual([rig.server.states[1], rig.out("given")], ["kexec:SUCCESS", "/dev/vda1\n"]);
  assert.equal(report.actionState, State.FAILED);
  assert.match(report.message?.message ?? "", /^waitdaemon cannot start alpine here/);
});

test("an action over its timeout is ended, though it ignores TERM", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("slow", "trap '' TERM; echo begun; while :; do sleep 1; done", { timeout: 1n }));
  rig.start();
  const report = await rig.server.outcome("slow", t.signal);
  assert.equal(report.actionState, State.TIMEOUT);
  assert.match(report.message?.message ?? "", /reached its timeout of 1s and was ended.*begun/s);
});

test("an action that the server wants stopped is ended, and the report says why", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("writer", "echo begun; while :; do sleep 1; done"));
  rig.start();
  await rig.until(() => rig.server.logs.some((line) => line.endsWith(" begun")), t.signal);
  rig.server.stopReason = "the workflow was deleted";
  const report = await rig.server.outcome("writer", t.signal);
  assert.equal(report.actionState, State.FAILED);
  assert.match(
    report.message?.message ?? "",
    /^The action was stopped and was ended: the workflow was deleted\..*begun/s,
  );
});

test("a pull over the timeout is a timeout", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.registry.faults.unavailable = 1000;
  rig.server.actions.push(rig.action("slow", "true", { timeout: 1n }));
  rig.start();
  assert.equal((await rig.server.outcome("slow", t.signal)).actionState, State.TIMEOUT);
});

test("timeout 0 is no limit", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("endless", "sleep 2", { timeout: 0n }));
  rig.start();
  assert.equal((await rig.server.outcome("endless", t.signal)).actionState, State.SUCCESS);
});

test("output reaches the server while the action runs, and once", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("talk", "seq 1 300; while [ ! -e /out/go ]; do sleep 0.05; done; echo end"));
  rig.start();
  await rig.until(() => rig.server.logs.includes("300 300"), t.signal);
  writeFileSync(join(rig.directory, "out/go"), "");
  await rig.server.outcome("talk", t.signal);
  assert.deepEqual(rig.server.logs.slice(-2), ["300 300", "301 end"]);
  assert.ok(rig.server.pulledBytes > 100_000);
  assert.equal(rig.server.logs.length, 301);
});

test("a server that takes no logs gets its reports all the same", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.takesLogs = false;
  await rig.server.stop();
  await rig.server.start();
  rig.server.actions.push(rig.action("talk", "echo hi"));
  rig.start();
  assert.equal((await rig.server.outcome("talk", t.signal)).actionState, State.SUCCESS);
  assert.ok(rig.log.some((entry) => entry.event === "output" && entry.text === "hi"));
});

test("a restart of the server while an action runs is not noticed by the action", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("long", `${ranOnce("long")}; while [ ! -e /out/go ]; do sleep 0.05; done`));
  rig.start();
  await rig.until(() => existsSync(join(rig.directory, "out/runs")), t.signal);
  await rig.server.stop();
  writeFileSync(join(rig.directory, "out/go"), "");
  await rig.until(() => rig.logged("report-failed"), t.signal);
  await rig.server.start();
  assert.equal((await rig.server.outcome("long", t.signal)).actionState, State.SUCCESS);
  assert.equal(rig.out("runs"), "long\n");
});

test("an action handed out again after its success is reported again, not run again", options, async (t) => {
  const rig = await WorkerRig.make(t);
  const action = rig.action("once", ranOnce("once"));
  rig.server.actions.push(action, action);
  rig.start();
  await rig.until(() => rig.server.states.filter((state) => state === "once:SUCCESS").length === 2, t.signal);
  assert.equal(rig.out("runs"), "once\n");
});

test("a report that the server does not want is dropped, and the worker goes on", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.onReport = ({ actionName, actionState }) => {
    if (actionName !== "gone" || actionState === State.RUNNING) return;
    rig.server.actions.shift();
    throw new ConnectError("no such action", Code.NotFound);
  };
  rig.server.actions.push(rig.action("gone", "touch /worker/reboot"), rig.action("next", "true"));
  rig.start();
  assert.equal((await rig.server.outcome("next", t.signal)).actionState, State.SUCCESS);
  assert.equal(existsSync(join(rig.directory, "out/rebooted")), false);
});

test("an action whose start the server refuses does not run", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.onReport = ({ actionName }) => {
    if (actionName !== "stale") return;
    rig.server.actions.shift();
    throw new ConnectError("workflow is over", Code.FailedPrecondition);
  };
  rig.server.actions.push(rig.action("stale", ranOnce("stale")), rig.action("next", ranOnce("next")));
  rig.start();
  await rig.server.outcome("next", t.signal);
  assert.equal(rig.out("runs"), "next\n");
});

test("a wish to reboot is granted after the success was acknowledged, and not before", options, async (t) => {
  const rig = await WorkerRig.make(t);
  const rebooted = join(rig.directory, "out/rebooted");
  let refusals = 3;
  rig.server.onReport = ({ actionState }) => {
    assert.equal(existsSync(rebooted), false);
    if (actionState === State.SUCCESS && refusals-- > 0) throw new ConnectError("busy", Code.Unavailable);
  };
  rig.server.actions.push(rig.action("reboot", "touch /worker/reboot"));
  rig.start();
  await rig.until(() => existsSync(rebooted), t.signal);
  assert.deepEqual(rig.server.states, ["reboot:RUNNING", "reboot:SUCCESS"]);
});

test("a failed action's wish to reboot is not granted", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("half", "touch /worker/reboot; exit 1"));
  rig.start();
  await rig.server.outcome("half", t.signal);
  rig.server.actions.push(rig.action("next", "true"));
  await rig.server.outcome("next", t.signal);
  await rig.until(() => rig.server.requests.length > 2, t.signal);
  assert.equal(existsSync(join(rig.directory, "out/rebooted")), false);
});

const waiting = `${ranOnce("x")}; echo begun; while [ ! -e /out/go ]; do sleep 0.05; done; echo over`;
const go = (rig: WorkerRig): void => writeFileSync(join(rig.directory, "out/go"), "");
const leftovers = (rig: WorkerRig): string[] => readdirSync(join(rig.directory, "state/containers"));

for (const [moment, reached] of [
  ["when it has asked to start", (rig) => rig.server.states.includes("x:RUNNING")],
  ["while it pulls", (rig) => rig.registry.requests.some((line) => line.includes("/blobs/"))],
  ["when the journal has it", (rig) => existsSync(join(rig.directory, "state/journal.json"))],
  ["while its container runs", (rig) => existsSync(join(rig.directory, "out/runs"))],
] satisfies readonly (readonly [string, (rig: WorkerRig) => boolean])[])
  test(`killed ${moment}, the next life finishes the action, which runs once`, options, async (t) => {
    const rig = await WorkerRig.make(t);
    rig.server.actions.push(rig.action("x", waiting));
    rig.start();
    await rig.until(() => reached(rig), t.signal);
    await rig.kill();
    go(rig);
    rig.start();
    const report = await rig.server.outcome("x", t.signal);
    assert.equal(report.actionState, State.SUCCESS);
    assert.match(report.message?.message ?? "", /over$/);
    assert.equal(rig.out("runs"), "x\n");
    assert.deepEqual(leftovers(rig), []);
  });

test("killed while it reports, the next life reports the same, and runs nothing", options, async (t) => {
  const rig = await WorkerRig.make(t);
  const lost: ActionStatusRequest[] = [];
  rig.server.onReport = async (report) => {
    if (report.actionState !== State.SUCCESS || lost.length > 0) return;
    lost.push(report);
    await rig.kill();
    throw new ConnectError("the answer is lost", Code.Unavailable);
  };
  rig.server.actions.push(rig.action("x", `${ranOnce("x")}; echo last words`));
  rig.start();
  await rig.until(() => lost.length === 1, t.signal);
  await rig.kill();
  rig.start();
  assert.deepEqual(await rig.server.outcome("x", t.signal), lost[0]);
  assert.equal(rig.out("runs"), "x\n");
});

test("killed again and again at any moment, each of five actions runs once and in order", {
  timeout: 120_000,
}, async (t) => {
  const rig = await WorkerRig.make(t);
  const names = ["a", "b", "c", "d", "e"];
  rig.server.actions.push(...names.map((name) => rig.action(name, `${ranOnce(name)}; sleep 0.2`)));
  const { signal } = t;
  for (let life = 1; rig.server.actions.length > 0; life++) {
    const lives = rig.log.filter(({ event }) => event === "worker-started").length;
    rig.start();
    await rig.until(() => rig.log.filter(({ event }) => event === "worker-started").length > lives, signal);
    const untilMs = Date.now() + ((life * 397) % 900);
    await rig.until(() => Date.now() > untilMs || rig.server.actions.length === 0, signal);
    await rig.kill();
  }
  assert.equal(rig.out("runs"), names.map((name) => `${name}\n`).join(""));
});

test("told to stop, it leaves the container running and the next life collects it", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("x", waiting));
  rig.start();
  await rig.until(() => existsSync(join(rig.directory, "out/runs")), t.signal);
  assert.equal(await rig.kill("SIGTERM"), 0);
  assert.equal(leftovers(rig).length, 1);
  go(rig);
  rig.start();
  assert.equal((await rig.server.outcome("x", t.signal)).actionState, State.SUCCESS);
  assert.equal(rig.out("runs"), "x\n");
});

test("a timeout that passed while no worker lived is found by the next life", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("x", waiting, { timeout: 3n }));
  rig.start();
  await rig.until(() => existsSync(join(rig.directory, "out/runs")), t.signal);
  await rig.kill();
  const reportedMs = Number(rig.server.reports[0]?.executionStart?.seconds) * 1000;
  await rig.until(() => Date.now() > reportedMs + 4500, t.signal);
  rig.start();
  assert.equal((await rig.server.outcome("x", t.signal)).actionState, State.TIMEOUT);
});

test("an idle worker asks on, in silence or with a reason, and stops when told", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.start();
  await rig.until(() => rig.logged("no-action"), t.signal);
  assert.equal(await rig.kill("SIGTERM"), 0);
  assert.ok(rig.logged("worker-stopped"));
});

test("a server that is not there yet is waited for", options, async (t) => {
  const rig = await WorkerRig.make(t);
  rig.server.actions.push(rig.action("x", ranOnce("x")));
  await rig.server.stop();
  rig.start();
  await rig.until(() => rig.logged("server-unreachable"), t.signal);
  await rig.server.start();
  assert.equal((await rig.server.outcome("x", t.signal)).actionState, State.SUCCESS);
});
