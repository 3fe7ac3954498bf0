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
  const ahead = same.find((other) => isWaiting(other) && isAhead(other, workflow));
  if (ahead !== undefined) return { busyWith: ahead.key };
  const endsMs = same
    .filter(({ status }) => isFinalState(status.state))
    .map(({ status }) => timeMs(status.stateSince) ?? 0);
  return { freeSinceMs: Math.max(0, ...endsMs) };
}

/** Of each worker's workflows the one that it is to go on with: the only one that has to know when another has ended. */
export function firstOfEachAgent(workflows: readonly Queued[]): Queued[] {
  const firsts = new Map<string, Queued>();
  for (const workflow of workflows.filter(isWaiting)) {
    const agentID = agentOf(workflow.status).toLowerCase();
    const first = firsts.get(agentID);
    if (first === undefined || isAhead(workflow, first)) firsts.set(agentID, workflow);
  }
  return [...firsts.values()];
}

/** Every spelling under which the worker's workflows may be found: its id is mostly a MAC, which people write in either case. */
export function spellingsOf(agentID: string): string[] {
  return [...new Set([agentID, agentID.toLowerCase(), agentID.toUpperCase()])];
}

function isWaiting({ status: { state } }: Queued): boolean {
  return state === "RUNNING" || state === "PENDING" || state === "PREPARING";
}

/** Of two that wait: what was begun comes first, then what was made first. */
function isAhead(other: Queued, workflow: Queued): boolean {
  const [isBegun, isOtherBegun] = [workflow, other].map(({ status }) => status.state === "RUNNING");
  if (isBegun !== isOtherBegun) return isOtherBegun === true;
  return `${other.createdAt} ${other.key}` < `${workflow.createdAt} ${workflow.key}`;
}

function agentOf(status: WorkflowStatus): string {
  return currentStep(status)?.task.agentID ?? status.agentID ?? "";
}
