// The state machine of a workflow that workers run: its status, what they reported, and the time make its next status.
import { type ActionReportSpec, isFinalState, type WorkflowStatus } from "@neverland/api";
import {
  currentStep,
  findStep,
  isLastStep,
  type Step,
  withAction,
  withCurrentState,
} from "../actions/actions-in-order.ts";
import { rebootExpectedSinceMs } from "../actions/reboot-action.ts";
import { ended, withState } from "../conditions.ts";
import { type DeadlineInput, deadlineOf, givenUp } from "../deadlines.ts";
import { formatDuration, timeMs } from "../durations.ts";
import { globalTimeoutSeconds } from "../limits.ts";
import { givenReason } from "./given-reason.ts";
import { type IgnoredReason, whyIgnored } from "./judge-report.ts";

export type FoldInput = DeadlineInput & {
  readonly workflowUID: string;
  /** In any order, those folded before included. */
  readonly reports: readonly ActionReportSpec[];
  readonly nowMs: number;
  /** When the machine was last seen starting: it asked for an address anew, for a boot file, or for its metadata. */
  readonly bootContactMs?: number | undefined;
};

export type Folded = {
  readonly status: WorkflowStatus;
  /** When the status changes by itself, unless a report comes first. */
  readonly wakeAtMs?: number;
  /** Reports that change nothing, and why; those that were folded before are not among them. */
  readonly ignored: readonly { readonly report: ActionReportSpec; readonly reason: IgnoredReason }[];
};

/**
 * Folding is idempotent and does not depend on the order of the reports: actions are gone through in the workflow's
 * order, and of each the earliest report of its end counts. A final state never changes. A report that has come in
 * counts even if its action's deadline has passed meanwhile.
 */
export function foldReports(status: WorkflowStatus, input: FoldInput): Folded {
  const time = new Date(input.nowMs).toISOString();
  if (status.state !== "PENDING" && status.state !== "RUNNING") return { status, ignored: ignoredOf(status, input) };
  const reported = expectReboot(takeReports(status, input, time), input, time);
  const deadline = deadlineOf(reported, input);
  const over = deadline !== undefined && input.nowMs >= deadline.atMs;
  const next = withCurrentState(over ? givenUp(reported, deadline, time) : reported);
  const ignored = ignoredOf(next, input);
  return deadline === undefined || over
    ? { status: next, ignored }
    : { status: next, wakeAtMs: deadline.atMs, ignored };
}

function takeReports(status: WorkflowStatus, input: FoldInput, time: string): WorkflowStatus {
  let next = status;
  for (let step = currentStep(next); step !== undefined; step = currentStep(next)) {
    const { id } = step.action;
    const reports = input.reports.filter(
      (report) => report.actionID === id && whyIgnored(next, input.workflowUID, report) === undefined,
    );
    if (reports.length === 0) return next;
    next = takeStart(next, step, reports, input, time);
    const end = reports.filter(({ state }) => state !== "RUNNING").sort(byArrival)[0];
    if (end === undefined) return next;
    next = takeEnd(next, findStep(next, id) ?? step, end, time);
    if (isFinalState(next.state) || next.state === "POST") return next;
  }
  return next;
}

function takeStart(
  status: WorkflowStatus,
  { action }: Step,
  reports: readonly ActionReportSpec[],
  { limits }: FoldInput,
  time: string,
): WorkflowStatus {
  const starts = reports.filter(({ state }) => state === "RUNNING").sort(byArrival);
  const first = starts[0] ?? reports.toSorted(byArrival)[0];
  const last = starts.at(-1);
  let next = status;
  if (status.state === "PENDING" && first !== undefined) {
    const stopMs = (timeMs(first.receivedAt) ?? 0) + globalTimeoutSeconds(status.globalTimeout, limits) * 1000;
    next = { ...withState(next, "RUNNING", time), globalExecutionStop: new Date(stopMs).toISOString() };
  }
  if (last === undefined || (timeMs(action.executionStart) ?? 0) >= (timeMs(last.receivedAt) ?? 0)) return next;
  const again = starts.length === 1 ? "" : `; start number ${starts.length} of this action`;
  return withAction(next, action.id, {
    state: "RUNNING",
    executionStart: last.receivedAt,
    message: `${last.message ?? "running action"}${again}`,
  });
}

function takeEnd(status: WorkflowStatus, step: Step, end: ActionReportSpec, time: string): WorkflowStatus {
  const next = withAction(status, step.action.id, {
    state: end.state,
    message: end.message ?? "",
    ...timesOf(step, end),
  });
  if (end.state === "SUCCESS") return isLastStep(status, step) ? withState(next, "POST", time) : next;
  const { task, action } = step;
  const timedOut = end.state === "TIMEOUT";
  const what = `action "${action.name}" of task "${task.name}" ${timedOut ? "took longer than its timeout" : "failed"} on worker ${task.agentID}`;
  return ended(
    next,
    timedOut ? "TIMEOUT" : "FAILED",
    { reason: timedOut ? "ActionTimeout" : "ActionFailed", message: what + givenReason(end.message) },
    time,
  );
}

/** Start and end by the server's clock; how long it took by the worker's, whose clock may be years off but runs evenly. */
function timesOf({ action }: Step, end: ActionReportSpec) {
  const receivedMs = timeMs(end.receivedAt) ?? 0;
  const [fromMs, toMs] = [timeMs(end.executionStart), timeMs(end.executionStop)];
  const tookMs = fromMs !== undefined && toMs !== undefined && toMs >= fromMs ? toMs - fromMs : undefined;
  const startMs = Math.min(timeMs(action.executionStart) ?? receivedMs - (tookMs ?? 0), receivedMs);
  const stopMs = Math.min(startMs + (tookMs ?? Number.POSITIVE_INFINITY), receivedMs);
  return {
    executionStart: new Date(startMs).toISOString(),
    executionStop: new Date(stopMs).toISOString(),
    executionDuration: formatDuration(stopMs - startMs),
  };
}

/** A last action that restarts the machine has done its work once the machine is seen starting after it. */
function expectReboot(status: WorkflowStatus, { bootContactMs }: FoldInput, time: string): WorkflowStatus {
  const sinceMs = rebootExpectedSinceMs(status);
  const step = currentStep(status);
  if (sinceMs === undefined || step === undefined || bootContactMs === undefined || bootContactMs <= sinceMs)
    return status;
  const change = {
    state: "SUCCESS",
    executionStop: new Date(bootContactMs).toISOString(),
    executionDuration: formatDuration(bootContactMs - sinceMs),
    message: "the machine restarted, as this last action was to do",
  } as const;
  return withState(withAction(status, step.action.id, change), "POST", time);
}

function byArrival(a: ActionReportSpec, b: ActionReportSpec): number {
  return (timeMs(a.receivedAt) ?? 0) - (timeMs(b.receivedAt) ?? 0);
}

const outrun: ReadonlySet<IgnoredReason> = new Set([
  "workflow-finished",
  "not-started",
  "not-its-turn",
  "already-ended",
]);

function ignoredOf(status: WorkflowStatus, { workflowUID, reports }: FoldInput): Folded["ignored"] {
  return reports.flatMap((report) => {
    const reason = whyIgnored(status, workflowUID, report);
    const taken = reason === undefined || (outrun.has(reason) && isReflected(status, report));
    return taken ? [] : [{ report, reason }];
  });
}

/** Whether the status already says what the report says. */
function isReflected(status: WorkflowStatus, { actionID, state }: ActionReportSpec): boolean {
  const known = findStep(status, actionID)?.action.state;
  return state === "RUNNING" ? known !== "PENDING" : known === state;
}
