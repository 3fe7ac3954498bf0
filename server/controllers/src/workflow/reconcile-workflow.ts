// One look at one Workflow: where it stands, what follows from that, and its next status, written once.
import { isFinalState, pendingCancel, pendingRetry, type Workflow, type WorkflowStatus } from "@neverland/api";
import type { Outcome } from "@neverland/controller-kit/controller.ts";
import { formatTime } from "@neverland/platform/time/clock.ts";
import { sameJson } from "@neverland/store/resource-json.ts";
import { rebootExpectedSinceMs } from "@neverland/workflow-rules/actions/reboot-action.ts";
import { timeMs } from "@neverland/workflow-rules/durations.ts";
import { withGoal } from "../goal/goal.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { forgetReports } from "./forget-reports.ts";
import { hasLoans } from "./loans.ts";
import { cancelWorkflow } from "./steps/cancel-workflow.ts";
import { foldStep } from "./steps/fold-step.ts";
import { prepareMachine } from "./steps/prepare-machine.ts";
import { noteKept, renderAnew } from "./steps/render-anew.ts";
import { retryWorkflow } from "./steps/retry-workflow.ts";
import { startWorkflow } from "./steps/start-workflow.ts";
import { type Step, type StepContext, statusOf } from "./steps/step.ts";
import { watchHardware } from "./steps/watch-hardware.ts";
import { cleanUp, wrapUp } from "./steps/wrap-up.ts";
import { eventsOf } from "./workflow-events.ts";
import { goalOf } from "./workflow-goal.ts";

/** May be killed at any line: what follows is read from the workflow and the store, and written once. */
export async function reconcileWorkflow(
  workflow: Workflow,
  deps: WorkflowControllerDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  const nowMs = deps.clock.nowMs();
  const stateSinceMs = deps.clock.asOfNowMs(timeMs(workflow.status?.stateSince) ?? nowMs);
  const context = { nowMs, time: formatTime(nowMs), stateSinceMs, signal };
  const step = await nextStep(workflow, deps, context);
  const { wakeAtMs } = step;
  const { generation } = workflow.metadata;
  const status = withGoal(step.status, goalOf(workflow, step.status), generation, context.time);
  if (sameJson(status, statusOf(workflow))) {
    if (isFinalState(status.state)) await forgetReports(workflow, deps.reports);
    return { wakeAtMs };
  }
  // A conflict throws: it is decided on anew. The change itself brings the workflow back for its next step.
  const { metadata } = await deps.workflows.updateStatus({ ...workflow, status });
  for (const event of eventsOf(workflow, status)) deps.record(event);
  return isStep(workflow, status) ? { wakeAtMs, settledVersion: metadata.resourceVersion } : {};
}

/**
 * From action to action: all reports there are were folded, so a look at the outcome finds nothing. Only a restart of the machine may have
 * been seen before it was known to be expected.
 */
function isStep(before: Workflow, after: WorkflowStatus): boolean {
  return before.status?.state === "RUNNING" && after.state === "RUNNING" && rebootExpectedSinceMs(after) === undefined;
}

async function nextStep(workflow: Workflow, deps: WorkflowControllerDeps, context: StepContext): Promise<Step> {
  const state = workflow.status?.state ?? "";
  const cancel = pendingCancel(workflow);
  if (cancel !== undefined) return await cancelWorkflow(workflow, cancel, deps, context);
  const retry = pendingRetry(workflow);
  if (retry !== undefined && !waitsForEnd(workflow)) {
    const step = await lastStep(workflow, deps, context);
    return step ?? { status: retryWorkflow(workflow, retry, context.time) };
  }
  switch (state) {
    case "":
      return await startWorkflow(workflow, deps, context);
    case "PREPARING":
      return await prepare(workflow, deps, context);
    case "PENDING":
    case "RUNNING":
      return await watchHardware(workflow, await goOn(workflow, deps, context), deps, context);
    case "POST":
      return await wrapUp(workflow, deps, context);
    case "SUCCESS":
    case "FAILED":
    case "TIMEOUT":
      return await cleanUp(workflow, deps, context);
  }
}

async function prepare(workflow: Workflow, deps: WorkflowControllerDeps, context: StepContext): Promise<Step> {
  const status = statusOf(workflow);
  const anew = await renderAnew(workflow, { status }, deps, context);
  if (anew.status !== status) return anew;
  return await watchHardware(workflow, await prepareMachine(workflow, deps, context), deps, context);
}

async function goOn(workflow: Workflow, deps: WorkflowControllerDeps, context: StepContext): Promise<Step> {
  const step = await foldStep(workflow, deps, context);
  if (step.status.state === "PENDING") return await renderAnew(workflow, step, deps, context);
  return { ...step, status: noteKept(workflow, step.status, context.time) };
}

/** What was lent for the last attempt is taken back before another one, and what is being wrapped up comes to its end. */
function waitsForEnd(workflow: Workflow): boolean {
  const state = workflow.status?.state;
  return state === "POST" || (isFinalState(state) && hasLoans(workflow));
}

/** The end of the attempt at hand, where it has come and was not folded yet: whoever asks for another one may have heard of it. */
async function lastStep(
  workflow: Workflow,
  deps: WorkflowControllerDeps,
  context: StepContext,
): Promise<Step | undefined> {
  const { state } = statusOf(workflow);
  if (state !== "PENDING" && state !== "RUNNING") return undefined;
  const step = await foldStep(workflow, deps, context);
  return step.status.state === "POST" || isFinalState(step.status.state) ? step : undefined;
}
