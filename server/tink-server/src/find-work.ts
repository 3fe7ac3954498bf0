// What a worker that asks is to do now, decided on the store as it is this moment: the stored status, and the reports that the controller may
// not have folded yet.
import { type ActionReportSpec, formatKey, type ResourceKey, type Workflow, type WorkflowStatus } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { currentStep } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import { type NextAction, nextAction, noWorkflow } from "@neverland/workflow-rules/actions/next-action.ts";
import { hasComeBack } from "@neverland/workflow-rules/actions/reboot-action.ts";
import type { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import { foldReports } from "@neverland/workflow-rules/reports/fold-reports.ts";
import { readReports } from "@neverland/workflow-rules/reports/read-reports.ts";
import type { TinkServerDeps } from "./ports.ts";
import type { IncomingReport } from "./worker-messages.ts";

export type Work =
  | { readonly next: NextAction; readonly workflow?: Workflow | undefined }
  /** That the worker asks says that something was done which nobody has reported: to be taken, before it is decided what is next. */
  | { readonly done: IncomingReport };

export type FoldedWorkflow = {
  readonly workflow: Workflow;
  readonly status: WorkflowStatus;
  /** Of the stored status's current action and those after it, in no order. */
  readonly reports: readonly ActionReportSpec[];
};

type Deps = Pick<TinkServerDeps, "clock" | "limits" | "listeningSinceMs" | "workflows" | "reports">;

/** @param queues Say where to look; what is there is what the store says. */
export async function findWork(agentID: string, queues: AgentQueues, deps: Deps): Promise<Work> {
  const breather = new Breather();
  let wait: NextAction | undefined;
  for (const queued of queues.candidates(agentID)) {
    const found = await readFolded(queued, deps);
    if (found === undefined) continue;
    const done = restartDone(agentID, found, deps);
    if (done !== undefined) return { done };
    const { workflow, status } = found;
    const next = nextAction({ key: queued.id, status }, agentID, deps.limits);
    if ("serve" in next) return { next, workflow };
    if (next.wait === "preparing") return { next };
    wait ??= next;
    // What was reported of those before is not folded yet, or their time is over: there may be many.
    if (breather.isDue) await breather.breathe();
  }
  const other = queues.anyUnfinished(agentID);
  wait ??= other && nextAction({ key: other.id, status: other.status }, agentID, deps.limits);
  return { next: wait ?? noWorkflow };
}

export async function readFolded(key: ResourceKey, deps: Deps): Promise<FoldedWorkflow | undefined> {
  const workflow = await deps.workflows.get(key);
  if (workflow === undefined) return undefined;
  const status = workflow.status ?? {};
  const { clock, limits, listeningSinceMs } = deps;
  const reports = await readReports(workflow.metadata, status, deps.reports);
  const folded = foldReports(status, {
    workflowUID: workflow.metadata.uid,
    reports,
    nowMs: clock.nowMs(),
    asOfNowMs: (stampMs) => clock.asOfNowMs(stampMs),
    limits,
    listeningSinceMs,
    // Whether a worker came too late for an action that nobody has begun is the controller's to say: this one is here.
    agent: { busyWith: "asking" },
  });
  return { workflow, status: folded.status, reports };
}

/**
 * A worker that asks again after its last action was to restart the machine has either restarted with it, or died by
 * itself. Mostly the machine was seen starting, and the controller has drawn the conclusion; where nobody could see it,
 * the action is run a second time, and only the third time is it taken for done: the machine must not restart for ever.
 */
function restartDone(
  agentID: string,
  { workflow, status, reports }: FoldedWorkflow,
  { clock }: Deps,
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
