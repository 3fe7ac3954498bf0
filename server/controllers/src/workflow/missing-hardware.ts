// A workflow under way whose Hardware was deleted: it goes on as far as it can, and says so.
import type { Workflow, WorkflowStatus } from "@neverland/api";
import { withCondition } from "@neverland/workflow-rules/conditions.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { hardwareKey } from "./loans.ts";

type Deps = Pick<WorkflowControllerDeps, "hardware">;

/** @param status The next one, with the condition when the Hardware is gone, or came back. @param time RFC 3339. */
export async function noteHardware(
  workflow: Workflow,
  status: WorkflowStatus,
  { hardware }: Deps,
  time: string,
): Promise<WorkflowStatus> {
  const key = hardwareKey(workflow);
  if (key === undefined) return status;
  const isThere = (await hardware.get(key)) !== undefined;
  const wasMissed = status.conditions?.some(
    ({ type, status: value }) => type === "HardwareMissing" && value === "True",
  );
  if (!isThere) {
    const message = `Hardware ${key.name} was deleted while the workflow is under way: its machine gets neither address nor boot script nor metadata any more; apply it again, or delete the workflow`;
    return withCondition(status, { type: "HardwareMissing", status: "True", reason: "NoHardware", message }, time);
  }
  if (!wasMissed) return status;
  const message = `Hardware ${key.name} is there again`;
  return withCondition(status, { type: "HardwareMissing", status: "False", reason: "Complete", message }, time);
}
