// How long a workflow may wait, as people say of this one or of all.
import {
  type Workflow,
  type WorkflowStatus,
  waitTimeoutAnnotation,
  waitTimeoutFault,
  waitTimeoutSeconds,
} from "@neverland/api";
import { withCondition } from "@neverland/workflow-rules/conditions.ts";
import type { WorkflowLimits } from "@neverland/workflow-rules/limits.ts";

export function limitsOf({ metadata }: Pick<Workflow, "metadata">, limits: WorkflowLimits): WorkflowLimits {
  const text = metadata.annotations?.[waitTimeoutAnnotation];
  const pendingTimeoutSeconds = text === undefined ? undefined : waitTimeoutSeconds(text);
  return pendingTimeoutSeconds === undefined ? limits : { ...limits, pendingTimeoutSeconds };
}

/** Says of a wait that cannot be read that it is passed over: it was stored before such were refused. @param time Now, in RFC 3339. */
export function noteWaitTimeout(
  status: WorkflowStatus,
  { metadata }: Pick<Workflow, "metadata">,
  time: string,
): WorkflowStatus {
  const fault = waitTimeoutFault(metadata.annotations?.[waitTimeoutAnnotation] ?? "never");
  const type = "WaitTimeoutRead";
  if (fault !== undefined) {
    const message = `the annotation ${waitTimeoutAnnotation} is passed over, and the workflow waits as long as all others: ${fault}`;
    return withCondition(status, { type, status: "False", reason: "NoSuchTime", message }, time);
  }
  if (!status.conditions?.some((each) => each.type === type && each.status === "False")) return status;
  const message = "the workflow waits as long as it is to";
  return withCondition(status, { type, status: "True", reason: "Complete", message }, time);
}
