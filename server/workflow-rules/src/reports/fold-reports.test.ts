import assert from "node:assert/strict";
import { test } from "node:test";
import { action, documentOf, foldInput, installer, neighbour, pending, report, startMs } from "../testing/examples.ts";
import { foldReports } from "./fold-reports.ts";

const iso = (afterMs: number) => new Date(startMs + afterMs).toISOString();
const actionsOf = (status: ReturnType<typeof pending>) => (status.tasks ?? []).flatMap(({ actions }) => actions);

test("the first start makes a pending workflow run and arms its global deadline by the server's clock", () => {
  const status = pending();
  const { status: next } = foldReports(status, foldInput([report(status, 0, "RUNNING", 1000)], 1500));
  assert.equal(next.state, "RUNNING");
  assert.equal(next.globalExecutionStop, iso(1000 + 3600_000));
  assert.equal(actionsOf(next)[0]?.executionStart, iso(1000));
});

test("a template without global_timeout gets a day", () => {
  const status = pending({ ...documentOf([installer, action("stream")]), globalTimeoutSeconds: 0 });
  const { status: next } = foldReports(status, foldInput([report(status, 0, "RUNNING", 0)], 0));
  assert.equal(next.globalExecutionStop, iso(24 * 3600_000));
});

test("after an action's success the next one is current", () => {
  const status = pending();
  const reports = [report(status, 0, "RUNNING", 0), report(status, 0, "SUCCESS", 5000)];
  const { status: next } = foldReports(status, foldInput(reports, 5000));
  assert.equal(next.currentState?.actionName, "write");
  assert.equal(next.currentState?.state, "PENDING");
  assert.equal(actionsOf(next)[0]?.executionDuration, "5s");
});

test("how long an action took is told by the worker's clock, when it took place by the server's", () => {
  const status = pending();
  const times = { executionStart: "1999-01-01T00:00:00Z", executionStop: "1999-01-01T00:01:02Z" };
  const reports = [report(status, 0, "RUNNING", 1000), report(status, 0, "SUCCESS", 300_000, times)];
  const [first] = actionsOf(foldReports(status, foldInput(reports, 300_000)).status);
  assert.deepEqual(
    [first?.executionStart, first?.executionStop, first?.executionDuration],
    [iso(1000), iso(63_000), "1m2s"],
  );
});

test("the last action's success leads to POST and stays the current state", () => {
  const status = pending();
  const reports = [0, 1].flatMap((n) => [report(status, n, "RUNNING", n), report(status, n, "SUCCESS", n)]);
  const { status: next, wakeAtMs } = foldReports(status, foldInput(reports, 10));
  assert.equal(next.state, "POST");
  assert.deepEqual([next.currentState?.actionName, next.currentState?.state], ["write", "SUCCESS"]);
  assert.equal(wakeAtMs, undefined);
});

test("a failure ends the workflow with the worker's cause in its condition", () => {
  const status = pending();
  const reports = [
    report(status, 0, "RUNNING", 0),
    report(status, 0, "FAILED", 10, { message: "exit code 3: no space left" }),
  ];
  const { status: next } = foldReports(status, foldInput(reports, 10));
  assert.equal(next.state, "FAILED");
  assert.deepEqual(next.conditions, [
    {
      type: "Succeeded",
      status: "False",
      reason: "ActionFailed",
      message: `action "stream" of task "task-1" failed on worker ${installer}: exit code 3: no space left`,
      time: iso(10),
      lastTransitionTime: iso(10),
    },
  ]);
});

test("a late report does not revive a workflow that timed out", () => {
  const status = pending();
  const { status: over } = foldReports(status, foldInput([report(status, 0, "RUNNING", 0)], 3_600_000));
  const late = report(status, 0, "SUCCESS", 3_700_000);
  const folded = foldReports(over, foldInput([late], 3_700_000));
  assert.equal(over.state, "TIMEOUT");
  assert.deepEqual(folded.status, over);
  assert.deepEqual(folded.ignored, [{ report: late, reason: "workflow-finished" }]);
});

test("a worker that vanished in an action ends it after timeout and grace, with a sentence", () => {
  const status = pending();
  const started = foldReports(status, foldInput([report(status, 0, "RUNNING", 0)], 0));
  const over = foldReports(started.status, foldInput([], 660_000));
  assert.equal(started.wakeAtMs, startMs + 660_000);
  assert.equal(over.status.state, "TIMEOUT");
  assert.equal(over.status.conditions?.[0]?.reason, "WorkerSilent");
  assert.equal(actionsOf(over.status)[0]?.state, "TIMEOUT");
});

test("after a restart of the server a worker has its grace to report what it did meanwhile", () => {
  const status = pending();
  const { status: running } = foldReports(status, foldInput([report(status, 0, "RUNNING", 0)], 0));
  const listening = { listeningSinceMs: startMs + 2_000_000 };
  assert.equal(foldReports(running, foldInput([], 2_000_100, listening)).status.state, "RUNNING");
  assert.equal(foldReports(running, foldInput([], 2_060_000, listening)).status.state, "TIMEOUT");
});

test("a report that came in before anyone looked counts though the deadline has passed", () => {
  const status = pending();
  const reports = [report(status, 0, "RUNNING", 0), report(status, 0, "SUCCESS", 700_000)];
  assert.equal(foldReports(status, foldInput(reports, 700_001)).status.currentState?.actionName, "write");
});

test("a workflow that no worker comes for times out after an hour", () => {
  const status = pending();
  assert.equal(foldReports(status, foldInput([], 3_599_999)).wakeAtMs, startMs + 3_600_000);
  const { status: next } = foldReports(status, foldInput([], 3_600_000));
  assert.equal(next.state, "TIMEOUT");
  assert.equal(next.conditions?.[0]?.reason, "WorkerNeverCame");
});

test("a workflow whose worker is busy with another one does not time out meanwhile", () => {
  const status = pending();
  const queued = foldReports(status, foldInput([], 9_000_000, { agent: { busyWith: "default/first" } }));
  assert.equal(queued.status.state, "PENDING");
  const free = { agent: { freeSinceMs: startMs + 9_000_000 } };
  assert.equal(foldReports(status, foldInput([], 9_000_001, free)).wakeAtMs, startMs + 12_600_000);
});

test("the second task goes to the second worker once the first task is done", () => {
  const status = pending(documentOf([installer, action("stream")], [neighbour, action("check")]));
  const reports = [report(status, 0, "RUNNING", 0), report(status, 0, "SUCCESS", 10)];
  assert.equal(foldReports(status, foldInput(reports, 10)).status.agentID, neighbour);
});

test("a report by another worker than the task's is ignored", () => {
  const status = pending();
  const foreign = report(status, 0, "SUCCESS", 0, { agentID: neighbour });
  const folded = foldReports(status, foldInput([foreign], 0));
  assert.deepEqual(folded.ignored, [{ report: foreign, reason: "other-agent" }]);
  assert.equal(folded.status.state, "PENDING");
});

test("reports of an earlier workflow of the same name are ignored", () => {
  const status = pending();
  const old = report(status, 0, "FAILED", 0, { workflowUID: "uid-0" });
  assert.deepEqual(foldReports(status, foldInput([old], 0)).ignored, [{ report: old, reason: "other-workflow" }]);
});

test("an action started again counts its time from the new start", () => {
  const status = pending();
  const reports = [report(status, 0, "RUNNING", 0), report(status, 0, "RUNNING", 100_000)];
  const { status: next, wakeAtMs } = foldReports(status, foldInput(reports, 100_000));
  assert.equal(actionsOf(next)[0]?.executionStart, iso(100_000));
  assert.match(actionsOf(next)[0]?.message ?? "", /start number 2/);
  assert.equal(wakeAtMs, startMs + 760_000);
});

test("a last action that restarts the machine is done when the machine is seen starting", () => {
  const status = pending(documentOf([installer, action("stream"), action("reboot")]));
  const reports = [report(status, 0, "SUCCESS", 10), report(status, 1, "RUNNING", 20)];
  const before = foldReports(status, foldInput(reports, 30, { bootContactMs: startMs + 19 }));
  const after = foldReports(status, foldInput(reports, 30_000, { bootContactMs: startMs + 25_000 }));
  assert.equal(before.status.state, "RUNNING");
  assert.equal(after.status.state, "POST");
});

test("a machine that starts anew during any other action changes nothing", () => {
  const status = pending();
  const reports = [report(status, 0, "RUNNING", 0)];
  const { status: next } = foldReports(status, foldInput(reports, 30_000, { bootContactMs: startMs + 25_000 }));
  assert.equal(next.state, "RUNNING");
});

test("nothing is folded into a workflow that is still being prepared", () => {
  const status = { ...pending(), state: "PREPARING" } as const;
  const early = report(status, 0, "RUNNING", 0);
  assert.deepEqual(foldReports(status, foldInput([early], 0)).ignored, [{ report: early, reason: "not-started" }]);
});

test("a clock that was set forward by a day leaves an action and the whole workflow the time they had", () => {
  const dayMs = 86_400_000;
  const status = pending();
  const { status: running } = foldReports(status, foldInput([report(status, 0, "RUNNING", 0)], 0));
  const asOfNowMs = (stampMs: number) => (stampMs <= startMs + 60_000 ? stampMs + dayMs : stampMs);
  const at = (afterMs: number) => foldReports(running, foldInput([], dayMs + afterMs, { asOfNowMs }));
  assert.deepEqual([at(659_000).status.state, at(660_000).status.state], ["RUNNING", "TIMEOUT"]);
  assert.equal(at(60_000).wakeAtMs, startMs + dayMs + 660_000);
});

test("no action ends after the report of its end, however long its worker says that it took", () => {
  const status = pending();
  const times = { executionStart: "1999-01-01T00:00:00Z", executionStop: "1999-01-01T01:00:00Z" };
  const reports = [report(status, 0, "RUNNING", 1000), report(status, 0, "SUCCESS", 10_000, times)];
  const [first] = actionsOf(foldReports(status, foldInput(reports, 10_000)).status);
  assert.deepEqual([first?.executionStart, first?.executionStop], [iso(1000), iso(10_000)]);
});

test("a workflow whose global deadline passed while the server was away has its grace to say that it is done", () => {
  const status = pending({ ...documentOf([installer, action("stream", { timeoutSeconds: 7200 })]) });
  const begun = foldReports(status, foldInput([report(status, 0, "RUNNING", 0)], 0)).status;
  const heardMs = 5400_000;
  const fold = (afterMs: number) => foldReports(begun, foldInput([], afterMs, { listeningSinceMs: startMs + heardMs }));
  assert.equal(fold(heardMs + 59_000).status.state, "RUNNING");
  const over = fold(heardMs + 60_000).status;
  assert.equal(over.state, "TIMEOUT");
  assert.equal(over.conditions?.find(({ type }) => type === "Succeeded")?.reason, "GlobalTimeout");
});
