// Takes the events out of a database in which they were still kept as objects, at the first start with a log of their own.
import { kinds, type MachineEvent } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import type { Timeline } from "./timeline.ts";

/** Few enough that neither reading nor deleting them holds the event loop. */
const batch = 1000;

/** May be broken off and done again at any line: what was moved and not yet deleted is not moved twice. @returns How many there were. */
export async function moveOldEvents(store: ResourceStore, timeline: Pick<Timeline, "adopt">): Promise<number> {
  const events = typedStore(store, kinds.MachineEvent);
  for (let moved = 0; ; ) {
    const { items } = await events.list({ limit: batch });
    if (items.length === 0) return moved;
    await timeline.adopt(items satisfies MachineEvent[]);
    await Promise.all(items.map(async ({ metadata }) => await events.delete(metadata)));
    moved += items.length;
  }
}
