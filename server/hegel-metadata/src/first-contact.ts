// Tells the first request of a boot from the dozens that follow it: a machine that asks after a pause has started anew.
import { recentMap } from "@neverland/platform/collections/recent-map.ts";

/** cloud-init asks for everything within seconds. */
const quietMs = 60_000;
/** The machines that asked longest ago are forgotten beyond this many. */
const mostRemembered = 100_000;

export class FirstContact {
  readonly #lastMs = recentMap<string, number>(mostRemembered);

  isFirst(key: string, nowMs: number): boolean {
    const lastMs = this.#lastMs.get(key);
    this.#lastMs.set(key, nowMs);
    return lastMs === undefined || nowMs - lastMs > quietMs;
  }
}
