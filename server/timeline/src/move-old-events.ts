// Takes the events out of a database in which they were still kept as objects, at the first start with a log of their own.
import { kinds, type MachineEvent } from "@neverland/api";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { type TypedStore, typedStore } from "@neverland/store/typed-resources.ts";
import type { Timeline } from "./timeline.ts";

/** Few enough that neither reading nor deleting them holds the event loop. */
const batch = 1000;

/**
 * May be broken off and done again at any line: what was moved and not yet deleted is not moved twice. Events that no schema
 * accepts stay where they are, as any other object. So do those that the disk does not take, until the next start.
 * @param signal Gives up, with its reason.
 * @returns How many were moved.
 */
export async function moveOldEvents(
  store: ResourceStore,
  timeline: Pick<Timeline, "adopt">,
  signal: AbortSignal,
): Promise<number> {
  const events = typedStore(store, kinds.MachineEvent);
  let moved = 0;
  for (let page: { continueToken?: string } = {}; ; ) {
    signal.throwIfAborted();
    const { items, continueToken } = await events.list({ limit: batch, ...page });
    if (items.length > 0) {
      if (!(await timeline.adopt(items satisfies MachineEvent[]))) return moved;
      await Promise.all(items.map(async (event) => await remove(event, events)));
      moved += items.length;
      // From the start: a list begun before all these were deleted would cost more with each page.
      page = {};
    } else if (continueToken === undefined) return moved;
    else page = { continueToken };
  }
}

/** Whoever a finalizer made it wait for finds the event on the timeline. */
async function remove(event: MachineEvent, events: TypedStore<MachineEvent>): Promise<void> {
  const { metadata } = event;
  try {
    if (metadata.finalizers?.length) await events.update({ ...event, metadata: { ...metadata, finalizers: [] } });
    await events.delete(metadata);
  } catch (error) {
    // It was on its way already, and waited for nothing else.
    if (!(error instanceof StoreError && error.code === "not-found")) throw error;
  }
}
