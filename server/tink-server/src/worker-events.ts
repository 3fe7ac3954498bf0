// What workers do, as facts on their machines' timelines.
import {
  type ActionReportSpec,
  type EventReason,
  formatKey,
  type MachineEventInput,
  type Workflow,
} from "@neverland/api";
import { findStep } from "@neverland/workflow-rules/actions-in-order.ts";
import type { IgnoredReason } from "@neverland/workflow-rules/judge-report.ts";

const macPattern = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** Who the event is about, as far as an agent id and a workflow tell. */
export function subjectOf(agentID: string, workflow?: Pick<Workflow, "metadata" | "spec">) {
  const mac = agentID.toLowerCase();
  return {
    source: "tink-server" as const,
    ...(macPattern.test(mac) ? { mac } : {}),
    ...(workflow?.spec?.hardwareRef ? { hardware: workflow.spec.hardwareRef } : {}),
    ...(workflow === undefined ? {} : { workflow: formatKey(workflow.metadata) }),
  };
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
  const cause =
    report.state === "RUNNING" || report.state === "SUCCESS" || !report.message ? "" : `: ${report.message}`;
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
