// Of a machine's workflows: which one tells most of it, and which others are worth a word.
import type { Workflow, WorkflowState } from "../tinkerbell/workflow.ts";

/** The furthest on first. */
const underWay: readonly WorkflowState[] = ["RUNNING", "POST", "PREPARING", "PENDING"];
const failures: readonly WorkflowState[] = ["FAILED", "TIMEOUT"];

/**
 * The most telling first: one under way, the furthest on and of those the first that was made; then those that cannot start;
 * then the one that ended last, which is what the machine is left with. After it come those that are unfinished, and the
 * failures since the last success, unless the machine is at work again.
 */
export function byTelling(workflows: readonly Workflow[]): Workflow[] {
  const unfinished = workflows.filter((workflow) => rankOf(workflow) < finished);
  const ended = workflows
    .filter((workflow) => rankOf(workflow) === finished)
    .toSorted((a, b) => endedMs(b) - endedMs(a));
  const first = unfinished.toSorted((a, b) => rankOf(a) - rankOf(b) || createdMs(a) - createdMs(b));
  if (first[0] !== undefined && underWay.includes(stateOf(first[0]))) return first;
  const lastSuccess = ended.findIndex((workflow) => !failures.includes(stateOf(workflow)));
  const failed = lastSuccess < 0 ? ended : ended.slice(0, lastSuccess);
  return [...first, ...(failed.length > 0 ? failed : ended.slice(0, 1))];
}

/** RFC 3339 to milliseconds; 0 when nobody knows. */
export function createdMs({ metadata }: Pick<Workflow, "metadata">): number {
  return Date.parse(metadata.creationTimestamp ?? "") || 0;
}

const finished = 100;

function rankOf(workflow: Workflow): number {
  const state = stateOf(workflow);
  const at = underWay.indexOf(state);
  if (at >= 0) return at;
  if (state !== "") return finished;
  if (workflow.spec?.disabled === true) return 12;
  return workflow.status?.templateRendering === "failed" ? 10 : 11;
}

function stateOf({ status }: Workflow): WorkflowState {
  return status?.state ?? "";
}

function endedMs(workflow: Workflow): number {
  return Date.parse(workflow.status?.stateSince ?? "") || createdMs(workflow);
}
