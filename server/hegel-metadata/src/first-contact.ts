// Tells the first request of a boot from the dozens that follow it: a machine that asks after a pause has started anew.
import { LRUCache } from "lru-cache";

/** cloud-init asks for everything within seconds. */
const quietMs = 60_000;
/** The machines that asked longest ago are forgotten beyond this many. */
const mostRemembered = 4096;

export class FirstContact {
  readonly #lastMs = new LRUCache<string, number>({ max: mostRemembered });

  isFirst(key: string, nowMs: number): boolean {
    const lastMs = this.#lastMs.get(key);
    this.#lastMs.set(key, nowMs);
    return lastMs === undefined || nowMs - lastMs > quietMs;
  }
}
