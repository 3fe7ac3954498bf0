// Which action of a workflow a worker that asks is to run now, or why it has to wait.
import { isFinalState, type WorkflowStatus } from "@neverland/api";
import type { WorkflowLimits } from "../limits.ts";
import { currentStep, isSameAgent } from "./actions-in-order.ts";
import { type ServedAction, serveAction } from "./serve-action.ts";

/** A workflow that a worker asks about, its reports folded into `status`. */
export type Candidate = {
  /** `namespace/name`. */
  readonly key: string;
  readonly status: WorkflowStatus;
};

export type WaitReason =
  | "no-workflow"
  /** It is over. */
  | "finished"
  /** The machine is being prepared and will be restarted. */
  | "preparing"
  /** Another worker's task comes first. */
  | "other-agents-turn"
  /** The machine's Hardware says so. */
  | "forbidden"
  /** It was deleted or cancelled. */
  | "stopping"
  /** After its last action the workflow is being wrapped up. */
  | "wrapping-up";

export type NextAction =
  | { readonly serve: ServedAction; readonly key: string; readonly again: boolean }
  | { readonly wait: WaitReason; readonly message: string };

export const noWorkflow: NextAction = { wait: "no-workflow", message: "no workflow has a task for this worker" };

/** An action that was started and not reported is served again: its worker died or missed our answer. */
export function nextAction({ key, status }: Candidate, agentID: string, limits: WorkflowLimits): NextAction {
  const step = currentStep(status);
  if (isFinalState(status.state) || step === undefined || !isSameAgent(step.task.agentID, agentID))
    return noTurn({ key, status }, agentID);
  if (status.state !== "PENDING" && status.state !== "RUNNING")
    return { wait: "preparing", message: `workflow ${key} is preparing the machine, which will be restarted` };
  return { serve: serveAction(key, step, limits), key, again: step.action.state === "RUNNING" };
}

function noTurn({ key, status }: Candidate, agentID: string): NextAction {
  if (!status.tasks?.some((task) => isSameAgent(task.agentID, agentID))) return noWorkflow;
  if (isFinalState(status.state)) return { wait: "finished", message: `workflow ${key} is over` };
  return status.state === "POST"
    ? { wait: "wrapping-up", message: `workflow ${key} is being wrapped up` }
    : { wait: "other-agents-turn", message: `in workflow ${key} another worker's task comes first` };
}
