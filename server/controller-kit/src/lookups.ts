// From a change to the keys that it concerns: by index, never by going through all that is known.
import { formatKey, type KindInfo, type Resource } from "@neverland/api";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { Affected } from "./controller.ts";
import { KitError } from "./kit-error.ts";
import { WorkQueue, type WorkQueueDeps, type WorkQueueLimits } from "./work-queue.ts";

type Pick<R> = ((found: readonly R[]) => readonly R[]) | undefined;

export type LookupsDeps = Omit<WorkQueueDeps, "run" | "groupOf"> & {
  readonly store: ResourceStore;
  readonly kind: KindInfo;
  readonly found: (key: string) => void;
};

/** Most values that one look-up asks for: of a hall that is written at once there are thousands. */
const mostValues = 128;

/** Look-ups that wait and differ in their values alone are one: what is written together is looked up together. One that fails is tried again. */
export class Lookups<R extends Resource> {
  readonly #deps: LookupsDeps;
  readonly #queue: WorkQueue;
  readonly #picks: Pick<R>[] = [];
  /** Values not looked up yet, by what is asked of them. */
  readonly #waiting = new Map<string, Set<string>>();

  constructor(deps: LookupsDeps, limits: WorkQueueLimits) {
    this.#deps = deps;
    this.#queue = new WorkQueue({ ...deps, run: async (id, signal) => await this.#run(id, signal) }, limits);
  }

  /** @returns What takes changes from one source. */
  from(pick: Pick<R>): (affected: Affected) => void {
    const source = this.#picks.push(pick) - 1;
    return (affected) => {
      if ("key" in affected) this.#deps.found(affected.key);
      else this.#ask(JSON.stringify([source, affected.by, affected.namespace ?? null]), affected.values);
    };
  }

  async stop(deadline: AbortSignal): Promise<void> {
    await this.#queue.stop(deadline);
  }

  #ask(id: string, values: Iterable<string>): void {
    const waiting = this.#waiting.getOrInsertComputed(id, () => new Set());
    for (const value of values) waiting.add(value);
    this.#queue.add(id);
  }

  /** What is asked for from here on may have changed since, and is looked up again. */
  #take(id: string): string[] {
    const waiting = this.#waiting.get(id) ?? new Set();
    const taken = [...waiting.values().take(mostValues)];
    for (const value of taken) waiting.delete(value);
    if (waiting.size === 0) this.#waiting.delete(id);
    else this.#queue.add(id);
    return taken;
  }

  async #run(id: string, signal: AbortSignal) {
    // As `from` wrote it.
    const [source, by, namespace] = JSON.parse(id) as [number, string, string | null];
    const { store, kind, found } = this.#deps;
    if (!kind.indexes.includes(by))
      throw new KitError("not-indexed", `${by} is no index of ${kind.kind}: looking it up would read all there are`);
    const values = this.#take(id);
    const fields = [{ key: by, operator: "in", values }] as const;
    try {
      const asked = store.list(kind, namespace === null ? { fields } : { namespace, fields });
      const { items } = await unlessAborted(asked, signal);
      // A controller's own kind, narrowed by its declaration.
      const objects = items as R[];
      for (const { metadata } of this.#picks[source]?.(objects) ?? objects) found(formatKey(metadata));
    } catch (error) {
      const waiting = this.#waiting.getOrInsertComputed(id, () => new Set());
      for (const value of values) waiting.add(value); // the queue tries again
      throw error;
    }
    return {};
  }
}
