// A MachineEvent as the timeline's readers use it: its time as a number, its small facts at hand.
import type { MachineEvent, MachineEventSpec } from "../metal/machine-event.ts";
import type { Resource } from "../resource.ts";
import { isSignOfLife } from "./event-types.ts";

export type TimelineEvent = {
  /** Milliseconds since 1970, by the server's clock. */
  readonly atMs: number;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly workflow: string;
  readonly data: Readonly<Record<string, string | number | boolean>>;
};

/** Oldest first; events without a readable time are left out. */
export function toTimeline(events: readonly (MachineEvent | MachineEventSpec)[]): TimelineEvent[] {
  return events.flatMap((event) => readEvent(isResource(event) ? event.spec : event)).sort((a, b) => a.atMs - b.atMs);
}

/** Each event at its first sight, and at its last where it was seen again: oldest first. */
export function toSights(events: readonly (MachineEvent | MachineEventSpec)[]): TimelineEvent[] {
  const repeats = events.flatMap((event) => {
    const spec = isResource(event) ? event.spec : event;
    return spec?.lastTime === undefined ? [] : { ...spec, time: spec.lastTime };
  });
  return toTimeline([...events, ...repeats]);
}

function isResource(event: MachineEvent | MachineEventSpec): event is MachineEvent {
  return typeof event.metadata === "object" && "spec" in event;
}

function readEvent(spec: MachineEventSpec | undefined): TimelineEvent[] {
  const atMs = Date.parse(spec?.time ?? "");
  if (spec === undefined || Number.isNaN(atMs)) return [];
  const { type, reason = "", message, workflow = "", data = {} } = spec;
  return [{ atMs, type, reason, message, workflow, data }];
}

/**
 * Those of this object, not of one that had its name before: what happened, or happened once more, since it was made, to the
 * second that Kubernetes keeps of that. Of nobody all.
 */
export function eventsOfLife<E extends MachineEvent | MachineEventSpec>(
  events: readonly E[],
  object: Pick<Resource, "metadata"> | undefined,
): E[] {
  const madeMs = Date.parse(object?.metadata.creationTimestamp ?? "") || 0;
  return events.filter((event) => {
    const lastMs = Date.parse(lastTimeOf(event));
    return Number.isNaN(lastMs) || lastMs >= madeMs;
  });
}

function lastTimeOf(event: MachineEvent | MachineEventSpec): string {
  const spec = isResource(event) ? event.spec : event;
  return spec?.lastTime ?? spec?.time ?? "";
}

/** The machine's own last doing: what people and programs did about it is none. */
export function lastSign(timeline: readonly TimelineEvent[]): TimelineEvent | undefined {
  return timeline.findLast(({ type }) => isSignOfLife(type));
}

/** The action an event is about. */
export function actionOf({ data }: TimelineEvent): string {
  return typeof data.action === "string" ? data.action : "";
}

/** Firmware and iPXE say so in DHCP option 60; an installed system says something else, or nothing. */
export function isFromFirmware({ data }: TimelineEvent): boolean {
  return typeof data.vendorClass === "string" && /^(PXE|HTTP)Client/.test(data.vendorClass);
}
