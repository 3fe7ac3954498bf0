// Another attempt of a workflow that is over: as if it were new, with what became of the attempts before.
import {
  goalConditionTypes,
  isFinalState,
  retryFromAnnotation,
  type Workflow,
  type WorkflowStatus,
} from "@neverland/api";
import {
  currentStep,
  stepsOf,
  withAction,
  withCurrentState,
} from "@neverland/workflow-rules/actions/actions-in-order.ts";
import { withCondition } from "@neverland/workflow-rules/conditions.ts";
import { statusOf, wantsToggle } from "./step.ts";

/** Older ones are on the timeline for as long as that is kept. */
const mostAttempts = 10;
const mostNamed = 20;

/** @param value What asked for it, to be remembered: it is heeded once. @param time Now, in RFC 3339. */
export function retryWorkflow(workflow: Workflow, value: string, time: string): WorkflowStatus {
  const status = { ...statusOf(workflow), lastHandledRetry: value };
  const from = workflow.metadata.annotations?.[retryFromAnnotation] ?? "";
  const why = whyRefused(status, from);
  if (why !== undefined) return withCondition(status, { type: "Retried", status: "False", ...why }, time);
  const attempts = [...(status.attempts ?? []), attemptOf(status)].slice(-mostAttempts);
  const next: WorkflowStatus = {
    ...{ state: "", stateSince: time, attempts, lastHandledRetry: value },
    ...(status.lastHandledCancel === undefined ? {} : { lastHandledCancel: status.lastHandledCancel }),
    ...(from === "" ? {} : { retryFrom: from }),
    conditions: (status.conditions ?? []).filter(({ type }) => goalConditionTypes.has(type)),
  };
  const begin = from === "" ? "from its first action" : `from action "${from}"`;
  const permission = wantsToggle(workflow) ? "the permission to netboot is lent to it again; " : "";
  const message = `attempt ${(attempts.at(-1)?.number ?? 0) + 1} begins ${begin}: ${permission}unless its worker still waits, the machine has to boot from the network again: restart it`;
  return withCondition(next, { type: "Retried", status: "True", reason: "Asked", message }, time);
}

/** The status of a workflow just rendered whose attempt begins at an action of that name; a sentence when it has none. */
export function skipTo(status: WorkflowStatus, from: string): WorkflowStatus | string {
  const steps = stepsOf(status);
  const first = steps.findIndex(({ action }) => action.name === from);
  if (first === -1) return noSuchAction(status, from);
  const message = "not run in this attempt, which begins later";
  const skipped = steps.slice(0, first).map(({ action }) => action.id);
  return withCurrentState(skipped.reduce((next, id) => withAction(next, id, { state: "SUCCESS", message }), status));
}

function whyRefused(status: WorkflowStatus, from: string): { reason: string; message: string } | undefined {
  if (!isFinalState(status.state)) {
    const message = `no other attempt is begun: this one is under way (${status.state || "new"}); cancel it first`;
    return { reason: "UnderWay", message };
  }
  const isKnown = from === "" || stepsOf(status).some(({ action }) => action.name === from);
  return isKnown ? undefined : { reason: "NoSuchAction", message: noSuchAction(status, from) };
}

function noSuchAction(status: WorkflowStatus, from: string): string {
  const names = [...new Set(stepsOf(status).map(({ action }) => action.name))].slice(0, mostNamed);
  return `the workflow has no action "${from.slice(0, 100)}" to begin another attempt at; it has ${names.join(", ") || "none"}`;
}

function attemptOf(status: WorkflowStatus): NonNullable<WorkflowStatus["attempts"]>[number] {
  const end = status.conditions?.find(({ type }) => type === "Succeeded");
  const action = status.state === "SUCCESS" ? undefined : currentStep(status)?.action.name;
  return {
    number: (status.attempts?.at(-1)?.number ?? 0) + 1,
    state: status.state ?? "",
    ...(status.stateSince === undefined ? {} : { ended: status.stateSince }),
    ...(action === undefined ? {} : { action }),
    ...(end?.reason === undefined ? {} : { reason: end.reason }),
    ...(end?.message === undefined ? {} : { message: end.message.slice(0, 512) }),
  };
}
