import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type ResourceKey, type Workflow, type WorkflowStatus } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { foldReports } from "@neverland/workflow-rules/reports/fold-reports.ts";
import { reportName } from "@neverland/workflow-rules/reports/read-reports.ts";
import {
  action,
  documentOf,
  foldInput,
  installer,
  neighbour,
  pending,
  report,
  startMs,
} from "@neverland/workflow-rules/testing/examples.ts";
import { findWork } from "./find-work.ts";

class Rig {
  readonly queues = new AgentQueues();
  readonly read: string[] = [];
  readonly #store = openMemoryStore();
  readonly #workflows = typedStore(this.#store, kinds.Workflow);
  readonly #reports = typedStore(this.#store, kinds.ActionReport);

  async create(name: string, status: WorkflowStatus): Promise<Workflow> {
    const made = await this.#workflows.create({ metadata: { namespace: "default", name }, spec: {} });
    const workflow = await this.#workflows.updateStatus({ ...made, status });
    this.queues.put(workflow);
    return workflow;
  }

  async fold(workflow: Workflow, status: WorkflowStatus): Promise<void> {
    this.queues.put(await this.#workflows.updateStatus({ ...workflow, status }));
  }

  /** As Tink Server appends it; the controller has not folded it yet. */
  async report({ metadata, status = {} }: Workflow, index: number, state: "RUNNING" | "SUCCESS"): Promise<void> {
    const spec = report(status, index, state, 0, { workflowUID: metadata.uid, workflow: `default/${metadata.name}` });
    const name = reportName(spec.actionID, state);
    await this.#reports.create({ metadata: { namespace: "default", name }, spec });
  }

  /** The workflow and action that the worker gets, or why it waits. */
  async find(agentID = installer, nowMs = startMs): Promise<string> {
    const get = async (key: ResourceKey) => {
      this.read.push(key.name);
      return await this.#workflows.get(key);
    };
    const work = await findWork(agentID, this.queues, {
      ...{ clock: new ManualClock(nowMs), limits: defaultLimits, listeningSinceMs: startMs },
      ...{ workflows: { get }, reports: this.#reports },
    });
    if ("done" in work) return "done";
    return "serve" in work.next ? `${work.next.key} ${work.next.serve.name}` : work.next.wait;
  }
}

test("of very many workflows that wait for a worker only the one that it gets is read", async () => {
  const rig = new Rig();
  for (let at = 100; at < 300; at += 1) await rig.create(`install-${at}`, pending());
  assert.equal(await rig.find(), "default/install-100 stream");
  assert.deepEqual(rig.read, ["install-100"]);
});

test("of very many workflows that run and name a worker none is read while it is others' turn, and one when it is its own", async () => {
  const rig = new Rig();
  const shared = pending(documentOf([installer, action("stream")], [neighbour, action("check")]));
  for (let at = 100; at < 300; at += 1) await rig.create(`install-${at}`, { ...shared, state: "RUNNING" });
  assert.equal(await rig.find(neighbour), "other-agents-turn");
  assert.deepEqual(rig.read, []);
  const isTheirs = foldReports(shared, foldInput([report(shared, 0, "SUCCESS", 0)], 1)).status;
  for (let at = 100; at < 300; at += 1) await rig.create(`check-${at}`, isTheirs);
  assert.equal(await rig.find(neighbour), "default/check-100 check");
  assert.deepEqual(rig.read, ["check-100"]);
});

test("the loop goes on while very many are passed over that wait for the worker by the store and have ended since", async () => {
  const over: WorkflowStatus = { ...pending(), state: "RUNNING", globalExecutionStop: "2000-01-01T00:00:00Z" };
  const queues = new AgentQueues();
  const metadata = { namespace: "default", uid: "uid-1", resourceVersion: "1", generation: 1, creationTimestamp: "" };
  const get = async ({ name }: ResourceKey): Promise<Workflow> => ({
    ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", metadata: { ...metadata, name }, status: over },
  });
  for (let at = 0; at < 2000; at += 1) queues.put(await get({ namespace: "default", name: `install-${at}` }));
  let timesRound = 0;
  const count = () => {
    timesRound += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const work = await findWork(installer, queues, {
    ...{ clock: new ManualClock(startMs), limits: defaultLimits, listeningSinceMs: 0 },
    ...{
      workflows: { get },
      reports: { list: async () => ({ items: [] }) },
    },
  });
  clearImmediate(next);
  assert.deepEqual("next" in work && "wait" in work.next && work.next.wait, "finished");
  assert.ok(timesRound >= 2, `the loop went round ${timesRound} times`);
});

test("what is begun is served before an older one that is not, by what was reported and not folded yet", async () => {
  const rig = new Rig();
  await rig.create("a-older", pending());
  const begun = await rig.create("b-begun", { ...pending(), state: "RUNNING" });
  await rig.report(begun, 0, "RUNNING");
  await rig.report(begun, 0, "SUCCESS");
  assert.equal(await rig.find(), "default/b-begun write");
  assert.deepEqual(rig.read, ["b-begun"]);
});

test("the second worker's turn comes as soon as the first one's report is folded", async () => {
  const rig = new Rig();
  const tasks = documentOf([installer, action("stream")], [neighbour, action("check")]);
  const shared = await rig.create("a", { ...pending(tasks), state: "RUNNING" });
  assert.equal(await rig.find(neighbour), "other-agents-turn");
  await rig.report(shared, 0, "SUCCESS");
  assert.equal(await rig.find(neighbour), "other-agents-turn");
  assert.equal(await rig.find(), "other-agents-turn");
  const { status = {} } = shared;
  const done = report(status, 0, "SUCCESS", 0, { workflowUID: shared.metadata.uid });
  const input = foldInput([done], 1, { workflowUID: shared.metadata.uid });
  await rig.fold(shared, foldReports(status, input).status);
  assert.equal(await rig.find(neighbour), "default/a check");
});

test("a workflow that has gone meanwhile is passed over", async () => {
  const rig = new Rig();
  rig.queues.put({
    ...(await rig.create("b", pending())),
    metadata: { ...(await rig.create("c", pending())).metadata, name: "a" },
  });
  assert.equal(await rig.find(), "default/b stream");
});

test("a worker that asks has not come too late for an action that nobody has begun, however long that has waited", async () => {
  const rig = new Rig();
  await rig.create("a", pending());
  assert.equal(await rig.find(installer, startMs + 30 * 86_400_000), "default/a stream");
});
