// A workflow that was deleted, for `tink explain`: what is left of it is on the timeline.
import { ago } from "../ago.ts";
import type { TimelineEvent } from "../timeline-event.ts";
import type { Explanation } from "./explanation.ts";

const deletions: ReadonlySet<string> = new Set(["WorkflowDeleted", "WorkflowOutputKept", "ObjectExpired"]);

/** @param name Of a workflow that is not there. */
export function explainDeleted(name: string, timeline: readonly TimelineEvent[], nowMs: number): Explanation {
  const said = timeline.filter(({ type }) => deletions.has(type));
  const before = timeline.findLast(({ type }) => !deletions.has(type));
  const last = said.at(-1) ?? before;
  return {
    state: `Workflow ${name} is not there any more${last === undefined ? "" : `; ${said.length > 0 ? "it was deleted" : "its last event was"} ${ago(last.atMs, nowMs)}`}.`,
    because: [...said, ...(before === undefined ? [] : [before])].map(({ message }) => message),
    todo: outputOf(timeline),
  };
}

/** How to read what was printed by workflows that are gone, the one deleted last first. */
export function outputOf(timeline: readonly TimelineEvent[]): string[] {
  const kept = timeline.findLast(({ type }) => type === "WorkflowOutputKept");
  if (kept === undefined) return [];
  const name = kept.workflow.slice(kept.workflow.indexOf("/") + 1);
  return [`tink logs workflow/${name} shows what its actions printed, while that is kept`];
}
