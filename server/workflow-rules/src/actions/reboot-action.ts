// The last action of an installation often restarts the machine and so kills the worker that should report it.
import type { WorkflowAction, WorkflowStatus } from "@neverland/api";
import { timeMs } from "../durations.ts";
import { currentStep, isLastStep, isSameAgent } from "./actions-in-order.ts";

/** An action with this variable set to `true` is expected to restart the machine, whatever its name and image. */
const expectRebootVariable = "EXPECT_REBOOT";

/** A worker that asks again this soon after it started an action only missed our answer; a machine takes longer to restart. */
const quickestRebootMs = 10_000;

const rebootWord = /^(reboot|kexec)([-_ .].*)?$|^.*[-_ .](reboot|kexec)$/i;

/** Whether the action restarts the machine: by its name, its image's name, or {@link expectRebootVariable}. */
export function isRebootAction(action: Pick<WorkflowAction, "name" | "image" | "environment">): boolean {
  const imageName =
    action.image
      .replace(/@.*$/, "")
      .replace(/:[^/:]*$/, "")
      .split("/")
      .at(-1) ?? "";
  return (
    rebootWord.test(action.name) || rebootWord.test(imageName) || action.environment?.[expectRebootVariable] === "true"
  );
}

/** When the workflow's last action, one that restarts the machine, was started and has not been reported since. */
export function rebootExpectedSinceMs(status: WorkflowStatus): number | undefined {
  const step = currentStep(status);
  if (status.state !== "RUNNING" || step === undefined || step.action.state !== "RUNNING") return undefined;
  if (!isLastStep(status, step) || !isRebootAction(step.action)) return undefined;
  return timeMs(step.action.executionStart);
}

/** Whether a worker that asks for work now may have come back from the restart that the last action was for. */
export function hasComeBack(status: WorkflowStatus, agentID: string, nowMs: number): boolean {
  const sinceMs = rebootExpectedSinceMs(status);
  const agent = currentStep(status)?.task.agentID;
  return (
    sinceMs !== undefined && agent !== undefined && isSameAgent(agent, agentID) && nowMs - sinceMs >= quickestRebootMs
  );
}
