// A workflow as it stands this moment: the stored status, and the reports that the controller may not have folded yet.
import type { ActionReportSpec, ResourceKey, Workflow, WorkflowStatus } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { WorkflowLimits } from "../limits.ts";
import { foldReports } from "./fold-reports.ts";
import { type ReportReader, readReports } from "./read-reports.ts";

export type FoldedWorkflow = {
  readonly workflow: Workflow;
  readonly status: WorkflowStatus;
  /** Of the stored status's current action and those after it, in no order. */
  readonly reports: readonly ActionReportSpec[];
};

export type FoldedDeps = {
  readonly clock: Pick<Clock, "nowMs" | "asOfNowMs">;
  readonly limits: WorkflowLimits;
  /** Since when reports could come in. */
  readonly listeningSinceMs: number;
  readonly workflows: { get(key: ResourceKey): Promise<Workflow | undefined> };
  readonly reports: ReportReader;
};

/** For one of its workers that asks or reports now. `undefined`: there is no such workflow. */
export async function readFolded(key: ResourceKey, deps: FoldedDeps): Promise<FoldedWorkflow | undefined> {
  const workflow = await deps.workflows.get(key);
  if (workflow === undefined) return undefined;
  const status = workflow.status ?? {};
  const { clock, limits, listeningSinceMs } = deps;
  const reports = await readReports(workflow.metadata, status, deps.reports);
  const folded = foldReports(status, {
    workflowUID: workflow.metadata.uid,
    reports,
    nowMs: clock.nowMs(),
    asOfNowMs: (stampMs) => clock.asOfNowMs(stampMs),
    limits,
    listeningSinceMs,
    // Whether a worker came too late for an action that nobody has begun is the controller's to say: this one is here.
    agent: { busyWith: "asking" },
  });
  return { workflow, status: folded.status, reports };
}
