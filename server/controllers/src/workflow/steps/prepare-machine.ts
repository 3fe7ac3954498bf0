// PREPARING: the permission to boot from the network, then the boot mode's job; after both the workflow is PENDING.
import type { Workflow, WorkflowStatus } from "@neverland/api";
import { ended, withCondition, withState } from "@neverland/workflow-rules/conditions.ts";
import type { WorkflowControllerDeps } from "../../ports.ts";
import { hardwareKey } from "../loans.ts";
import { allowNetboot } from "../netboot-permission.ts";
import { bootModeOf, type Step, type StepContext, statusOf, wantsToggle } from "./step.ts";

type Deps = Pick<WorkflowControllerDeps, "workflows" | "hardware" | "power" | "limits">;

/** The name under which a boot mode's job is kept in `status.bootOptions.jobs`. */
function jobName({ metadata }: Workflow, bootMode: string): string {
  const prefixes = new Map([
    ["netboot", "netboot"],
    ["customboot", "customboot-preparing"],
  ]);
  return `${prefixes.get(bootMode) ?? "iso-mount"}-${metadata.name}`;
}

export async function prepareMachine(workflow: Workflow, deps: Deps, context: StepContext): Promise<Step> {
  const status = statusOf(workflow);
  // Before the deadline is looked at: what an earlier run lent and did not come to write down has to be known.
  if (wantsToggle(workflow) && status.bootOptions?.allowNetboot?.toggledTrue !== true)
    return { status: await permitNetboot(workflow, deps, context) };
  const giveUpAtMs = context.stateSinceMs + deps.limits.preparingTimeoutSeconds * 1000;
  if (context.nowMs >= giveUpAtMs) {
    const message = `preparing the machine took longer than ${deps.limits.preparingTimeoutSeconds} s; see the conditions for how far it came`;
    return { status: ended(status, "FAILED", { reason: "PreparingTimeout", message }, context.time) };
  }
  const bootMode = bootModeOf(workflow);
  if (bootMode !== "" && status.bootOptions?.jobs?.[jobName(workflow, bootMode)]?.complete !== true)
    return await runBootJob(workflow, bootMode, deps, context, giveUpAtMs);
  return { status: withState(status, "PENDING", context.time) };
}

async function permitNetboot(workflow: Workflow, deps: Deps, { time }: StepContext): Promise<WorkflowStatus> {
  const status = statusOf(workflow);
  const key = hardwareKey(workflow);
  const toggled = key === undefined ? "no-hardware" : await allowNetboot(key, deps);
  if (toggled === "no-hardware" || toggled === "unusable-hardware") {
    const why = toggled === "no-hardware" ? "does not exist" : "is stored but cannot be used; its timeline says why";
    const which = key === undefined ? "no Hardware: set spec.hardwareRef" : `Hardware ${key.name}, which ${why}`;
    const message = `toggleAllowNetboot is to change allowPXE, but the workflow names ${which}`;
    const failed = withCondition(status, { type: "AllowNetbootTrue", status: "False", reason: "Error", message }, time);
    return ended(failed, "FAILED", { reason: "NoHardware", message }, time);
  }
  const message = "set allowPXE of all interfaces to true";
  const allowNetbootStatus = { ...status.bootOptions?.allowNetboot, toggledTrue: true };
  return withCondition(
    { ...status, bootOptions: { ...status.bootOptions, allowNetboot: allowNetbootStatus } },
    { type: "AllowNetbootTrue", status: "True", reason: "Complete", message },
    time,
  );
}

async function runBootJob(
  workflow: Workflow,
  bootMode: string,
  { power }: Deps,
  { nowMs, time, signal }: StepContext,
  giveUpAtMs: number,
): Promise<Step> {
  const status = statusOf(workflow);
  const outcome = await power.prepare(workflow, signal);
  switch (outcome.state) {
    case "running":
      return {
        status: jobStatus(status, "BootJobRunning", time),
        wakeAtMs: Math.min(nowMs + outcome.pollAfterMs, giveUpAtMs),
      };
    case "failed": {
      const { reason, message } = outcome;
      const failed = withCondition(status, { type: "BootJobFailed", status: "True", reason, message }, time);
      return { status: ended(failed, "FAILED", { reason, message }, time) };
    }
    case "complete": {
      const name = jobName(workflow, bootMode);
      const jobs = { ...status.bootOptions?.jobs, [name]: { ...status.bootOptions?.jobs?.[name], complete: true } };
      return {
        status: jobStatus({ ...status, bootOptions: { ...status.bootOptions, jobs } }, "BootJobComplete", time),
      };
    }
  }
}

function jobStatus(status: WorkflowStatus, type: "BootJobRunning" | "BootJobComplete", time: string): WorkflowStatus {
  const message = type === "BootJobRunning" ? "the boot job is running" : "the boot job is complete";
  return withCondition(status, { type, status: "True", reason: type, message }, time);
}
