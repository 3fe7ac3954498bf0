// A workflow that somebody asked to end: at once when nobody runs an action of it, else when that action has ended.
import { isFinalState, type Workflow } from "@neverland/api";
import { currentStep } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import type { WorkflowControllerDeps } from "../../ports.ts";
import { type Step, type StepContext, statusOf } from "./step.ts";
import { cancelled, stopAction } from "./stop-action.ts";

/** @param value What asked for it, to be remembered: it is heeded once. */
export async function cancelWorkflow(
  workflow: Workflow,
  value: string,
  deps: WorkflowControllerDeps,
  context: StepContext,
): Promise<Step> {
  const { state } = statusOf(workflow);
  if (isFinalState(state) || state === "POST") return { status: { ...statusOf(workflow), lastHandledCancel: value } };
  const { status, wakeAtMs } = await stopAction(workflow, deps, context);
  if (status.state === "RUNNING" && currentStep(status)?.action.state === "RUNNING") return { status, wakeAtMs };
  // The last one may have succeeded meanwhile: that stands. One that failed was stopped.
  if (status.state === "POST") return { status: { ...status, lastHandledCancel: value } };
  return { status: cancelled(status, value, context.time) };
}
