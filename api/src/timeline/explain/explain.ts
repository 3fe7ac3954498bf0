// What a machine is waiting for, why, and what to do: the answer of `tink explain`.
import type { Hardware } from "../../tinkerbell/hardware.ts";
import type { Workflow } from "../../tinkerbell/workflow.ts";
import { workflowLock } from "../../tinkerbell/workflow-lock.ts";
import { ago } from "../ago.ts";
import { deletionOf } from "../deletion.ts";
import { type EventType, eventTypeInfo } from "../event-types.ts";
import { eventsOfLife, lastSign, type TimelineEvent, toSights } from "../timeline-event.ts";
import { byTelling } from "../workflow-order.ts";
import { explainDeleted, outputOf } from "./explain-deleted.ts";
import { hardwareTrouble, isSaidByHardware } from "./explain-hardware.ts";
import { stoppingOf } from "./explain-wishes.ts";
import { explainWorkflow } from "./explain-workflow.ts";
import type { ExplainInput, Explanation } from "./explanation.ts";
import { standingRefusals } from "./standing-refusals.ts";

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
