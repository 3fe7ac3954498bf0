// A workflow that waits for its worker: how far its machine came, and what stands in the way.
import type { Workflow } from "../../tinkerbell/workflow.ts";
import { unlockAdvice, workflowLock } from "../../tinkerbell/workflow-lock.ts";
import type { ViewReason } from "../../view/view-states.ts";
import { ago } from "../ago.ts";
import { type BootProgress, bootProgress } from "../boot-progress.ts";
import type { EventReason } from "../event-reasons.ts";
import type { TimelineEvent } from "../timeline-event.ts";
import { createdMs } from "../workflow-order.ts";
import type { ExplainInput, Explanation } from "./explanation.ts";
import { standingRefusals } from "./standing-refusals.ts";

export function waitingForWorker(
  workflow: Workflow,
  { hardware, view, nowMs }: ExplainInput,
  timeline: readonly TimelineEvent[],
): Explanation {
  const { metadata, spec, status } = workflow;
  const sinceMs = Date.parse(status?.stateSince ?? "") || createdMs(workflow);
  const progress = bootProgress(timeline, sinceMs);
  // A boot from before, which led to something else, tells nothing of what stands in the way now.
  const isSeen = progress.event !== undefined && !progress.isBefore;
  const refusals = standingRefusals(timeline, isSeen ? undefined : sinceMs);
  const other = otherMachine(workflow);
  const lock = hardware && workflowLock(hardware);
  const forbidden = hardware?.spec?.interfaces?.every(({ netboot }) => netboot?.allowPXE === false) === true;
  return {
    state: `Workflow ${metadata.name} began to wait for worker ${status?.agentID ?? ""} ${ago(sinceMs, nowMs)}; the next step is ${progress.next}.`,
    because: [
      ...missingHardware(workflow),
      ...(lock === undefined ? [] : [lock]),
      ...other,
      // No event of the machine can tell of it.
      ...(view?.reason === ("NotHeard" satisfies ViewReason) ? [view.message.replace(/\.$/, "")] : []),
      seenAs(progress, nowMs),
      ...refusals.map(({ why }) => why),
      ...(forbidden ? ["no interface of the Hardware may netboot (allowPXE)"] : []),
    ],
    todo: [
      ...(lock === undefined ? [] : [unlockAdvice(hardware?.metadata.name ?? "")]),
      ...(other.length > 0 ? [otherMachineAdvice(workflow)] : []),
      ...refusals.flatMap(({ todo }) => todo ?? []),
      ...(forbidden ? [allowNetbootAdvice(spec?.bootOptions?.toggleAllowNetboot === true)] : []),
      ...(refusals.some(({ reason }) => ofAddresses.has(reason)) ? [] : [progress.hint]),
    ],
  };
}

/** Two machines that are at odds about what one of them may have: no cable, port or firewall is in the way. */
const ofAddresses: ReadonlySet<string> = new Set<EventReason>([
  "AddressInUse",
  "AmbiguousHardware",
  "DuplicateClaim",
  "NearMac",
]);

function seenAs({ did, event, isBefore }: BootProgress, nowMs: number): string {
  if (event === undefined) return `the machine ${did}`;
  const when = ago(event.atMs, nowMs);
  if (!isBefore) return `${when} the machine ${did}`;
  return `the machine has not been seen since the workflow began to wait; last seen ${when}, when it ${did}`;
}

function allowNetbootAdvice(isToggled: boolean): string {
  return isToggled
    ? "the workflow asks for it (bootOptions.toggleAllowNetboot): its controller sets netboot.allowPXE in the Hardware again within seconds; see that it runs, and who writes it away"
    : "take netboot.allowPXE out of the Hardware: a Workflow that waits for the machine lends it the permission; or set bootOptions.toggleAllowNetboot in the Workflow";
}

/** Before all else: without it the machine is a stranger. */
export function missingHardware({ status }: Workflow): string[] {
  const found = status?.conditions?.find(({ type, status: value }) => type === "HardwareMissing" && value === "True");
  return found?.message ? [found.message] : [];
}

/** Its worker is not the machine that it names. */
function otherMachine({ status }: Workflow): string[] {
  const found = status?.conditions?.find(({ type, status: value }) => type === "WorkerOfHardware" && value === "False");
  return found?.message ? [found.message] : [];
}

function otherMachineAdvice({ metadata, spec }: Workflow): string {
  return `put the machine's MAC into hardwareMap in Workflow ${metadata.name}, or change hardwareRef, or put the worker's MAC into Hardware ${spec?.hardwareRef ?? ""}`;
}
