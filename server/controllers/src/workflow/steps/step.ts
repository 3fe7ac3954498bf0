// One step of a workflow's way: the status it leads to, and when to look again if nothing happens before.
import type { Workflow, WorkflowStatus } from "@neverland/api";

export type Step = { readonly status: WorkflowStatus; readonly wakeAtMs?: number | undefined };

/** What every step is given besides the workflow. `time` is now in RFC 3339. */
export type StepContext = {
  readonly nowMs: number;
  readonly time: string;
  /** Since when the workflow has been in its state, on the clock as it is now. */
  readonly stateSinceMs: number;
  readonly signal: AbortSignal;
};

export function statusOf(workflow: Workflow): WorkflowStatus {
  return workflow.status ?? {};
}

export function wantsToggle({ spec }: Workflow): boolean {
  return spec?.bootOptions?.toggleAllowNetboot === true;
}

export function bootModeOf({ spec }: Workflow): string {
  return spec?.bootOptions?.bootMode ?? "";
}
