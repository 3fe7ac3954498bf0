// What workers do, as facts on their machines' timelines.
import {
  type ActionReportSpec,
  agentKey,
  type EventReason,
  formatKey,
  type MachineEventInput,
  type Workflow,
} from "@neverland/api";
import { formatTime } from "@neverland/platform/time/clock.ts";
import { findStep } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import type { NextAction, WaitReason } from "@neverland/workflow-rules/actions/next-action.ts";
import type { ServedAction } from "@neverland/workflow-rules/actions/serve-action.ts";
import { givenReason } from "@neverland/workflow-rules/reports/given-reason.ts";
import type { IgnoredReason } from "@neverland/workflow-rules/reports/judge-report.ts";

const macPattern = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** Who the event is about, as far as an agent id and a workflow tell. */
function subjectOf(agentID: string, workflow?: Pick<Workflow, "metadata" | "spec">) {
  const mac = agentKey(agentID);
  return {
    source: "tink-server" as const,
    ...(macPattern.test(mac) ? { mac } : {}),
    ...(workflow?.spec?.hardwareRef ? { hardware: workflow.spec.hardwareRef } : {}),
    ...(workflow === undefined ? {} : { workflow: formatKey(workflow.metadata) }),
  };
}

const waitReasons = {
  "no-workflow": "NoWorkflow",
  finished: "WorkflowsFinished",
  preparing: "MachineBeingPrepared",
  "other-agents-turn": "OtherWorkersTurn",
  forbidden: "WorkflowsForbidden",
  stopping: "WorkflowStopping",
  "wrapping-up": "WorkflowWrappingUp",
} as const satisfies Record<WaitReason, EventReason>;

/** A worker has come up. */
export function askedEvent(agentID: string, next: NextAction, workflow: Workflow | undefined): MachineEventInput {
  const answer =
    "serve" in next ? `it gets action "${next.serve.name}"${next.again ? " again" : ""}` : `it waits: ${next.message}`;
  return {
    ...subjectOf(agentID, workflow),
    type: "WorkerAsked",
    ...("wait" in next ? { reason: waitReasons[next.wait] } : {}),
    message: `worker ${agentID} asks for work; ${answer}`,
  };
}

/** A worker speaks from another address than a moment ago: its machine has moved, or there are two of it. */
export function elsewhereEvent(
  agentID: string,
  address: string,
  otherAddress: string,
  workflow: Workflow | undefined,
): MachineEventInput {
  const message = `worker ${agentID} asks from ${address} and was at ${otherAddress} a moment ago; the one that asks last is served`;
  return { ...subjectOf(agentID, workflow), type: "WorkerMoved", reason: "TwoAddresses", message };
}

/** An action that runs was handed out again. @param startedMs When it was begun, in ms since 1970. */
export function twoWritersEvent(
  agentID: string,
  { name, actionID }: Pick<ServedAction, "name" | "actionID">,
  startedMs: number,
  workflow: Workflow | undefined,
): MachineEventInput {
  const message = `worker ${agentID} asks for work while action "${name}", which it began at ${formatTime(startedMs)}, has not ended, and gets it again: unless its container is gone, two writers are possible`;
  return {
    ...subjectOf(agentID, workflow),
    type: "ActionHandedOutAgain",
    reason: "TwoWriters",
    message,
    data: { action: name, actionID },
  };
}

/** A worker that nobody knows, while as many of its kind wait as may. */
export function tooManyEvent(agentID: string, address: string, most: number): MachineEventInput {
  const message = `${most} workers that no Hardware and no Workflow knows are waiting already; ${agentID} at ${address} was told at once that there is nothing for it`;
  return { ...subjectOf(agentID), address, type: "WorkerRefused", reason: "TooManyWaiting", message };
}

const reportEvents = {
  RUNNING: ["ActionStarted", "started"],
  SUCCESS: ["ActionSucceeded", "succeeded"],
  FAILED: ["ActionFailed", "failed"],
  TIMEOUT: ["ActionTimedOut", "took longer than its timeout"],
  PENDING: ["ActionReported", "was reported"],
} as const;

export function reportEvent(workflow: Workflow, report: ActionReportSpec): MachineEventInput {
  const step = findStep(workflow.status ?? {}, report.actionID);
  const [type, verb] = reportEvents[report.state];
  const cause = report.state === "FAILED" || report.state === "TIMEOUT" ? givenReason(report.message) : "";
  const name = step?.action.name ?? report.actionID;
  return {
    ...subjectOf(report.agentID, workflow),
    type,
    message: `action "${name}" ${verb}${cause}`,
    data: {
      action: name,
      task: step?.task.name ?? report.taskID,
      actionID: report.actionID,
      image: step?.action.image ?? "",
    },
  };
}

/** Of a workflow that is not there, or not that one any more. */
export function lateEvent(report: Pick<ActionReportSpec, "agentID" | "workflow" | "state">): MachineEventInput {
  return {
    ...subjectOf(report.agentID),
    type: "ReportIgnored",
    reason: "UnknownAction",
    message: `worker ${report.agentID} reported that an action of workflow ${report.workflow} is ${report.state}; the workflow was deleted or begun again meanwhile`,
  };
}

const ignoredReasons = {
  "other-workflow": "OtherWorkflow",
  "workflow-finished": "WorkflowFinished",
  "not-started": "NotStarted",
  "unknown-action": "UnknownAction",
  "other-agent": "OtherAgent",
  "not-its-turn": "NotItsTurn",
  "already-ended": "AlreadyEnded",
  "says-nothing": "SaysNothing",
} as const satisfies Record<IgnoredReason, EventReason>;

export function ignoredEvent(workflow: Workflow, report: ActionReportSpec, reason: IgnoredReason): MachineEventInput {
  const name = findStep(workflow.status ?? {}, report.actionID)?.action.name ?? report.actionID;
  return {
    ...subjectOf(report.agentID, workflow),
    type: "ReportIgnored",
    reason: ignoredReasons[reason],
    message: `a report that action "${name}" is ${report.state} changed nothing: ${reason.replaceAll("-", " ")}`,
  };
}
