// Whether a worker is free to take a workflow, or busy with one that comes before it.
import { isFinalState, type WorkflowStatus } from "@neverland/api";
import { timeMs } from "../durations.ts";
import { currentStep, isSameAgent, stepsOf } from "./actions-in-order.ts";

export type Queued = {
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly createdAt: string;
  readonly status: WorkflowStatus;
};

/** @param others Those that have a task for the worker; more do no harm. @returns Since when the worker of `workflow`'s current task has had nothing else to do, or what it is busy with. */
export function agentFor(workflow: Queued, others: readonly Queued[]): { freeSinceMs: number } | { busyWith: string } {
  const agentID = agentOf(workflow.status);
  const rest = others.filter(({ uid }) => uid !== workflow.uid);
  const ahead = rest.find(
    (other) => isWaiting(other) && isSameAgent(agentOf(other.status), agentID) && isAhead(other, workflow),
  );
  if (ahead !== undefined) return { busyWith: ahead.key };
  return { freeSinceMs: rest.reduce((latestMs, { status }) => Math.max(latestMs, leftMs(status, agentID)), 0) };
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

/** When the worker was last done with the workflow, which is over or has gone on to another worker; 0: it was never busy with it. */
function leftMs(status: WorkflowStatus, agentID: string): number {
  if (isFinalState(status.state) && isSameAgent(agentOf(status), agentID)) return timeMs(status.stateSince) ?? 0;
  const own = stepsOf(status).filter(({ task }) => isSameAgent(task.agentID, agentID));
  return own.reduce((latestMs, { action }) => Math.max(latestMs, timeMs(action.executionStop) ?? 0), 0);
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
