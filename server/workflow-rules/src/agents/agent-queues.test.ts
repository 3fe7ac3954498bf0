import assert from "node:assert/strict";
import { test } from "node:test";
import type { Workflow, WorkflowState, WorkflowStatus } from "@neverland/api";
import { foldReports } from "../reports/fold-reports.ts";
import { action, documentOf, foldInput, installer, neighbour, pending, report, startMs } from "../testing/examples.ts";
import { AgentQueues } from "./agent-queues.ts";

const nowMs = startMs + 1000;

function workflow(name: string, status: WorkflowStatus, creationTimestamp = "2026-05-01T12:00:00Z"): Workflow {
  const metadata = { namespace: "default", name, uid: name, resourceVersion: "1", generation: 1, creationTimestamp };
  return { apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", metadata, status };
}

const inState = (state: WorkflowState): WorkflowStatus => ({ ...pending(), state });
const shared = pending(documentOf([installer, action("stream")], [neighbour, action("check")]));
const running = foldReports(pending(), foldInput([report(pending(), 0, "RUNNING", 0)], 1)).status;

function queuesOf(...workflows: Workflow[]): AgentQueues {
  const queues = new AgentQueues();
  for (const each of workflows) queues.put(each);
  return queues;
}

const order = (queues: AgentQueues, agentID = installer) => [...queues.candidates(agentID)].map(({ name }) => name);

test("a started action comes first, then what was begun, what was made first, by name; what is over has left the queue", () => {
  const queues = queuesOf(
    workflow("begun", inState("RUNNING"), "2026-05-01T09:00:00Z"),
    workflow("c", inState("PENDING")),
    workflow("b", inState("PREPARING")),
    workflow("late", running, "2026-05-01T13:00:00Z"),
    workflow("early", inState("PENDING"), "2026-05-01T11:00:00Z"),
    workflow("over", inState("FAILED"), "2026-05-01T10:00:00Z"),
  );
  assert.deepEqual(order(queues), ["late", "begun", "early", "b", "c"]);
  assert.equal(queues.first(installer)?.name, "late");
});

test("a workflow whose worker's MAC is written with dashes is in the queue of that MAC", () => {
  const dashed = pending(documentOf([installer.replaceAll(":", "-").toUpperCase(), action("stream")]));
  assert.deepEqual(order(queuesOf(workflow("dashed", { ...dashed, state: "PENDING" }))), ["dashed"]);
});

test("a change moves a workflow to its new place, and it is nowhere else", () => {
  const queues = queuesOf(workflow("a", inState("PENDING")), workflow("b", inState("PENDING")));
  queues.put(workflow("b", running));
  assert.deepEqual(order(queues), ["b", "a"]);
  queues.put(workflow("b", inState("SUCCESS")));
  assert.deepEqual(order(queues), ["a"]);
  queues.remove({ namespace: "default", name: "a" }, nowMs);
  assert.deepEqual(order(queues), []);
  assert.equal(queues.knows(installer), true);
});

test("a workflow is another worker's as long as that one's task comes first, begun or not", () => {
  const queues = queuesOf(workflow("a", shared));
  assert.deepEqual([order(queues), order(queues, neighbour)], [["a"], []]);
  assert.equal(queues.anyUnfinished(neighbour)?.name, "a");
  queues.put(workflow("a", { ...shared, state: "RUNNING" }));
  assert.deepEqual([order(queues), order(queues, neighbour)], [["a"], []]);
  queues.put(workflow("a", foldReports(shared, foldInput([report(shared, 0, "SUCCESS", 0)], 1)).status));
  assert.deepEqual([order(queues), order(queues, neighbour)], [[], ["a"]]);
});

test("who has or had a task is told of a change, in either spelling of its id", () => {
  const queues = queuesOf(workflow("a", pending(documentOf([installer.toUpperCase(), action("stream")]))));
  assert.deepEqual(order(queues, installer), ["a"]);
  assert.deepEqual(
    queues.put(workflow("a", pending(documentOf([neighbour, action("check")])))),
    new Set([neighbour, installer]),
  );
  assert.equal(queues.knows(installer), false);
});

test("a queued workflow is told which one comes first, and the first that nothing does", () => {
  const [first, second] = [workflow("1", pending()), workflow("2", pending())];
  const queues = queuesOf(first, second);
  assert.deepEqual(queues.agentFor(second), { busyWith: "default/1" });
  assert.deepEqual(queues.agentFor(first), { freeSinceMs: 0 });
});

test("a worker is free since the end of the workflow before, or since that was deleted", () => {
  const [first, second, third] = ["1", "2", "3"].map((name) => workflow(name, pending()));
  assert.ok(first && second && third);
  const queues = queuesOf(first, second, third);
  const failed = foldReports(pending(), foldInput([report(pending(), 0, "FAILED", 100)], 100)).status;
  queues.put(workflow("1", failed));
  assert.deepEqual(queues.agentFor(second), { freeSinceMs: startMs + 100 });
  queues.remove(second.metadata, nowMs);
  assert.deepEqual(queues.agentFor(third), { freeSinceMs: nowMs });
});

test("a worker that no workflow names any more is forgotten, with when it was free", () => {
  const second = workflow("2", pending());
  const queues = queuesOf(
    workflow("1", foldReports(pending(), foldInput([report(pending(), 0, "FAILED", 100)], 100)).status),
  );
  queues.put(workflow("1", pending(documentOf([neighbour, action("check")]))));
  queues.put(second);
  assert.deepEqual(queues.agentFor(second), { freeSinceMs: 0 });
});
