// Finds what was reported of a workflow: a report's name follows from what it says, so that one is never kept twice and
// those of one action are read without a search.
import type { ActionReport, ActionReportSpec, ActionState, ResourceKey, WorkflowStatus } from "@neverland/api";
import { currentStep, stepsOf } from "../actions/actions-in-order.ts";

/** How often an action's start is written down; a worker that starts it more often is not kept from it. */
export const mostStarts = 16;

export type ReportReader = { get(key: ResourceKey): Promise<Pick<ActionReport, "spec"> | undefined> };

/** @param start Which start of the action this is, from 1; of an end there is only one. */
export function reportName(actionID: string, state: ActionState, start = 1): string {
  const name = `${actionID}-${state}`.toLowerCase();
  return start === 1 ? name : `${name}-${start}`;
}

/** The reports of the action at hand and of those after it; what came before is in the status already. */
export async function readReports(
  { namespace, status }: { namespace: string; status: WorkflowStatus },
  reports: ReportReader,
): Promise<ActionReportSpec[]> {
  const steps = stepsOf(status);
  const current = currentStep(status);
  const found: ActionReportSpec[] = [];
  for (const step of current === undefined
    ? []
    : steps.slice(steps.findIndex(({ action }) => action.id === current.action.id))) {
    const own = await readStep(namespace, step.action.id, reports);
    found.push(...own);
    if (!own.some(({ state }) => state === "SUCCESS")) break;
  }
  return found;
}

async function readStep(namespace: string, actionID: string, reports: ReportReader): Promise<ActionReportSpec[]> {
  const found: ActionReportSpec[] = [];
  for (const state of ["SUCCESS", "FAILED", "TIMEOUT"] as const) {
    const report = await reports.get({ namespace, name: reportName(actionID, state) });
    if (report?.spec) found.push(report.spec);
  }
  return [...found, ...(await readStarts(namespace, actionID, reports))];
}

/** The starts of an action in the order they were reported. */
export async function readStarts(
  namespace: string,
  actionID: string,
  reports: ReportReader,
): Promise<ActionReportSpec[]> {
  const found: ActionReportSpec[] = [];
  while (found.length < mostStarts) {
    const name = reportName(actionID, "RUNNING", found.length + 1);
    const report = await reports.get({ namespace, name });
    if (!report?.spec) break;
    found.push(report.spec);
  }
  return found;
}
