// After the last action, and after every other end: what was given to the machine for the workflow is taken back.
import type { Workflow, WorkflowStatus } from "@neverland/api";
import { ended, withCondition } from "@neverland/workflow-rules/conditions.ts";
import { timeMs } from "@neverland/workflow-rules/durations.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { forbidNetboot } from "./netboot-permission.ts";
import { hardwareKey } from "./prepare-machine.ts";
import { bootModeOf, type Step, type StepContext, statusOf } from "./step.ts";

type Deps = Pick<WorkflowControllerDeps, "workflows" | "hardware" | "power" | "limits">;

/** POST: leads to SUCCESS, or to FAILED when the boot mode's last job fails. */
export async function wrapUp(workflow: Workflow, deps: Deps, context: StepContext): Promise<Step> {
  const status = statusOf(workflow);
  const finish = bootModeOf(workflow) === "" ? undefined : await deps.power.finish(workflow, context.signal);
  const giveUpAtMs = (timeMs(status.stateSince) ?? context.nowMs) + deps.limits.preparingTimeoutSeconds * 1000;
  if (finish?.state === "running" && context.nowMs < giveUpAtMs)
    return { status, wakeAtMs: Math.min(context.nowMs + finish.pollAfterMs, giveUpAtMs) };
  const clean = await takeBack(workflow, deps, context);
  const failure = finish?.state === "failed" ? finish : finish?.state === "running" ? tooLong(deps) : undefined;
  if (failure !== undefined) return { status: ended(clean, "FAILED", failure, context.time) };
  const message = "all actions succeeded";
  return { status: ended(clean, "SUCCESS", { reason: "Complete", message }, context.time) };
}

/** SUCCESS, FAILED, TIMEOUT: the state stays, the permission goes. */
export async function cleanUp(workflow: Workflow, deps: Deps, context: StepContext): Promise<Step> {
  return { status: await takeBack(workflow, deps, context) };
}

async function takeBack(workflow: Workflow, deps: Deps, { time }: StepContext): Promise<WorkflowStatus> {
  const status = statusOf(workflow);
  const { toggledTrue, toggledFalse } = status.bootOptions?.allowNetboot ?? {};
  const key = hardwareKey(workflow);
  if (toggledTrue !== true || toggledFalse === true || key === undefined) return status;
  const toggled = await forbidNetboot(key, workflow.metadata.uid, deps);
  const messages = {
    done: "set allowPXE of all interfaces to false",
    held: "left allowPXE as it is: another workflow of the machine needs it and will take it back",
    "no-hardware": `Hardware ${key.name} is gone, and its permission with it`,
  } as const;
  const allowNetboot = { ...status.bootOptions?.allowNetboot, toggledFalse: true };
  return withCondition(
    { ...status, bootOptions: { ...status.bootOptions, allowNetboot } },
    {
      type: "AllowNetbootFalse",
      status: toggled === "done" ? "True" : "False",
      reason: reasons[toggled],
      message: messages[toggled],
    },
    time,
  );
}

const reasons = { done: "Complete", held: "HeldByOther", "no-hardware": "NoHardware" } as const;

function tooLong({ limits }: Deps) {
  const message = `the boot mode's last job took longer than ${limits.preparingTimeoutSeconds} s`;
  return { reason: "PostTimeout", message };
}
