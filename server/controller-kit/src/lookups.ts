// From a change to the keys that it concerns: by index, never by going through all that is known.
import { formatKey, type KindInfo, type Resource } from "@neverland/api";
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

/** Equal look-ups that wait are one; one that fails is tried again. */
export class Lookups<R extends Resource> {
  readonly #deps: LookupsDeps;
  readonly #queue: WorkQueue;
  readonly #picks: Pick<R>[] = [];

  constructor(deps: LookupsDeps, limits: WorkQueueLimits) {
    this.#deps = deps;
    this.#queue = new WorkQueue({ ...deps, run: async (id) => await this.#run(id) }, limits);
  }

  /** @returns What takes changes from one source. */
  from(pick: Pick<R>): (affected: Affected) => void {
    const source = this.#picks.push(pick) - 1;
    return (affected) => {
      if ("key" in affected) this.#deps.found(affected.key);
      else this.#queue.add(JSON.stringify([source, affected.by, affected.values, affected.namespace ?? null]));
    };
  }

  async stop(deadline: AbortSignal): Promise<void> {
    await this.#queue.stop(deadline);
  }

  async #run(id: string) {
    // As `from` wrote it.
    const [source, by, values, namespace] = JSON.parse(id) as [number, string, string[], string | null];
    const { store, kind, found } = this.#deps;
    if (!kind.indexes.includes(by))
      throw new KitError("not-indexed", `${by} is no index of ${kind.kind}: looking it up would read all there are`);
    const fields = [{ key: by, operator: "in", values }] as const;
    const { items } = await store.list(kind, namespace === null ? { fields } : { namespace, fields });
    // A controller's own kind, narrowed by its declaration.
    const objects = items as R[];
    for (const { metadata } of this.#picks[source]?.(objects) ?? objects) found(formatKey(metadata));
    return {};
  }
}
