// PENDING and RUNNING: what workers reported, and the time, make the workflow's next status.
import type { Workflow } from "@neverland/api";
import { rebootExpectedSinceMs } from "@neverland/workflow-rules/actions/reboot-action.ts";
import { foldReports } from "@neverland/workflow-rules/reports/fold-reports.ts";
import { readReports } from "@neverland/workflow-rules/reports/read-reports.ts";
import type { WorkflowControllerDeps } from "../../ports.ts";
import { limitsOf, noteWaitTimeout } from "../limits-of.ts";
import { noteQueue } from "../note-queue.ts";
import { type Step, type StepContext, statusOf } from "./step.ts";

type Deps = Pick<
  WorkflowControllerDeps,
  "clock" | "limits" | "listeningSinceMs" | "reports" | "queues" | "bootContactMs"
>;

/** While Tink Server takes no reports: how often it is looked whether it does. */
const lookAgainMs = 30_000;

export async function foldStep(workflow: Workflow, deps: Deps, { nowMs, time }: StepContext): Promise<Step> {
  const status = statusOf(workflow);
  const { namespace, uid } = workflow.metadata;
  const machine = { namespace, agentID: status.agentID ?? "", hardware: workflow.spec?.hardwareRef };
  const isExpected = rebootExpectedSinceMs(status) !== undefined;
  const listeningSinceMs = deps.listeningSinceMs();
  const agent = deps.queues.agentFor(workflow);
  const folded = foldReports(status, {
    workflowUID: uid,
    reports: await readReports(workflow.metadata, status, deps.reports),
    nowMs,
    asOfNowMs: (stampMs) => deps.clock.asOfNowMs(stampMs),
    limits: limitsOf(workflow, deps.limits),
    listeningSinceMs,
    agent,
    bootContactMs: isExpected ? deps.bootContactMs(machine) : undefined,
  });
  const noted = noteWaitTimeout(noteQueue(folded.status, agent, time), workflow, time);
  return { status: noted, wakeAtMs: listeningSinceMs === undefined ? nowMs + lookAgainMs : folded.wakeAtMs };
}
