// Where the time of one boot or installation went: stages that follow each other without gaps, so that they add up.
import type { MachineEvent, MachineEventSpec } from "../metal/machine-event.ts";
import { type EventMark, type EventType, markOf } from "./event-types.ts";
import { advance, isSystemMark, noProgress, type Stage, type StageOwner, stageEndedBy } from "./stage-marks.ts";
import { type TimelineEvent, toTimeline } from "./timeline-event.ts";

export type BilledStage = Stage & { readonly seconds: number };

export type StageBill = {
  /** In the order in which they were first entered; a stage that was entered twice is there once. */
  readonly stages: readonly BilledStage[];
  /** From power-on (or, without a lab or a management controller, the first sign of life) to the last mark. */
  readonly totalSeconds: number;
  /** Of the total, by owner: the figure to drive down is `neverland` and `action`. */
  readonly ownerSeconds: Readonly<Record<StageOwner, number>>;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether `fromMs` is the power-on itself. */
  readonly fromPowerOn: boolean;
};

/** Of the in-memory system. */
const hookMarks: ReadonlySet<EventMark> = new Set(["kernel", "worker", "action-start", "action-end"]);
const busyTypes: ReadonlySet<string> = new Set(["ImageServed", "FileServed"] satisfies EventType[]);

/** A machine that says nothing for so long has begun something else. */
const longestPauseMs = 300_000;

/** @param events All events of one machine, in any order. @returns The bill of its last run; `undefined` without one. */
export function stageBill(events: readonly (MachineEvent | MachineEventSpec)[]): StageBill | undefined {
  const timeline = lastRun(toTimeline(events));
  const [origin] = timeline;
  if (origin === undefined) return undefined;
  const spentMs = new Map<string, { stage: Stage; ms: number }>();
  const lastOfHook = timeline.findLastIndex(({ type }) => hookMarks.has(markOf(type) ?? "login"));
  let progress = advance(noProgress, origin);
  let lastMs = origin.atMs;
  for (const [at, event] of timeline.entries()) {
    if (at === 0) continue;
    progress = { ...progress, isHookAhead: at < lastOfHook, quietMs: event.atMs - lastMs };
    const stage = stageEndedBy(event, progress);
    progress = advance(progress, event);
    if (stage === undefined) {
      progress = { ...progress, wasBusy: progress.wasBusy || busyTypes.has(event.type) };
      continue;
    }
    progress = { ...progress, wasBusy: false };
    const entry = spentMs.getOrInsertComputed(stage.name, () => ({ stage, ms: 0 }));
    entry.ms += event.atMs - lastMs;
    lastMs = event.atMs;
  }
  const stages = [...spentMs.values()].map(({ stage, ms }) => ({ ...stage, seconds: ms / 1000 }));
  return {
    stages,
    totalSeconds: (lastMs - origin.atMs) / 1000,
    ownerSeconds: byOwner(stages),
    fromMs: origin.atMs,
    toMs: lastMs,
    fromPowerOn: isPowerOn(origin),
  };
}

/** From the last power-on, or from the start of the boot that led to the last worker or system. */
function lastRun(timeline: readonly TimelineEvent[]): readonly TimelineEvent[] {
  const poweredOn = timeline.findLastIndex(isPowerOn);
  if (poweredOn !== -1) return timeline.slice(poweredOn);
  const marks = timeline.filter(
    (event) => markOf(event.type) === "power" || stageEndedBy(event, noProgress) !== undefined,
  );
  const asked = marks.findLastIndex(({ type }) => ["worker", "kernel"].includes(markOf(type) ?? ""));
  let start = asked === -1 ? marks.length - 1 : asked;
  while (start > 0 && belongsBefore(marks[start - 1], marks[start])) start -= 1;
  const from = marks[start];
  return from === undefined ? [] : timeline.slice(timeline.indexOf(from));
}

function isPowerOn({ type }: TimelineEvent): boolean {
  return type === ("PoweredOn" satisfies EventType);
}

/** Whether two neighbouring marks are of the same boot: close in time, and the system's own are of an earlier one. */
function belongsBefore(before: TimelineEvent | undefined, after: TimelineEvent | undefined): boolean {
  if (before === undefined || after === undefined || after.atMs - before.atMs > longestPauseMs) return false;
  return !isSystemMark(before) || isSystemMark(after);
}

function byOwner(stages: readonly BilledStage[]): Record<StageOwner, number> {
  const sum = (owner: StageOwner) =>
    stages
      .filter((stage) => stage.owner === owner)
      .reduce((total, { seconds }) => total + Math.round(seconds * 1000), 0) / 1000;
  return {
    firmware: sum("firmware"),
    neverland: sum("neverland"),
    action: sum("action"),
    os: sum("os"),
    idle: sum("idle"),
  };
}
