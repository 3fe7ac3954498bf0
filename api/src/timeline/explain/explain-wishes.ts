// What people asked of a workflow that is there, and what it waits for of others, for `tink explain`: from its conditions.
import { isFinalState, type Workflow } from "../../tinkerbell/workflow.ts";
import type { Explanation } from "./explanation.ts";

function said({ status }: Workflow, type: string, value: "True" | "False") {
  return status?.conditions?.find((each) => each.type === type && each.status === value);
}

/** Its running action is being ended, since it was deleted or cancelled. */
export function stoppingOf(workflow: Workflow): Explanation | undefined {
  const stopping = said(workflow, "Stopping", "True");
  if (stopping === undefined || workflow.status?.state !== "RUNNING") return undefined;
  return {
    state: `Workflow ${workflow.metadata.name} is being stopped.`,
    because: stopping.message ? [stopping.message] : [],
    todo: [
      "wait: it ends when its worker says so, or by itself a while later; until then its action may be writing to the machine's disk",
    ],
  };
}

/** It waits for another workflow of its worker. */
export function queuedOf(workflow: Workflow): Explanation | undefined {
  const queued = said(workflow, "WorkerFree", "False");
  if (queued === undefined || workflow.status?.state !== "PENDING") return undefined;
  // As its condition names it: `workflow default/first`.
  const before = /\bworkflow \S+?\/([a-z0-9.-]*[a-z0-9])/.exec(queued.message ?? "")?.[1] ?? "NAME";
  return {
    state: `Workflow ${workflow.metadata.name} waits for another workflow of its machine.`,
    because: queued.message ? [queued.message] : [],
    todo: [`wait, or end the one before it: tink workflow cancel ${before}`],
  };
}

/** Somebody ended it. */
export function cancelledOf(workflow: Workflow): Explanation | undefined {
  const { metadata, status } = workflow;
  const end = said(workflow, "Succeeded", "False");
  if (end?.reason !== "Cancelled" || status?.state !== "FAILED") return undefined;
  return {
    state: `Workflow ${metadata.name} was cancelled.`,
    because: end.message ? [end.message] : [],
    todo: [
      `tink workflow retry ${metadata.name} begins it again; until it has succeeded, do not count on what is on the disk`,
    ],
  };
}

/** It was changed after it was rendered, and that counts for nothing. */
export function keptOf(workflow: Workflow): string[] {
  const kept = said(workflow, "RenderedAnew", "False");
  return kept?.message && !isFinalState(workflow.status?.state) ? [kept.message] : [];
}

/** That this is not its first attempt. That another one was refused is for whoever asked, and on the timeline. */
export function retriedOf({ status }: Workflow): string[] {
  const before = status?.attempts?.at(-1);
  if (before === undefined) return [];
  const from = status?.retryFrom ? ` from action "${status.retryFrom}"` : "";
  const ended = before.message ? `: ${before.message}` : "";
  return [`this is attempt ${before.number + 1}${from}; the one before ended as ${before.state}${ended}`];
}
