// Takes a worker's report: written down durably before the worker hears that it was taken, and never twice.
import {
  type ActionReportSpec,
  apiVersionOf,
  formatKey,
  kinds,
  parseKey,
  type Workflow,
  whyStop,
} from "@neverland/api";
import { formatTime } from "@neverland/platform/time/clock.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import { findStep } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import { timeMs } from "@neverland/workflow-rules/durations.ts";
import { type IgnoredReason, whyIgnored } from "@neverland/workflow-rules/reports/judge-report.ts";
import { type FoldedWorkflow, readFolded } from "@neverland/workflow-rules/reports/read-folded.ts";
import { mostStarts, reportName } from "@neverland/workflow-rules/reports/read-reports.ts";
import type { TinkServerDeps } from "./ports.ts";
import type { IncomingReport } from "./protocol/worker-messages.ts";
import { TinkError } from "./tink-error.ts";
import { ignoredEvent, lateEvent, reportEvent } from "./worker-events.ts";

type Deps = Pick<
  TinkServerDeps,
  "clock" | "limits" | "listeningSinceMs" | "workflows" | "reports" | "turns" | "record"
> & {
  /** When the action was last handed out while it ran, in ms since 1970: a start that comes after is a new one. */
  readonly handedAgainMs?: number | undefined;
};

/** A start without a time of its own that comes so soon after another is that one, sent again. */
const sameStartMs = 60_000;

/**
 * Resolves when the report is durable, was so before, or is one that changes nothing and need not be sent again.
 * @param admit Throws when the caller may not report for this workflow; nothing is said of the workflow before that.
 * @throws {TinkError} `unknown`; `not-now` for the start of an action that must not be started (any more).
 */
export async function acceptReport(
  incoming: IncomingReport,
  deps: Deps,
  admit: (workflow?: Workflow) => void,
): Promise<void> {
  const key = parseKey(incoming.workflow);
  if (key === undefined) throw new TinkError("invalid", "invalid workflow id");
  const folded = await readFolded(key, deps);
  if (folded === undefined) return refuseOrTakeLate(incoming, deps, admit);
  const { workflow, status } = folded;
  admit(workflow);
  const receivedAt = formatTime(deps.clock.nowMs());
  const report: ActionReportSpec = {
    ...incoming,
    workflow: formatKey(key),
    workflowUID: workflow.metadata.uid,
    receivedAt,
  };
  const stop = report.state === "RUNNING" ? whyStop(workflow) : undefined;
  if (stop !== undefined) throw new TinkError("not-now", `${stop}: do not run action ${report.actionID}`);
  const reason = whyIgnored(status, workflow.metadata.uid, report);
  if (reason !== undefined) return refuseOrIgnore(workflow, report, reason, deps);
  const isNew =
    report.state === "RUNNING" ? await appendStart(folded, report, deps) : await append(workflow, report, 1, deps);
  if (isNew) deps.record(reportEvent(workflow, report));
}

/**
 * An end is taken, or agents of Tinkerbell, to which "not found" is final, would end themselves; a start must not happen.
 */
function refuseOrTakeLate(incoming: IncomingReport, deps: Deps, admit: (workflow?: Workflow) => void): void {
  admit();
  if (incoming.state === "RUNNING" || incoming.state === "PENDING")
    throw new TinkError("unknown", `there is no workflow ${incoming.workflow}; it may have been deleted`);
  deps.record(lateEvent(incoming));
}

function refuseOrIgnore(workflow: Workflow, report: ActionReportSpec, reason: IgnoredReason, deps: Deps): void {
  switch (reason) {
    case "unknown-action":
      if (report.state === "RUNNING" || report.state === "PENDING") throw unknownAction(report);
      deps.record(lateEvent(report));
      break;
    case "other-agent":
    case "other-workflow":
      throw unknownAction(report);
    case "says-nothing":
      throw new TinkError(
        "invalid",
        `an action is reported as RUNNING, SUCCESS, FAILED or TIMEOUT, not as ${report.state}`,
      );
    case "not-its-turn":
    case "not-started":
      throw new TinkError("not-now", `action ${report.actionID} of workflow ${report.workflow} is not to be run now`);
    case "already-ended":
    case "workflow-finished":
      // A late end is taken quietly, or the worker would send it for ever; a late start must not happen.
      deps.record(ignoredEvent(workflow, report, reason));
      if (report.state === "RUNNING")
        throw new TinkError(
          "not-now",
          `action ${report.actionID} of workflow ${report.workflow} is over: do not run it`,
        );
  }
}

function unknownAction({ workflow, actionID, agentID }: ActionReportSpec): TinkError {
  return new TinkError("unknown", `workflow ${workflow} has no action ${actionID} for worker ${agentID}`);
}

async function appendStart(
  { workflow, reports }: FoldedWorkflow,
  report: ActionReportSpec,
  deps: Deps,
): Promise<boolean> {
  const starts = reports.filter(({ actionID, state }) => actionID === report.actionID && state === "RUNNING");
  const isKnown =
    starts.some((start) => isSameStart(start, report, deps.handedAgainMs)) || starts.length === mostStarts;
  const isNew = !isKnown && (await append(workflow, report, starts.length + 1, deps));
  // The workflow may have been given up while this was written; then nobody may begin.
  const now = await deps.workflows.get(workflow.metadata);
  if (now?.metadata.uid !== workflow.metadata.uid || !isToBeRun(now, report) || whyStop(now) !== undefined)
    throw new TinkError(
      "not-now",
      `workflow ${report.workflow} is over or was changed: do not run action ${report.actionID}`,
    );
  return isNew;
}

/** It may have been rendered anew, or be about to be. */
function isToBeRun({ status = {} }: Workflow, { actionID }: ActionReportSpec): boolean {
  const { state } = status;
  return (state === "PENDING" || state === "RUNNING") && findStep(status, actionID) !== undefined;
}

function isSameStart(known: ActionReportSpec, report: ActionReportSpec, handedAgainMs = 0): boolean {
  if (known.executionStart !== undefined || report.executionStart !== undefined)
    return known.executionStart === report.executionStart;
  const knownMs = timeMs(known.receivedAt) ?? 0;
  return knownMs >= handedAgainMs && (timeMs(report.receivedAt) ?? 0) - knownMs < sameStartMs;
}

/** @returns Whether the report was not known before. */
async function append({ metadata }: Workflow, report: ActionReportSpec, start: number, deps: Deps): Promise<boolean> {
  const owner = {
    apiVersion: apiVersionOf(kinds.Workflow),
    kind: kinds.Workflow.kind,
    name: metadata.name,
    uid: metadata.uid,
  };
  const name = reportName(report.actionID, report.state, start);
  try {
    await deps.reports.create({
      metadata: { namespace: metadata.namespace, name, ownerReferences: [owner] },
      spec: report,
    });
    // The disk answers for many at once.
    await deps.turns.next();
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "already-exists") return false;
    throw error;
  }
}
