// What a machine is waiting for, why, and what to do: the answer of `tink explain`.
import { goalConditionTypes } from "../goal-condition.ts";
import type { MachineEvent, MachineEventSpec } from "../metal/machine-event.ts";
import type { MachineViewContent } from "../metal/machine-view.ts";
import type { Hardware } from "../tinkerbell/hardware.ts";
import type { Workflow, WorkflowAction } from "../tinkerbell/workflow.ts";
import { unlockAdvice, workflowLock } from "../tinkerbell/workflow-lock.ts";
import type { ViewReason } from "../view/view-states.ts";
import { ago } from "./ago.ts";
import { type BootProgress, bootProgress } from "./boot-progress.ts";
import { deletionOf } from "./deletion.ts";
import { type EventReason, eventReasonInfo } from "./event-reasons.ts";
import { type EventType, eventTypeInfo, isSignOfLife } from "./event-types.ts";
import { explainDeleted, outputOf } from "./explain-deleted.ts";
import { hardwareTrouble, isSaidByHardware, type RivalClaim } from "./explain-hardware.ts";
import { cancelledOf, queuedOf, retriedOf, stoppingOf } from "./explain-wishes.ts";
import { type RenderFailure, whatToMend } from "./render-problem.ts";
import { standingRefusals } from "./standing-refusals.ts";
import { eventsOfLife, type TimelineEvent, toSights } from "./timeline-event.ts";
import { byTelling, createdMs } from "./workflow-order.ts";

export type ExplainInput = {
  /** The machine's, as it is stored, whether a schema accepts it or not; absent when only a MAC is known. */
  readonly hardware?: Hardware | undefined;
  /** What it claims and others too. */
  readonly rivals?: readonly RivalClaim[] | undefined;
  /** Those whose `hardwareRef` or agent is the machine. */
  readonly workflows: readonly Workflow[];
  /** The name of the one that was asked for: it is told first, whatever tells most of the machine. */
  readonly asked?: string | undefined;
  readonly events: readonly (MachineEvent | MachineEventSpec)[];
  /** The name of a workflow that is gone, where that is what was asked for. */
  readonly deletedWorkflow?: string | undefined;
  /** Where the server says that the machine stands. */
  readonly view?: Pick<MachineViewContent, "reason" | "message"> | undefined;
  readonly nowMs: number;
};

export type Explanation = {
  /** One sentence: where it stands. */
  readonly state: string;
  /** Sentences, the most telling first. */
  readonly because: readonly string[];
  readonly todo: readonly string[];
};

export function explain(input: ExplainInput): Explanation {
  if (input.deletedWorkflow !== undefined)
    return explainDeleted(input.deletedWorkflow, toSights(input.events), input.nowMs);
  const stays = input.workflows.filter(({ metadata }) => !metadata.deletionTimestamp);
  // What is on its way out decides nothing any more, but what it still has of the machine may hold others up.
  const leaving = [
    ...leavingOf(input.hardware, input.nowMs),
    ...input.workflows.flatMap((workflow) =>
      leavingOf(workflow, input.nowMs).flatMap(({ why, what }) => {
        const stopping = stoppingOf(workflow);
        return { why: [why, ...(stopping?.because ?? [])].join("; "), what: stopping?.todo.join("; ") ?? what };
      }),
    ),
  ];
  const trouble = hardwareTrouble(input.hardware, input.rivals);
  const mendedMs = changedMs(input.hardware);
  const timeline = toSights(eventsOfLife(input.events, input.hardware)).filter(
    (event) =>
      // What was wrong with the Hardware before somebody changed it may be mended: if it is not, that is said anew.
      (!isOfRecord(event.type) || event.atMs >= mendedMs) &&
      !(input.hardware !== undefined && isSaidByHardware(event, trouble)),
  );
  const asked = stays.filter(({ metadata }) => metadata.name === input.asked);
  const ordered = [...asked, ...byTelling(stays).filter((workflow) => !asked.includes(workflow))];
  const [{ state, because, todo }, ...others] = explainEach(
    { ...input, hardware: trouble.readable, workflows: ordered },
    timeline,
  );
  const ofHardware = trouble.fault === undefined ? [] : [trouble.fault, ...trouble.because];
  const doubts = trouble.fault === undefined ? trouble.because : [];
  // Without a workflow to speak of, what is wrong with the Hardware is where the machine stands.
  const isHeadline = trouble.fault !== undefined && ordered.length === 0;
  return {
    state: isHeadline ? `${trouble.fault}.` : state,
    because: [
      ...leaving.map(({ why }) => why),
      ...(isHeadline ? trouble.because : ofHardware),
      ...because,
      ...others.slice(0, mostOthers).map(inOneLine),
      ...(others.length > mostOthers ? [`${others.length - mostOthers} more of its workflows did not succeed`] : []),
      ...doubts,
    ],
    todo: [
      ...new Set([
        ...leaving.map(({ what }) => what),
        ...(trouble.fault === undefined ? [] : trouble.todo),
        ...todo,
        ...others.slice(0, mostOthers).flatMap(({ todo: [first] }) => first ?? []),
        ...(trouble.fault === undefined ? trouble.todo : []),
      ]),
    ],
  };
}

const mostOthers = 3;

function inOneLine({ state, because: [why] }: Explanation): string {
  return `besides, ${state.replace(/\.$/, "")}${why === undefined ? "" : `: ${why}`}`;
}

function leavingOf(object: Hardware | Workflow | undefined, nowMs: number): { why: string; what: string }[] {
  const deletion = object && deletionOf(object);
  if (deletion === undefined) return [];
  const { since, heldBy, todo } = deletion;
  const name = `${object?.kind} ${object?.metadata.name}`;
  const why = `${name} is being deleted, which began ${ago(Date.parse(since), nowMs)}, and is held by ${heldBy.join("; ") || "nothing that it names"}`;
  return [{ why, what: `${name}: ${todo}` }];
}

function explainEach(input: ExplainInput, timeline: readonly TimelineEvent[]): [Explanation, ...Explanation[]] {
  const [first, ...others] = input.workflows.map((workflow) => explainWorkflow(workflow, input, timeline));
  return first === undefined ? [withoutWorkflow(input, timeline)] : [first, ...others];
}

function explainWorkflow(workflow: Workflow, input: ExplainInput, timeline: readonly TimelineEvent[]): Explanation {
  const wished =
    stoppingOf(workflow) ?? queuedOf(workflow) ?? cancelledOf(workflow) ?? explainState(workflow, input, timeline);
  return { ...wished, because: [...wished.because, ...retriedOf(workflow)] };
}

function explainState(workflow: Workflow, input: ExplainInput, timeline: readonly TimelineEvent[]): Explanation {
  const state = workflow.status?.state ?? "";
  switch (state) {
    case "":
      return notStarted(workflow);
    case "PREPARING":
    case "POST":
      return inPreparation(workflow, state);
    case "PENDING":
      return waitingForWorker(workflow, input, timeline);
    case "RUNNING":
      return running(workflow, input, timeline);
    case "SUCCESS":
      return succeeded(workflow, timeline);
    case "FAILED":
    case "TIMEOUT":
      return failed(workflow, state);
  }
}

/** When its author last wrote it, to the second; 0 when nobody knows. */
function changedMs(hardware: Hardware | undefined): number {
  const times = (hardware?.metadata.managedFields ?? []).map(({ time }) => Date.parse(time ?? "") || 0);
  return Math.max(0, ...times);
}

function isOfRecord(type: string): boolean {
  const info = eventTypeInfo(type);
  return info?.sort === "refusal" && info.plane === "management";
}

function withoutWorkflow({ hardware, nowMs }: ExplainInput, timeline: readonly TimelineEvent[]): Explanation {
  const name = hardware?.metadata.name ?? "the machine";
  if (hardware === undefined && timeline.length === 0)
    return {
      state: "Nothing is known of this machine.",
      because: [],
      todo: ["apply a Hardware with its MAC, or switch it on"],
    };
  const last = lastSign(timeline);
  const refusals = standingRefusals(timeline);
  const lock = hardware && workflowLock(hardware);
  const advice = new Set([
    ...(hardware === undefined || lock !== undefined ? [] : [`apply a Workflow with hardwareRef: ${name}`]),
    ...refusals.flatMap(({ todo }) => todo ?? []),
  ]);
  if (advice.size === 0 && hardware === undefined) advice.add("apply a Hardware with its MAC");
  for (const what of outputOf(timeline)) advice.add(what);
  const deleted = timeline.findLast(({ type }) => type === ("WorkflowOutputKept" satisfies EventType));
  return {
    state: `No workflow is for ${name}, so it has nothing to wait for.`,
    because: [
      ...(lock === undefined ? [] : [lock]),
      ...(deleted === undefined ? [] : [`${ago(deleted.atMs, nowMs)} ${deleted.message}`]),
      ...(last === undefined ? [] : [`last seen ${ago(last.atMs, nowMs)}: ${last.message}`]),
      ...refusals.map(({ why }) => why).filter((why) => why !== last?.message),
    ],
    todo: [...advice],
  };
}

/** The machine's own last doing: what people and programs did about it is none. */
function lastSign(timeline: readonly TimelineEvent[]): TimelineEvent | undefined {
  return timeline.findLast(({ type }) => isSignOfLife(type));
}

function notStarted(workflow: Workflow): Explanation {
  const { metadata, spec, status } = workflow;
  if (spec?.disabled === true)
    return {
      state: `Workflow ${metadata.name} is disabled.`,
      because: ["spec.disabled is true"],
      todo: ["set spec.disabled to false to start it"],
    };
  const rendered = status?.conditions?.find(({ type }) => type === "TemplateRenderedSuccess");
  if (status?.templateRendering === "failed")
    return {
      state:
        rendered?.reason === ("WorkflowsForbidden" satisfies RenderFailure)
          ? `Workflow ${metadata.name} cannot be started: its machine is to be left alone.`
          : `Workflow ${metadata.name} cannot be started: its template does not render.`,
      because: [rendered?.message ?? "the cause was not kept"],
      todo: [`${whatToMend(workflow)}; the workflow then starts by itself`],
    };
  return {
    state: `Workflow ${metadata.name} was just made.`,
    because: ["no controller has looked at it yet"],
    todo: ["see that tink up runs"],
  };
}

function inPreparation({ metadata, status }: Workflow, state: "PREPARING" | "POST"): Explanation {
  const last = status?.conditions?.findLast(({ type }) => !goalConditionTypes.has(type));
  const what =
    state === "POST" ? "has done its actions and is being wrapped up" : "is waiting for its machine to be prepared";
  return { state: `Workflow ${metadata.name} ${what}.`, because: last?.message ? [last.message] : [], todo: [] };
}

function waitingForWorker(
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
function missingHardware({ status }: Workflow): string[] {
  const found = status?.conditions?.find(({ type, status: value }) => type === "HardwareMissing" && value === "True");
  return found?.message ? [found.message] : [];
}

/** Its worker is not the machine that it names. */
function otherMachine({ status }: Workflow): string[] {
  const found = status?.conditions?.find(({ type, status: value }) => type === "WorkerOfHardware" && value === "False");
  return found?.message ? [found.message] : [];
}

function otherMachineAdvice({ metadata, spec }: Workflow): string {
  return `put the machine's MAC into hardwareMap in Workflow ${metadata.name} (what is rendered stays until tink workflow cancel ${metadata.name} and tink workflow retry ${metadata.name}), or change hardwareRef, or put the worker's MAC into Hardware ${spec?.hardwareRef ?? ""}`;
}

function running(workflow: Workflow, { nowMs }: ExplainInput, timeline: readonly TimelineEvent[]): Explanation {
  const { metadata, status } = workflow;
  const action = currentAction(status?.tasks ?? []);
  const agent = status?.agentID ?? "";
  const last = lastSign(timeline);
  const seen = last === undefined ? [] : [`last sign of the machine ${ago(last.atMs, nowMs)}: ${last.message}`];
  if (action?.state !== "RUNNING")
    return {
      state: `Workflow ${metadata.name} is between actions: worker ${agent} is to ask for "${action?.name ?? ""}".`,
      because: [...missingHardware(workflow), ...seen],
      todo: ["if it does not ask, look at the machine's console"],
    };
  const startedMs = Date.parse(action.executionStart ?? "") || nowMs;
  const limit = action.timeout ? `, of at most ${action.timeout} s` : "";
  // Its image, or what it fetches, may be what keeps it.
  const refusals = standingRefusals(timeline, startedMs);
  return {
    state: `Workflow ${metadata.name} runs action "${action.name}" (${action.image}), started ${ago(startedMs, nowMs)}${limit}.`,
    because: [
      ...missingHardware(workflow),
      ...seen,
      ...refusals.map(({ why }) => why).filter((why) => why !== last?.message),
    ],
    todo: [
      ...refusals.flatMap(({ todo }) => todo ?? []),
      `tink logs -f workflow/${metadata.name} shows what it prints; it is given up by itself ${limit === "" ? "at its time limit" : "soon after that"}`,
    ],
  };
}

function succeeded({ metadata, status }: Workflow, timeline: readonly TimelineEvent[]): Explanation {
  const sinceMs = Date.parse(status?.stateSince ?? "") || 0;
  const later = (...types: EventType[]) =>
    timeline.findLast(({ atMs, type }) => atMs >= sinceMs && types.some((each) => each === type));
  const up = later("PhonedHome", "SshReady") ?? later("MetadataServed", "UserDataServed");
  const state = `Workflow ${metadata.name} succeeded.`;
  if (up !== undefined) return { state, because: [up.message], todo: [] };
  const contact = later("DhcpOffer", "DhcpAck", "DhcpDecline", "DhcpIgnored", "HttpRefused", "TftpRefused");
  // That it may not netboot is as it should be now; that it gets no address is not.
  const isWithoutAddress = contact?.type === "DhcpDecline" || contact?.type === "DhcpIgnored";
  const mend = isWithoutAddress ? eventReasonInfo(contact.reason)?.mend : undefined;
  return contact === undefined
    ? {
        state,
        because: ["the machine has not been seen since"],
        todo: ["if it should run by now, look at its console: it may not have been restarted"],
      }
    : {
        state,
        because: [`since then: ${contact.message}`],
        todo: [...(mend ? [mend] : []), "if its system does not come up, look at its console and its boot order"],
      };
}

function failed({ metadata, status }: Workflow, state: "FAILED" | "TIMEOUT"): Explanation {
  const end = status?.conditions?.find(({ type }) => type === "Succeeded");
  const verb = state === "FAILED" ? "failed" : "timed out";
  return {
    state: `Workflow ${metadata.name} ${verb}.`,
    because: [end?.message ?? currentAction(status?.tasks ?? [])?.message ?? "the cause was not kept"],
    todo: [
      `tink logs workflow/${metadata.name} shows what its actions printed`,
      `mend the cause, then tink workflow retry ${metadata.name} begins it again (--from ACTION: not from its first action)`,
    ],
  };
}

function currentAction(tasks: readonly { readonly actions: readonly WorkflowAction[] }[]): WorkflowAction | undefined {
  return tasks.flatMap(({ actions }) => actions).find(({ state }) => state !== "SUCCESS");
}
