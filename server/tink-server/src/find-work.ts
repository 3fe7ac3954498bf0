// What a worker that asks is to do now, decided on the store as it is this moment: the stored status, and the reports that the controller may
// not have folded yet.
import { formatKey, type Workflow, whyStop } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { currentStep } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import { type NextAction, nextAction, noWorkflow } from "@neverland/workflow-rules/actions/next-action.ts";
import { hasComeBack, isRebootAction } from "@neverland/workflow-rules/actions/reboot-action.ts";
import type { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import { timeMs } from "@neverland/workflow-rules/durations.ts";
import { type FoldedDeps, type FoldedWorkflow, readFolded } from "@neverland/workflow-rules/reports/read-folded.ts";
import type { IncomingReport } from "./protocol/worker-messages.ts";

export type Work =
  | {
      readonly next: NextAction;
      readonly workflow?: Workflow | undefined;
      /** What it gets may still run, begun at this time (ms since 1970) by an agent whose containers outlive it. */
      readonly mayRunSinceMs?: number | undefined;
    }
  /** That the worker asks says that something was done which nobody has reported: to be taken, before it is decided what is next. */
  | { readonly done: IncomingReport };

/** @param queues Say where to look; what is there is what the store says. */
export async function findWork(agentID: string, queues: AgentQueues, deps: FoldedDeps): Promise<Work> {
  const breather = new Breather();
  let wait: NextAction | undefined;
  for (const queued of queues.candidates(agentID)) {
    const found = await readFolded(queued, deps);
    if (found === undefined) continue;
    const { workflow, status } = found;
    const why = whyStop(workflow);
    if (why !== undefined) {
      wait = { wait: "stopping", message: `${why} (${queued.id})` };
      // Whatever ran it may be at it still: nobody else writes to that disk before.
      if (currentStep(status)?.action.state === "RUNNING") return { next: wait, workflow };
      continue;
    }
    const done = restartDone(agentID, found, deps);
    if (done !== undefined) return { done };
    const next = nextAction({ key: queued.id, status }, agentID, deps.limits);
    if ("serve" in next) return { next, workflow, mayRunSinceMs: next.again ? mayRunSinceMs(found) : undefined };
    if (next.wait === "preparing") return { next };
    wait ??= next;
    // What was reported of those before is not folded yet, or their time is over: there may be many.
    if (breather.isDue) await breather.breathe();
  }
  const other = queues.anyUnfinished(agentID);
  wait ??= other && nextAction({ key: other.id, status: other.status }, agentID, deps.limits);
  return { next: wait ?? noWorkflow };
}

/** Our worker finds what an earlier life of it began, and says when it begins an action; agents of Tinkerbell do neither. */
function mayRunSinceMs({ status, reports }: FoldedWorkflow): number | undefined {
  const action = currentStep(status)?.action;
  if (action === undefined || isRebootAction(action)) return undefined;
  const starts = reports.filter(({ actionID, state }) => actionID === action.id && state === "RUNNING");
  if (starts.some(({ executionStart }) => executionStart !== undefined)) return undefined;
  const times = starts.map(({ receivedAt }) => timeMs(receivedAt) ?? 0);
  return times.length === 0 ? undefined : Math.max(...times);
}

/**
 * A worker that asks again after its last action was to restart the machine has either restarted with it, or died by
 * itself. Mostly the machine was seen starting, and the controller has drawn the conclusion; where nobody could see it,
 * the action is run a second time, and only the third time is it taken for done: the machine must not restart for ever.
 */
function restartDone(
  agentID: string,
  { workflow, status, reports }: FoldedWorkflow,
  { clock }: FoldedDeps,
): IncomingReport | undefined {
  const step = currentStep(status);
  if (step === undefined || !hasComeBack(status, agentID, clock.nowMs())) return undefined;
  const starts = reports.filter(({ actionID, state }) => actionID === step.action.id && state === "RUNNING");
  if (starts.length < 2) return undefined;
  return {
    workflow: formatKey(workflow.metadata),
    agentID,
    taskID: step.task.id,
    actionID: step.action.id,
    state: "SUCCESS",
    message: "the worker asks for work again after the restarts that this last action was to do",
  };
}
