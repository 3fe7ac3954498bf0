// After the last action, and after every other end: what was lent to the machine for the workflow is taken back.
import type { Workflow, WorkflowStatus } from "@neverland/api";
import { ended, withCondition } from "@neverland/workflow-rules/conditions.ts";
import type { PowerOutcome, WorkflowControllerDeps } from "../../ports.ts";
import { ejectJobName, hardwareKey, loansOf } from "../loans.ts";
import { forbidNetboot, unusableForbids } from "../netboot-permission.ts";
import { bootModeOf, type Step, type StepContext, statusOf } from "./step.ts";

type Deps = Pick<WorkflowControllerDeps, "workflows" | "hardware" | "power" | "limits">;

/** POST: leads to SUCCESS, or to FAILED when the boot mode's last job fails. */
export async function wrapUp(workflow: Workflow, deps: Deps, context: StepContext): Promise<Step> {
  const finish = bootModeOf(workflow) === "" ? undefined : await finishJob(workflow, deps, context);
  if (finish?.state === "running") return { status: statusOf(workflow), wakeAtMs: context.nowMs + finish.pollAfterMs };
  const clean = withMediumEjected(workflow, await takeBackPermission(workflow, deps, context));
  if (finish?.state === "failed") return { status: ended(clean, "FAILED", finish, context.time) };
  const message = "all actions succeeded";
  return { status: ended(clean, "SUCCESS", { reason: "Complete", message }, context.time) };
}

/** SUCCESS, FAILED, TIMEOUT: the state stays, permission and medium go. */
export async function cleanUp(workflow: Workflow, deps: Deps, context: StepContext): Promise<Step> {
  const { medium } = loansOf(workflow);
  const status = await takeBackPermission(workflow, deps, context);
  if (!medium) return { status };
  const finish = await finishJob(workflow, deps, context);
  if (finish.state === "running") return { status, wakeAtMs: context.nowMs + finish.pollAfterMs };
  const ejected = withMediumEjected(workflow, status);
  if (finish.state === "complete") return { status: ejected };
  const { reason, message } = finish;
  return {
    status: withCondition(ejected, { type: "BootJobFailed", status: "True", reason, message }, context.time),
  };
}

/** How far the boot mode's last job is, for as long as it may take since the state began. */
async function finishJob(workflow: Workflow, { power, limits }: Deps, context: StepContext): Promise<PowerOutcome> {
  const outcome = await power.finish(workflow, context.signal);
  if (outcome.state !== "running" || context.nowMs < context.stateSinceMs + limits.preparingTimeoutSeconds * 1000)
    return outcome;
  const message = `the boot mode's last job took longer than ${limits.preparingTimeoutSeconds} s`;
  return { state: "failed", reason: "PostTimeout", message };
}

/** Asked for and answered, in whichever way: it is not asked for again. */
function withMediumEjected(workflow: Workflow, status: WorkflowStatus): WorkflowStatus {
  const name = ejectJobName(workflow);
  if (name === undefined) return status;
  const jobs = { ...status.bootOptions?.jobs, [name]: { ...status.bootOptions?.jobs?.[name], complete: true } };
  return { ...status, bootOptions: { ...status.bootOptions, jobs } };
}

export async function takeBackPermission(
  workflow: Workflow,
  deps: Pick<Deps, "workflows" | "hardware">,
  { time }: StepContext,
): Promise<WorkflowStatus> {
  const status = statusOf(workflow);
  const key = hardwareKey(workflow);
  if (!loansOf(workflow).permission || key === undefined) return status;
  const toggled = await forbidNetboot(key, workflow.metadata.uid, deps);
  const messages = {
    done: "set allowPXE of all interfaces to false",
    held: "left allowPXE as it is: another workflow of the machine needs it and will take it back",
    "no-hardware": `Hardware ${key.name} is gone, and its permission with it`,
    "unusable-hardware": `left allowPXE as it is: ${unusableForbids(key)}`,
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

const reasons = {
  done: "Complete",
  held: "HeldByOther",
  "no-hardware": "NoHardware",
  "unusable-hardware": "NotOfItsSchema",
} as const;
