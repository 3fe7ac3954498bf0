// A workflow's conditions: at most one of each type, the time being that of its last change.
import type { WorkflowState, WorkflowStatus } from "@neverland/api";

/**
 * Upstream's types, and eight of ours. `Succeeded`: whether and why the workflow ended as it did (`kubectl wait --for=condition=Succeeded`).
 * `HardwareMissing`: its machine's Hardware was deleted, or found to be of no use, while it was under way.
 * `WorkerFree`: whether another workflow of its worker is before it; said once one was.
 * `WaitTimeoutRead`: whether the annotation that says how long it waits could be read; said once it could not.
 * `Stopping`: its running action is to end, since it was deleted or cancelled. `Retried`: whether it was begun again when that was asked for.
 * `WorkerOfHardware`: whether the workflow's worker is the machine whose Hardware it names; said once it was not.
 * `RenderedAnew`: whether what was changed after it was rendered counts; said once something was.
 */
export type ConditionType =
  | "TemplateRenderedSuccess"
  | "AllowNetbootTrue"
  | "AllowNetbootFalse"
  | "BootJobSetupComplete"
  | "BootJobSetupFailed"
  | "BootJobRunning"
  | "BootJobComplete"
  | "BootJobFailed"
  | "HardwareMissing"
  | "WorkerOfHardware"
  | "RenderedAnew"
  | "WorkerFree"
  | "WaitTimeoutRead"
  | "Stopping"
  | "Retried"
  | "Succeeded";

export type Condition = {
  readonly type: ConditionType;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
};

/** `time` is RFC 3339. A condition that says what it said before keeps its time. */
export function withCondition(status: WorkflowStatus, condition: Condition, time: string): WorkflowStatus {
  const conditions = status.conditions ?? [];
  const old = conditions.find(({ type }) => type === condition.type);
  if (
    old !== undefined &&
    old.status === condition.status &&
    old.reason === condition.reason &&
    old.message === condition.message
  )
    return status;
  const isTurned = old?.status !== condition.status;
  const added = { ...condition, time, lastTransitionTime: isTurned ? time : (old?.lastTransitionTime ?? time) };
  return {
    ...status,
    conditions: old === undefined ? [...conditions, added] : conditions.map((each) => (each === old ? added : each)),
  };
}

/** The status in another state. */
export function withState(status: WorkflowStatus, state: WorkflowState, time: string): WorkflowStatus {
  return status.state === state ? status : { ...status, state, stateSince: time };
}

/** The status of a workflow that is over, with the sentence that says why. */
export function ended(
  status: WorkflowStatus,
  state: "SUCCESS" | "FAILED" | "TIMEOUT",
  { reason, message }: { reason: string; message: string },
  time: string,
): WorkflowStatus {
  const succeeded = { type: "Succeeded", status: state === "SUCCESS" ? "True" : "False", reason, message } as const;
  return withCondition(withState(stopped(status, time), state, time), succeeded, time);
}

/** Nothing is to stop any more. */
function stopped(status: WorkflowStatus, time: string): WorkflowStatus {
  const isStopping = status.conditions?.some(({ type, status: value }) => type === "Stopping" && value === "True");
  if (!isStopping) return status;
  const message = "the workflow has ended, and what ran of it is not waited for any more";
  return withCondition(status, { type: "Stopping", status: "False", reason: "Ended", message }, time);
}
