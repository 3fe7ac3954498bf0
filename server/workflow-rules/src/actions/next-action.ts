// Which action a worker that asks is to run now, or why it has to wait.
import { isFinalState, type WorkflowStatus } from "@neverland/api";
import type { WorkflowLimits } from "../limits.ts";
import { currentStep, isSameAgent } from "./actions-in-order.ts";
import { type ServedAction, serveAction } from "./serve-action.ts";

/** A workflow that has a task for the worker, its reports folded into `status`. */
export type Candidate = {
  /** `namespace/name`. */
  readonly key: string;
  /** RFC 3339: workflows of one worker are taken in the order they were made. */
  readonly createdAt: string;
  readonly status: WorkflowStatus;
};

export type WaitReason =
  | "no-workflow"
  /** All its workflows are over. */
  | "finished"
  /** The machine is being prepared and will be restarted. */
  | "preparing"
  /** Another worker's task comes first. */
  | "other-agents-turn"
  /** After its last action the workflow is being wrapped up. */
  | "wrapping-up";

export type NextAction =
  | { readonly serve: ServedAction; readonly key: string; readonly again: boolean }
  | { readonly wait: WaitReason; readonly message: string };

/**
 * An action that was started and not reported is served again: its worker died or missed our answer.
 * A workflow that is over never hides a younger one.
 */
export function nextAction(candidates: readonly Candidate[], agentID: string, limits: WorkflowLimits): NextAction {
  const own = candidates.filter(({ status }) => status.tasks?.some((task) => isSameAgent(task.agentID, agentID)));
  const unfinished = own.filter(({ status }) => !isFinalState(status.state));
  const turn = unfinished
    .filter(({ status }) => isSameAgent(currentStep(status)?.task.agentID ?? "", agentID))
    .sort((a, b) => rank(a) - rank(b) || compare(a.createdAt, b.createdAt) || compare(a.key, b.key))[0];
  if (turn === undefined) return noTurn(own, unfinished);
  const step = currentStep(turn.status);
  if (turn.status.state !== "PENDING" && turn.status.state !== "RUNNING")
    return { wait: "preparing", message: `workflow ${turn.key} is preparing the machine, which will be restarted` };
  if (step === undefined) return noTurn(own, unfinished);
  return { serve: serveAction(turn.key, step, limits), key: turn.key, again: step.action.state === "RUNNING" };
}

/** What was begun comes before what was not. */
function rank({ status }: Candidate): number {
  if (status.state !== "RUNNING") return 2;
  return currentStep(status)?.action.state === "RUNNING" ? 0 : 1;
}

function noTurn(own: readonly Candidate[], unfinished: readonly Candidate[]): NextAction {
  const [first] = unfinished;
  if (own.length === 0) return { wait: "no-workflow", message: "no workflow has a task for this worker" };
  if (first === undefined) return { wait: "finished", message: "all workflows of this worker are over" };
  return first.status.state === "POST"
    ? { wait: "wrapping-up", message: `workflow ${first.key} is being wrapped up` }
    : { wait: "other-agents-turn", message: `in workflow ${first.key} another worker's task comes first` };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
