// V8 is told to keep its heap small while there is little in it, which costs time, and not to once there is much.
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { type Clock, systemClock } from "@neverland/platform/time/clock.ts";

export type HeapRoomDeps = {
  readonly clock: Pick<Clock, "after">;
  readonly usedBytes: () => number;
  /** V8's memory saver: a young generation that does not grow, and more collections. */
  readonly saveMemory: (isOn: boolean) => void;
};

const mib = 2 ** 20;
/** A server that nothing is stored in has 35 to 45 MiB. Between the two all stays as it is. */
const bounds = { smallBytes: 48 * mib, largeBytes: 64 * mib };
/** Loading a full store fills the heap by 20 MiB in that time. */
const lookAgainMs = 100;

const ofThisProcess: HeapRoomDeps = {
  clock: systemClock,
  usedBytes: () => getHeapStatistics().used_heap_size,
  // V8 looks at this one at each collection, so it may be set at any time.
  saveMemory: (isOn) => setFlagsFromString(isOn ? "--memory-saver-mode" : "--no-memory-saver-mode"),
};

/** From now on. @returns What ends it. */
export function giveHeapRoom({ clock, usedBytes, saveMemory } = ofThisProcess): () => void {
  let isSaving = true;
  saveMemory(isSaving);
  const look = (): void => {
    const isSmall = usedBytes() < (isSaving ? bounds.largeBytes : bounds.smallBytes);
    if (isSmall !== isSaving) saveMemory(isSmall);
    isSaving = isSmall;
    cancel = clock.after(lookAgainMs, look);
  };
  let cancel = clock.after(lookAgainMs, look);
  return () => cancel();
}
