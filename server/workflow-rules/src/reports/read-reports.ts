// Finds what was reported of a workflow, and names reports: a name follows from what a report says, so that one is never kept twice.
import type { ActionReport, ActionReportSpec, ActionState, WorkflowStatus } from "@neverland/api";

/** How often an action's start is written down; a worker that starts it more often is not kept from it. */
export const mostStarts = 16;

/** By index: it costs what is found, which is what the workflow has had reported. */
export type ReportReader = {
  list(options: {
    readonly namespace: string;
    readonly fields: readonly { readonly key: string; readonly operator: "in"; readonly values: readonly string[] }[];
  }): Promise<{ readonly items: readonly ActionReport[] }>;
};

/** @param start Which start of the action this is, from 1; of an end there is only one. */
export function reportName(actionID: string, state: ActionState, start = 1): string {
  const name = `${actionID}-${state}`.toLowerCase();
  return start === 1 ? name : `${name}-${start}`;
}

/** All that there are of the workflow. */
export async function listReports(
  { namespace, uid }: { readonly namespace: string; readonly uid: string },
  reports: ReportReader,
): Promise<readonly ActionReport[]> {
  const fields = [{ key: "spec.workflowUID", operator: "in", values: [uid] }] as const;
  return (await reports.list({ namespace, fields })).items;
}

/** The reports of the action at hand and of those after it, in no order; what came before is in the status already. */
export async function readReports(
  workflow: { readonly namespace: string; readonly uid: string },
  status: WorkflowStatus,
  reports: ReportReader,
): Promise<ActionReportSpec[]> {
  const over = new Set<string>();
  for (const { actions } of status.tasks ?? [])
    for (const { id, state } of actions) {
      if (state !== "SUCCESS") return specsBut(over, await listReports(workflow, reports));
      over.add(id);
    }
  return [];
}

function specsBut(over: ReadonlySet<string>, reports: readonly ActionReport[]): ActionReportSpec[] {
  return reports.flatMap(({ spec }) => (spec === undefined || over.has(spec.actionID) ? [] : [spec]));
}
