import assert from "node:assert/strict";
import { test } from "node:test";
import { cancelAnnotation, kinds, type Workflow, type WorkflowStatus } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { ended } from "@neverland/workflow-rules/conditions.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { installer, pending, report, startMs } from "@neverland/workflow-rules/testing/examples.ts";
import { acceptReport } from "./accept-report.ts";
import { TinkError } from "./tink-error.ts";

const key = { namespace: "default", name: "install" };

class Rig {
  readonly workflows;
  readonly reports;

  constructor() {
    const store = openMemoryStore();
    this.workflows = typedStore(store, kinds.Workflow);
    this.reports = typedStore(store, kinds.ActionReport);
  }

  async create(): Promise<Workflow> {
    const made = await this.workflows.create({ metadata: key, spec: {} });
    return await this.workflows.updateStatus({ ...made, status: pending() });
  }

  /** Of the first action. @param meanwhile Happens while the report is written down. */
  async start({ status = {} }: Workflow, meanwhile: () => Promise<unknown>): Promise<void> {
    const { taskID, actionID } = report(status, 0, "RUNNING", 0);
    const incoming = { workflow: "default/install", agentID: installer, taskID, actionID, state: "RUNNING" } as const;
    const create: typeof this.reports.create = async (resource) => {
      const made = await this.reports.create(resource);
      await meanwhile();
      return made;
    };
    await acceptReport(
      incoming,
      {
        ...{ clock: new ManualClock(startMs), limits: defaultLimits, listeningSinceMs: startMs },
        ...{ workflows: this.workflows, reports: { list: (query) => this.reports.list(query), create } },
        ...{ turns: { next: async () => {} }, record: () => {} },
      },
      () => {},
    );
  }
}

const isNotNow = (error: unknown) => error instanceof TinkError && error.code === "not-now";

test("a start is taken, and its worker may begin", async () => {
  const rig = new Rig();
  await rig.start(await rig.create(), async () => {});
  assert.equal((await rig.reports.list()).items.length, 1);
});

test("nobody may begin what was given up while the start was written down", async () => {
  const rig = new Rig();
  const workflow = await rig.create();
  const over = ended(
    workflow.status ?? {},
    "TIMEOUT",
    { reason: "GlobalTimeout", message: "over" },
    "2026-05-01T12:00:00Z",
  );
  await assert.rejects(
    rig.start(workflow, () => rig.workflows.updateStatus({ ...workflow, status: over })),
    isNotNow,
  );
});

test("nobody may begin what was about to be rendered anew, or was, while the start was written down", async () => {
  const changes: WorkflowStatus[] = [{ state: "PREPARING" }, { tasks: [] }];
  for (const change of changes) {
    const rig = new Rig();
    const workflow = await rig.create();
    const changed = { ...workflow, status: { ...workflow.status, ...change } };
    await assert.rejects(
      rig.start(workflow, () => rig.workflows.updateStatus(changed)),
      isNotNow,
    );
  }
});

test("nobody may begin what was deleted, or made anew, while the start was written down", async () => {
  for (const isMadeAnew of [false, true]) {
    const rig = new Rig();
    const remake = async () => {
      await rig.workflows.delete(key);
      if (isMadeAnew) await rig.create();
    };
    await assert.rejects(rig.start(await rig.create(), remake), isNotNow);
  }
});

test("nobody may begin what was cancelled, or marked for deletion, while the start was written down", async () => {
  for (const wish of [{ annotations: { [cancelAnnotation]: "1" } }, { finalizers: ["x.y/z"] }]) {
    const rig = new Rig();
    const workflow = await rig.create();
    const ask = async () => {
      await rig.workflows.update({ ...workflow, metadata: { ...workflow.metadata, ...wish } });
      if ("finalizers" in wish) await rig.workflows.delete(key);
    };
    await assert.rejects(rig.start(workflow, ask), isNotNow);
  }
});
