// A workflow as it stands this moment: the stored status and the reports that the controller may not have folded yet.
import type { ActionReportSpec, ResourceKey, Workflow, WorkflowStatus } from "@neverland/api";
import { foldReports } from "@neverland/workflow-rules/reports/fold-reports.ts";
import { readReports } from "@neverland/workflow-rules/reports/read-reports.ts";
import type { TinkServerDeps } from "./ports.ts";

export type FoldedWorkflow = {
  readonly workflow: Workflow;
  readonly status: WorkflowStatus;
  /** Of the stored status's current action and those after it, in no order. */
  readonly reports: readonly ActionReportSpec[];
};

type Deps = Pick<TinkServerDeps, "clock" | "limits" | "listeningSinceMs" | "workflows" | "reports">;

export async function readFolded(key: ResourceKey, deps: Deps): Promise<FoldedWorkflow | undefined> {
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
