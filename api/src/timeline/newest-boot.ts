// Which of a machine's events are of its newest boot, and how far on its way each of them shows it.
import { type EventMark, markOf } from "./event-types.ts";
import { isFromFirmware, type TimelineEvent } from "./timeline-event.ts";

/** In the order of the way; `system` is the installed one. */
export const bootStages = ["address", "loader", "script", "kernel", "worker", "system"] as const;
export type BootStage = (typeof bootStages)[number];

const stages: { readonly [M in EventMark]?: BootStage } = {
  address: "address",
  router: "address",
  loader: "loader",
  script: "script",
  kernel: "kernel",
  worker: "worker",
  "action-start": "worker",
  "action-end": "worker",
  metadata: "system",
  "phoned-home": "system",
  login: "system",
};

export function stageOf({ type }: TimelineEvent): BootStage | undefined {
  const mark = markOf(type);
  return mark && stages[mark];
}

/** How far on the way: 0 is the first stage. */
export function rankOf(stage: BootStage): number {
  return bootStages.indexOf(stage);
}

/** @param timeline Oldest first. @returns Its end, from where the machine began anew; all of it where nothing tells that. */
export function newestBoot(timeline: readonly TimelineEvent[]): readonly TimelineEvent[] {
  let start = 0;
  let furthest = -1;
  for (const [at, event] of timeline.entries()) {
    const stage = stageOf(event);
    const rank = stage === undefined ? -1 : rankOf(stage);
    if (markOf(event.type) === "power" || (stage !== undefined && beginsAnew(event, stage, furthest))) {
      start = at;
      furthest = rank;
    } else furthest = Math.max(furthest, rank);
  }
  return timeline.slice(start);
}

/** iPXE asks for an address anew once it is loaded, and so do the in-memory and the installed system. */
export function beginsAnew(event: TimelineEvent, stage: BootStage, furthest: number): boolean {
  if (stage === "address" && !isFromFirmware(event)) return false;
  return furthest > Math.max(rankOf(stage), rankOf("loader"));
}
