// A workflow that names another machine than the one that it was rendered for has nothing lent to that one any more.
import type { Workflow, WorkflowStatus } from "@neverland/api";
import type { WorkflowControllerDeps } from "../../ports.ts";
import { type StepContext, statusOf } from "./step.ts";
import { takeBackPermission } from "./wrap-up.ts";

type Deps = Pick<WorkflowControllerDeps, "workflows" | "hardware">;

/** @returns The status, as that of a workflow that has lent nothing where the machine is another one. */
export async function leaveMachine(workflow: Workflow, deps: Deps, context: StepContext): Promise<WorkflowStatus> {
  const status = statusOf(workflow);
  if (status.renderedFrom == null || !namesOtherMachine(workflow)) return status;
  const { bootOptions: _, ...left } = await takeBackPermission(workflow, deps, context);
  const conditions = (left.conditions ?? []).filter(({ type }) => type !== "AllowNetbootTrue");
  return { ...left, conditions };
}

export function namesOtherMachine({ spec, status }: Workflow): boolean {
  return status?.renderedFrom != null && (status.renderedFrom.hardwareRef ?? "") !== (spec?.hardwareRef ?? "");
}
