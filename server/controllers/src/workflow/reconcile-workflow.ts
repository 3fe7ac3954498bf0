// One look at one Workflow: where it stands, what follows from that, and its next status, written once.
import { isDeepStrictEqual } from "node:util";
import { formatKey, isFinalState, type ResourceKey, type Workflow } from "@neverland/api";
import type { Outcome } from "@neverland/controller-kit/controller.ts";
import { formatTime } from "@neverland/platform/clock.ts";
import { agentFor } from "@neverland/workflow-rules/agent-queue.ts";
import { foldReports } from "@neverland/workflow-rules/fold-reports.ts";
import { readReports } from "@neverland/workflow-rules/read-reports.ts";
import { rebootExpectedSinceMs } from "@neverland/workflow-rules/reboot-action.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { prepareMachine } from "./prepare-machine.ts";
import { startWorkflow } from "./start-workflow.ts";
import { type Step, type StepContext, statusOf } from "./step.ts";
import { eventsOf } from "./workflow-events.ts";
import { cleanUp, wrapUp } from "./wrap-up.ts";

/** How often a workflow is looked at while another one, or a restart of the machine, must come first. */
const lookAgainMs = { queued: 15_000, reboot: 1000 } as const;

/** Takes a key, not an event: after a restart there are no events, and both cases must be one. */
export async function reconcileWorkflow(
  key: ResourceKey,
  deps: WorkflowControllerDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  const workflow = await deps.workflows.get(key);
  if (workflow === undefined || workflow.metadata.deletionTimestamp) return {};
  const nowMs = deps.clock.nowMs();
  const { status, wakeAtMs } = await nextStep(workflow, deps, { nowMs, time: formatTime(nowMs), signal });
  if (isDeepStrictEqual(status, statusOf(workflow))) return { wakeAtMs };
  // A conflict throws: the queue comes back and decides anew.
  await deps.workflows.updateStatus({ ...workflow, status });
  for (const event of eventsOf(workflow, status)) deps.record(event);
  const settled = isFinalState(status.state) && isFinalState(workflow.status?.state);
  return settled ? {} : { wakeAtMs: wakeAtMs ?? nowMs };
}

async function nextStep(workflow: Workflow, deps: WorkflowControllerDeps, context: StepContext): Promise<Step> {
  const state = workflow.status?.state ?? "";
  switch (state) {
    case "":
      return await startWorkflow(workflow, deps, context);
    case "PREPARING":
      return await prepareMachine(workflow, deps, context);
    case "PENDING":
    case "RUNNING":
      return await foldStep(workflow, deps, context);
    case "POST":
      return await wrapUp(workflow, deps, context);
    case "SUCCESS":
    case "FAILED":
    case "TIMEOUT":
      return await cleanUp(workflow, deps, context);
  }
}

async function foldStep(workflow: Workflow, deps: WorkflowControllerDeps, { nowMs }: StepContext): Promise<Step> {
  const status = statusOf(workflow);
  const { namespace, uid } = workflow.metadata;
  const reports = await readReports({ namespace, status }, deps.reports);
  const agent = agentFor(queued(workflow), await sameAgent(workflow, deps));
  const expected = rebootExpectedSinceMs(status) !== undefined;
  const machine = { namespace, agentID: status.agentID ?? "", hardware: workflow.spec?.hardwareRef };
  const bootContactMs = expected ? deps.bootContactMs(machine) : undefined;
  const { limits, listeningSinceMs } = deps;
  const folded = foldReports(status, {
    workflowUID: uid,
    reports,
    nowMs,
    limits,
    listeningSinceMs,
    agent,
    bootContactMs,
  });
  const lookMs = expected ? lookAgainMs.reboot : "busyWith" in agent ? lookAgainMs.queued : undefined;
  const times = [folded.wakeAtMs, lookMs === undefined ? undefined : nowMs + lookMs].filter(
    (each) => each !== undefined,
  );
  return { status: folded.status, wakeAtMs: times.length === 0 ? undefined : Math.min(...times) };
}

/** Only what waits to be handed out can be behind another workflow. */
async function sameAgent(workflow: Workflow, deps: WorkflowControllerDeps) {
  if (workflow.status?.currentState?.state !== "PENDING" || !workflow.status.agentID) return [];
  const fields = [{ key: "status.agentID", operator: "in", values: [workflow.status.agentID] }] as const;
  return (await deps.workflows.list({ fields })).items.map(queued);
}

function queued({ metadata, status }: Workflow) {
  return {
    key: formatKey(metadata),
    uid: metadata.uid,
    createdAt: metadata.creationTimestamp ?? "",
    status: status ?? {},
  };
}
