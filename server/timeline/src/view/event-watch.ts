// A watch of events: those after a version, then each as it is written down.
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { News } from "@neverland/platform/wait/pause.ts";
import { StoreError, type WatchEvent, type WatchOptions } from "@neverland/store/resource-store.ts";
import { indexAfter } from "../memory/entry-list.ts";
import type { EventMemory } from "../memory/event-memory.ts";
import { selected } from "./event-selection.ts";

export type EventWatchDeps = {
  readonly memory: EventMemory;
  readonly clock: Clock;
  /** @throws {StoreError} `unavailable`. */
  readonly mustBeOpen: () => void;
};

/** A watch with nothing to say for so long gets a bookmark. */
const bookmarkMs = 10_000;
/** Events handed to a watch before it lets others go on. */
const readAhead = 128;

/** @throws {StoreError} `gone`, `unavailable`. */
export async function* watchEvents(
  { memory, clock, mustBeOpen }: EventWatchDeps,
  from: number,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const news = new News();
  const forget = memory.onAdded(() => news.tell());
  let version = from;
  let toldMs = clock.nowMs();
  try {
    while (!options.signal.aborted) {
      mustBeOpen();
      refuseGap(memory, version);
      const { entries } = memory.index;
      const start = indexAfter(entries, version);
      const batch = entries.slice(start, start + readAhead);
      for (const entry of batch) {
        version = entry.version;
        const object = selected(memory, entry, options);
        if (object === undefined) continue;
        yield { type: "added", object };
        if (options.signal.aborted) return;
        toldMs = clock.nowMs();
      }
      if (batch.length === 0) {
        version = memory.version;
        await news.wait(clock, toldMs + bookmarkMs - clock.nowMs(), options.signal);
      } else await new Breather().breathe();
      if (clock.nowMs() < toldMs + bookmarkMs || options.signal.aborted) continue;
      yield { type: "bookmark", resourceVersion: String(version) };
      toldMs = clock.nowMs();
    }
  } finally {
    forget();
  }
}

function refuseGap({ index, version: newest }: EventMemory, version: number): void {
  const { forgottenVersion } = index;
  if (version >= forgottenVersion && version <= newest) return;
  const reason =
    version < forgottenVersion
      ? `events up to version ${forgottenVersion} are no longer all kept`
      : `the timeline is only at version ${newest}, so the version is of another one`;
  throw new StoreError("gone", `Cannot watch from version ${version}: ${reason}. List again, and watch from there.`);
}
