// Workers say how many lines they have dropped in all, message after message; people are told only what is new.
import { recentMap } from "@neverland/platform/collections/recent-map.ts";

/** Actions whose count is remembered; each machine runs one at a time. */
const mostRemembered = 20_000;

export class DroppedCounts {
  readonly #byAction = recentMap<string, bigint>(mostRemembered);

  /** @returns By how much the action's count has grown. */
  grownBy(actionID: string, droppedLines: bigint): bigint {
    const known = this.#byAction.get(actionID) ?? 0n;
    if (droppedLines <= known) return 0n;
    this.#byAction.set(actionID, droppedLines);
    return droppedLines - known;
  }
}
