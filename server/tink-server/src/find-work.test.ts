import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type ResourceKey, type Workflow, type WorkflowStatus } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { reportName } from "@neverland/workflow-rules/reports/read-reports.ts";
import {
  action,
  documentOf,
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

  /** As Tink Server appends it; the controller has not folded it yet. */
  async report({ metadata, status = {} }: Workflow, index: number, state: "RUNNING" | "SUCCESS"): Promise<void> {
    const spec = report(status, index, state, 0, { workflowUID: metadata.uid, workflow: `default/${metadata.name}` });
    const name = reportName(spec.actionID, state);
    await this.#reports.create({ metadata: { namespace: "default", name }, spec });
  }

  /** The workflow and action that the worker gets, or why it waits. */
  async find(agentID = installer): Promise<string> {
    const get = async (key: ResourceKey) => {
      this.read.push(key.name);
      return await this.#workflows.get(key);
    };
    const work = await findWork(agentID, this.queues, {
      ...{ clock: new ManualClock(startMs), limits: defaultLimits, listeningSinceMs: startMs },
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

test("what is begun is served before an older one that is not, by what was reported and not folded yet", async () => {
  const rig = new Rig();
  await rig.create("a-older", pending());
  const begun = await rig.create("b-begun", { ...pending(), state: "RUNNING" });
  await rig.report(begun, 0, "RUNNING");
  await rig.report(begun, 0, "SUCCESS");
  assert.equal(await rig.find(), "default/b-begun write");
  assert.deepEqual(rig.read, ["b-begun"]);
});

test("the second worker's turn is seen by the first one's report, whether that was folded or not", async () => {
  const rig = new Rig();
  const tasks = documentOf([installer, action("stream")], [neighbour, action("check")]);
  const shared = await rig.create("a", { ...pending(tasks), state: "RUNNING" });
  assert.equal(await rig.find(neighbour), "other-agents-turn");
  await rig.report(shared, 0, "SUCCESS");
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
