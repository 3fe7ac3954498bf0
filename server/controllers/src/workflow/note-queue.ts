// A workflow whose machine has another one before it says which.
import type { WorkflowStatus } from "@neverland/api";
import { withCondition } from "@neverland/workflow-rules/conditions.ts";

/** @param agent As `AgentQueues.agentFor` has it. @param time Now, in RFC 3339. */
export function noteQueue(
  status: WorkflowStatus,
  agent: { readonly freeSinceMs: number } | { readonly busyWith: string },
  time: string,
): WorkflowStatus {
  if (status.state !== "PENDING") return status;
  const type = "WorkerFree";
  if ("busyWith" in agent) {
    const message = `worker ${status.agentID ?? ""} has workflow ${agent.busyWith} before this one, which begins when that is over`;
    return withCondition(status, { type, status: "False", reason: "OtherWorkflowFirst", message }, time);
  }
  if (!status.conditions?.some((each) => each.type === type && each.status === "False")) return status;
  const message = "no other workflow of its worker is before this one any more";
  return withCondition(status, { type, status: "True", reason: "Complete", message }, time);
}
