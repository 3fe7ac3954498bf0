// Whether a worker's report says something about the workflow as it stands, and if not, why.
import { type ActionReportSpec, isFinalState, type WorkflowStatus } from "@neverland/api";
import { currentStep, findStep, isSameAgent } from "../actions/actions-in-order.ts";

export type IgnoredReason =
  /** The report is for another workflow of the same name. */
  | "other-workflow"
  /** The workflow ended; nothing revives it. */
  | "workflow-finished"
  /** The workflow was not handed out yet. */
  | "not-started"
  | "unknown-action"
  /** The action is another worker's. */
  | "other-agent"
  /** An earlier action has not succeeded. */
  | "not-its-turn"
  /** The action ended before; what it ended with stands. */
  | "already-ended"
  /** `PENDING` reports nothing. */
  | "says-nothing";

/** `undefined` when the report is to be taken. */
export function whyIgnored(
  status: WorkflowStatus,
  workflowUID: string,
  report: Pick<ActionReportSpec, "workflowUID" | "actionID" | "taskID" | "agentID" | "state">,
): IgnoredReason | undefined {
  if (report.workflowUID !== workflowUID) return "other-workflow";
  const step = findStep(status, report.actionID);
  if (step === undefined || step.task.id !== report.taskID) return "unknown-action";
  if (!isSameAgent(step.task.agentID, report.agentID)) return "other-agent";
  if (report.state === "PENDING") return "says-nothing";
  if (isFinalState(status.state)) return "workflow-finished";
  if (step.action.state !== "PENDING" && step.action.state !== "RUNNING") return "already-ended";
  if (status.state !== "PENDING" && status.state !== "RUNNING") return "not-started";
  return currentStep(status)?.action.id === report.actionID ? undefined : "not-its-turn";
}
