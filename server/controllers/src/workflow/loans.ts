// What a workflow has lent its machine and not taken back yet: read from the workflow alone, so that it is known after any restart.
import { isFinalState, type ResourceKey, type Workflow } from "@neverland/api";
import { bootModeOf, statusOf, wantsToggle } from "./steps/step.ts";

export type Loans = {
  /** To boot from the network. */
  readonly permission: boolean;
  /** A virtual medium. */
  readonly medium: boolean;
};

/** From PREPARING on a loan may be out, whether the status says so yet or not. */
export function loansOf(workflow: Workflow): Loans {
  const { state = "", bootOptions } = statusOf(workflow);
  const { toggledTrue, toggledFalse } = bootOptions?.allowNetboot ?? {};
  const isOut = toggledTrue === true || (state === "PREPARING" && wantsToggle(workflow));
  const eject = ejectJobName(workflow);
  const hasJobs = Object.keys(bootOptions?.jobs ?? {}).length > 0;
  return {
    permission: isOut && toggledFalse !== true && hardwareKey(workflow) !== undefined,
    medium:
      eject !== undefined &&
      (state !== "" || hasJobs) &&
      state !== "SUCCESS" &&
      bootOptions?.jobs?.[eject]?.complete !== true,
  };
}

export function hasLoans(workflow: Workflow): boolean {
  const { permission, medium } = loansOf(workflow);
  return permission || medium;
}

/** Whether the workflow has the permission and still has the machine before it. One in POST or ended, or on its way out, has not. */
export function holdsPermission(workflow: Workflow): boolean {
  const { state = "" } = statusOf(workflow);
  const isBefore = state !== "" && state !== "POST" && !isFinalState(state);
  return isBefore && wantsToggle(workflow) && !workflow.metadata.deletionTimestamp;
}

/** Of the machine that it was rendered for, which has what was lent, whatever the workflow names since. */
export function hardwareKey({ metadata, spec, status }: Workflow): ResourceKey | undefined {
  const name = status?.renderedFrom == null ? spec?.hardwareRef : status.renderedFrom.hardwareRef;
  return name ? { namespace: metadata.namespace, name } : undefined;
}

/** Under which `status.bootOptions.jobs` keeps that the medium was ejected; `undefined` for a boot mode that inserts none. */
export function ejectJobName(workflow: Workflow): string | undefined {
  const bootMode = bootModeOf(workflow);
  return bootMode === "iso" || bootMode === "isoboot" ? `iso-eject-${workflow.metadata.name}` : undefined;
}
