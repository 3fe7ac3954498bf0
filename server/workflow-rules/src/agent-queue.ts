// Whether a worker is free to take a workflow, or busy with one that comes before it.
import { isFinalState, type WorkflowStatus } from "@neverland/api";
import { currentStep, isSameAgent } from "./actions-in-order.ts";
import { timeMs } from "./durations.ts";

export type Queued = {
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly createdAt: string;
  readonly status: WorkflowStatus;
};

/** @returns Since when the worker of `workflow`'s current task has had nothing else to do, or what it is busy with. */
export function agentFor(workflow: Queued, others: readonly Queued[]): { freeSinceMs: number } | { busyWith: string } {
  const agentID = agentOf(workflow.status);
  const same = others.filter(({ uid, status }) => uid !== workflow.uid && isSameAgent(agentOf(status), agentID));
  const ahead = same.find((other) => isAhead(other, workflow));
  if (ahead !== undefined) return { busyWith: ahead.key };
  const endsMs = same
    .filter(({ status }) => isFinalState(status.state))
    .map(({ status }) => timeMs(status.stateSince) ?? 0);
  return { freeSinceMs: Math.max(0, ...endsMs) };
}

function isAhead(other: Queued, workflow: Queued): boolean {
  const { state } = other.status;
  if (state === "RUNNING" && workflow.status.state !== "RUNNING") return true;
  const waits = state === "RUNNING" || state === "PENDING" || state === "PREPARING";
  if (!waits || (workflow.status.state === "RUNNING" && state !== "RUNNING")) return false;
  return `${other.createdAt} ${other.key}` < `${workflow.createdAt} ${workflow.key}`;
}

function agentOf(status: WorkflowStatus): string {
  return currentStep(status)?.task.agentID ?? status.agentID ?? "";
}
