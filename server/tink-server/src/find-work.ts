// What a worker that asks is to do now, decided on the store as it is this moment.
import { formatKey, type ResourceKey, type Workflow } from "@neverland/api";
import { currentStep } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import { type Candidate, type NextAction, nextAction } from "@neverland/workflow-rules/actions/next-action.ts";
import { hasComeBack } from "@neverland/workflow-rules/actions/reboot-action.ts";
import { acceptReport } from "./accept-report.ts";
import { type FoldedWorkflow, readFolded } from "./folded-workflow.ts";
import type { TinkServerDeps } from "./ports.ts";

export type Work = { readonly next: NextAction; readonly workflow?: Workflow | undefined };

export async function findWork(agentID: string, keys: readonly ResourceKey[], deps: TinkServerDeps): Promise<Work> {
  const folded: FoldedWorkflow[] = [];
  for (const key of keys) {
    const found = await readFolded(key, deps);
    if (found !== undefined) folded.push(await withReboot(agentID, key, found, deps));
  }
  const next = nextAction(folded.map(candidateOf), agentID, deps.limits);
  const key = "serve" in next ? next.key : undefined;
  return { next, workflow: folded.find(({ workflow }) => formatKey(workflow.metadata) === key)?.workflow };
}

function candidateOf({ workflow: { metadata }, status }: FoldedWorkflow): Candidate {
  return { key: formatKey(metadata), createdAt: metadata.creationTimestamp ?? "", status };
}

/**
 * A worker that asks again after its last action was to restart the machine has either restarted with it, or died by
 * itself. Mostly the machine was seen starting, and the controller has drawn the conclusion; where nobody could see it,
 * the action is run a second time, and only the third time is it taken for done: the machine must not restart for ever.
 */
async function withReboot(
  agentID: string,
  key: ResourceKey,
  found: FoldedWorkflow,
  deps: TinkServerDeps,
): Promise<FoldedWorkflow> {
  const step = currentStep(found.status);
  if (step === undefined || !hasComeBack(found.status, agentID, deps.clock.nowMs())) return found;
  const starts = found.reports.filter(({ actionID, state }) => actionID === step.action.id && state === "RUNNING");
  if (starts.length < 2) return found;
  await acceptReport(
    {
      workflow: formatKey(key),
      agentID,
      taskID: step.task.id,
      actionID: step.action.id,
      state: "SUCCESS",
      message: "the worker asks for work again after the restarts that this last action was to do",
    },
    deps,
    () => undefined,
  );
  return (await readFolded(key, deps)) ?? found;
}
