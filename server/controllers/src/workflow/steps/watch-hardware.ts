// The Hardware of a workflow under way may be deleted or written over: both are said, and what was lent is lent again.
import { type Hardware, isFinalState, type ResourceKey, type Workflow, type WorkflowStatus } from "@neverland/api";
import { withCondition } from "@neverland/workflow-rules/conditions.ts";
import { timeMs } from "@neverland/workflow-rules/durations.ts";
import { noteWorker } from "@neverland/workflow-rules/written/worker-of-hardware.ts";
import type { WorkflowControllerDeps } from "../../ports.ts";
import { hardwareKey, holdsPermission } from "../loans.ts";
import { allowNetboot, mayNetboot } from "../netboot-permission.ts";
import type { Step, StepContext } from "./step.ts";

type Deps = Pick<WorkflowControllerDeps, "clock" | "workflows" | "hardware">;

/** No program that writes the permission away as soon as it is given is answered more often. */
const lendAgainEveryMs = 10_000;
const lentAgain = "LentAgain";

/** @param step The workflow's next one. @returns The same, with what the Hardware adds to it. */
export async function watchHardware(workflow: Workflow, step: Step, deps: Deps, context: StepContext): Promise<Step> {
  const key = hardwareKey(workflow);
  if (key === undefined || isFinalState(step.status.state)) return step;
  const machine = await deps.hardware.get(key);
  const missed = machine === undefined ? await whyMissed(key, deps) : undefined;
  const known = noteHardware(key.name, step.status, missed, context.time);
  const noted = { ...step, status: machine === undefined ? known : noteWorker(machine, known, context.time) };
  const holds = holdsPermission({ ...workflow, status: noted.status });
  const isLent = holds && noted.status.bootOptions?.allowNetboot?.toggledTrue === true;
  if (machine === undefined || !isLent || mayNetboot(machine)) return noted;
  return await lendAgain(machine, noted, deps, context);
}

type Missed = { readonly reason: "NoHardware" | "NotOfItsSchema"; readonly message: string };

async function whyMissed(key: ResourceKey, { hardware }: Deps): Promise<Missed> {
  const outcome = "its machine gets neither address nor boot script nor metadata any more";
  const fault = await hardware.faultOf(key);
  if (fault !== undefined) {
    const message = `Hardware ${key.name} is stored but cannot be used: ${fault}: ${outcome}; put that right and apply it again, or delete the workflow`;
    return { reason: "NotOfItsSchema", message };
  }
  const message = `Hardware ${key.name} was deleted while the workflow is under way: ${outcome}; apply it again, or delete the workflow`;
  return { reason: "NoHardware", message };
}

function noteHardware(name: string, status: WorkflowStatus, missed: Missed | undefined, time: string): WorkflowStatus {
  const wasMissed = status.conditions?.some(
    ({ type, status: value }) => type === "HardwareMissing" && value === "True",
  );
  if (missed !== undefined) return withCondition(status, { type: "HardwareMissing", status: "True", ...missed }, time);
  if (!wasMissed) return status;
  const message = `Hardware ${name} can be used again`;
  return withCondition(status, { type: "HardwareMissing", status: "False", reason: "Complete", message }, time);
}

async function lendAgain(machine: Hardware, step: Step, deps: Deps, { nowMs, time }: StepContext): Promise<Step> {
  const conditions = step.status.conditions ?? [];
  const last = conditions.find(({ type, reason }) => type === "AllowNetbootTrue" && reason === lentAgain);
  const dueAtMs = last === undefined ? nowMs : deps.clock.asOfNowMs(timeMs(last.time) ?? nowMs) + lendAgainEveryMs;
  if (nowMs < dueAtMs) return { ...step, wakeAtMs: Math.min(step.wakeAtMs ?? dueAtMs, dueAtMs) };
  const { name } = machine.metadata;
  await allowNetboot(machine.metadata, deps);
  const message = `${lastWriter(machine)} wrote Hardware ${name} without the permission to netboot that this workflow lent its machine: set allowPXE of all interfaces to true again; who does not want that deletes the workflow`;
  const condition = { type: "AllowNetbootTrue", status: "True", reason: lentAgain, message } as const;
  // As a new one, with a time of its own: it may say what it said the last time.
  const others = conditions.filter(({ type }) => type !== "AllowNetbootTrue");
  return { ...step, status: withCondition({ ...step.status, conditions: others }, condition, time) };
}

function lastWriter({ metadata }: Hardware): string {
  const writers = metadata.managedFields?.toSorted((a, b) => (timeMs(a.time) ?? 0) - (timeMs(b.time) ?? 0));
  return writers?.at(-1)?.manager || "somebody";
}
