// Takes the events out of a database in which they were still kept as objects, at the first start with a log of their own.
import type { MachineEvent, Resource } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { Timeline } from "../timeline.ts";

/** A database with objects of a kind that is kept elsewhere now. What `take` says is durable there goes here; false ends it. */
export type OldObjects = { takeOut(take: (objects: readonly Resource[]) => Promise<boolean>): Promise<void> };

export type MoveDeps = {
  readonly timeline: Pick<Timeline, "adopt">;
  readonly clock: Pick<Clock, "nowMs">;
  /** Told how many were moved by then, every two seconds that it takes. */
  readonly onLong: (moved: number) => void;
};

/** Nobody waits longer than that without knowing for what. */
const longMs = 2000;

/**
 * May be broken off and done again at any line: what was moved and not yet removed is not moved twice. Events that no schema
 * accepts stay where they are, as any other object. So do those that the disk does not take, until the next start.
 * @param old Opened with MachineEvent as what is kept elsewhere.
 * @param signal Gives up, with its reason.
 * @returns How many were moved.
 */
export async function moveOldEvents(
  old: OldObjects,
  { timeline, clock, onLong }: MoveDeps,
  signal: AbortSignal,
): Promise<number> {
  let moved = 0;
  let saidMs = clock.nowMs();
  signal.throwIfAborted();
  await old.takeOut(async (objects) => {
    signal.throwIfAborted();
    // Of that kind, and looked at with its schemas.
    if (!(await timeline.adopt(objects as MachineEvent[]))) return false;
    moved += objects.length;
    if (clock.nowMs() < saidMs + longMs) return true;
    saidMs = clock.nowMs();
    onLong(moved);
    return true;
  });
  return moved;
}
