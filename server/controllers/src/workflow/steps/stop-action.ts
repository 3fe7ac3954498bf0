// A workflow that is to stop while a worker runs an action of it: the action is ended first, so that nothing writes a disk that nobody knows of.
import { type Workflow, type WorkflowStatus, whyStop } from "@neverland/api";
import { currentStep, withAction } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import { ended, withCondition } from "@neverland/workflow-rules/conditions.ts";
import { timeMs } from "@neverland/workflow-rules/durations.ts";
import type { WorkflowControllerDeps } from "../../ports.ts";
import { foldStep } from "./fold-step.ts";
import { type Step, type StepContext, statusOf } from "./step.ts";

type Deps = Pick<
  WorkflowControllerDeps,
  "clock" | "limits" | "listeningSinceMs" | "reports" | "queues" | "bootContactMs"
>;

/**
 * @returns The workflow as it stands once its worker has said how the action ended, or has had its time to say so. Until then, RUNNING with the
 * condition `Stopping`. Of a workflow that nobody runs an action of: as it is.
 */
export async function stopAction(workflow: Workflow, deps: Deps, context: StepContext): Promise<Step> {
  const why = whyStop(workflow);
  const { state } = statusOf(workflow);
  // One that waits may have been begun: its worker's word is there before the state says so.
  if ((state !== "RUNNING" && state !== "PENDING") || why === undefined) return { status: statusOf(workflow) };
  const { status } = await foldStep(workflow, deps, context);
  const step = currentStep(status);
  // It has ended by itself, or nobody has begun the next one.
  if (step === undefined || status.state !== "RUNNING" || step.action.state !== "RUNNING") return { status };
  const stopping = withCondition(
    status,
    {
      type: "Stopping",
      status: "True",
      reason: workflow.metadata.deletionTimestamp ? "Deleted" : "Cancelled",
      message: `${why} while worker ${step.task.agentID} runs action "${step.action.name}": the worker is told to stop it; an agent of Tinkerbell cannot be told, and is waited for`,
    },
    context.time,
  );
  const since = stopping.conditions?.find(({ type }) => type === "Stopping")?.time;
  const sinceMs = deps.clock.asOfNowMs(timeMs(since) ?? context.nowMs);
  // Who could not be heard has not been silent.
  const heardSinceMs = Math.max(sinceMs, deps.listeningSinceMs() ?? context.nowMs);
  const giveUpAtMs = heardSinceMs + deps.limits.stopTimeoutSeconds * 1000;
  if (context.nowMs < giveUpAtMs) return { status: stopping, wakeAtMs: giveUpAtMs };
  const message = `${why}, and worker ${step.task.agentID} did not say within ${deps.limits.stopTimeoutSeconds} s that action "${step.action.name}" ended: it may still be writing to the machine's disk; switch the machine off before you use it again`;
  return { status: withAction(stopping, step.action.id, { state: "TIMEOUT", executionStop: context.time, message }) };
}

/** The end of a workflow that was cancelled: how far it came, and what that means for the disk. */
export function cancelled(status: WorkflowStatus, value: string, time: string): WorkflowStatus {
  const noted = { ...status, lastHandledCancel: value };
  return ended(
    noted,
    "FAILED",
    { reason: "Cancelled", message: `the workflow was cancelled ${whereStopped(status)}` },
    time,
  );
}

/** `in action "x", which ...: the disk may be half written`. */
export function whereStopped(status: WorkflowStatus): string {
  const step = currentStep(status);
  if (!status.tasks?.length) return "before it was rendered: nothing was written";
  if (status.state === "POST" || step === undefined) return "after its last action";
  const { name, state, message } = step.action;
  if (status.state !== "RUNNING" && state === "PENDING") return "before its first action: nothing was written";
  if (state === "PENDING") return `before action "${name}": the machine has what the actions before it did`;
  const how = message || "its worker says that it ended";
  return `in action "${name}" (${how}): the disk may be half written`;
}
