// Keys whose last run left nothing to do: that its own write comes back as a change is no reason to run them again.
import type { Resource } from "@neverland/api";
import { SplitMap } from "@neverland/platform/collections/split-map.ts";
import type { Outcome } from "./controller.ts";

export class SettledKeys {
  readonly #settled = new SplitMap<{ readonly version: string; readonly wakeAtMs: number | undefined }>();
  /** Keys that something else than a change of their object concerns, since their last run began. */
  readonly #told = new Set<string>();

  /** Something that a run of the key would look at may have changed. Its run must follow. */
  tell(key: string): void {
    this.#told.add(key);
  }

  /** A run of the key begins, with its object as it is now. @returns How it would end, when it need not be run. */
  begin(key: string, object: Resource | undefined, nowMs: number): Outcome | undefined {
    const isTold = this.#told.delete(key);
    const settled = this.#settled.get(key);
    if (settled === undefined) return undefined;
    const { version, wakeAtMs } = settled;
    const isAsLeft = version === object?.metadata.resourceVersion && (wakeAtMs === undefined || nowMs < wakeAtMs);
    const isSettled = isAsLeft && !isTold;
    // Of one that waits for no time the own write is all that comes by itself.
    if (!isSettled || wakeAtMs === undefined) this.#settled.delete(key);
    return isSettled ? { wakeAtMs } : undefined;
  }

  end(key: string, { settledVersion, wakeAtMs }: Outcome): void {
    if (settledVersion !== undefined) this.#settled.set(key, { version: settledVersion, wakeAtMs });
  }

  /** The object has gone. */
  forget(key: string): void {
    this.#settled.delete(key);
  }
}
