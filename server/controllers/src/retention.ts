// Removes objects that have had their day, of every kind that says when that is: few at a time, each with an event.
import { counted, formatKey, type KindInfo, type MachineEventInput, type Resource } from "@neverland/api";
import type { FreeController } from "@neverland/controller-kit/controller.ts";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { valueAt } from "@neverland/store/selector.ts";

export type RetentionDeps = {
  readonly clock: Clock;
  readonly kinds: readonly KindInfo[];
  /** How long an object is kept once it is over; 0: for ever. */
  readonly keepMs: number;
  readonly record: (event: MachineEventInput) => void;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

/** The first look is so long after the start, too: a start has enough to do. */
const everyMs = 600_000;
const pageSize = 500;
/** Removed at once, and how long others have the store for themselves after that. */
const batch = { size: 50, pauseMs: 100 };

/** No change makes an object old: it looks now and then at what an index calls over. */
export function retention(deps: RetentionDeps): FreeController {
  const kinds = deps.kinds.filter((kind) => kind.retention !== undefined);
  return {
    name: "retention",
    writes: kinds.map((kind) => ({ kind, part: "whole", mode: "shared" })),
    begin: (store) => new Sweeps({ ...deps, kinds, store }),
  };
}

/** From a start to its stop. */
class Sweeps implements Service {
  readonly #deps: RetentionDeps & { readonly store: ResourceStore };
  readonly #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(deps: RetentionDeps & { readonly store: ResourceStore }) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    if (this.#deps.keepMs > 0) this.#done = this.#run(this.#abort.signal);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, kinds, onError } = this.#deps;
    for (;;) {
      await pause(clock, everyMs, signal);
      if (signal.aborted) return;
      for (const kind of kinds)
        await this.#sweep(kind, signal).catch((error: unknown) =>
          onError({ doing: `removing ${kind.plural} that are over`, error, retryInMs: everyMs }),
        );
    }
  }

  async #sweep(kind: KindInfo, signal: AbortSignal): Promise<void> {
    if (kind.retention === undefined) return;
    const { clock, store, keepMs } = this.#deps;
    const fields = [{ key: kind.retention.field, operator: "in", values: kind.retention.values }] as const;
    let page: { continueToken?: string } | undefined = {};
    while (page !== undefined && !signal.aborted) {
      const list = await store.list(kind, { fields, limit: pageSize, ...page });
      // What is already on its way out goes once those who hold it let it go.
      const expired = list.items.filter(
        (object) => !object.metadata.deletionTimestamp && isExpired(object, kind, keepMs, clock),
      );
      for (let from = 0; from < expired.length && !signal.aborted; from += batch.size) {
        await Promise.all(expired.slice(from, from + batch.size).map((object) => this.#remove(kind, object)));
        await pause(clock, batch.pauseMs, signal);
      }
      page = list.continueToken === undefined ? undefined : { continueToken: list.continueToken };
    }
  }

  /** One that was changed since it was read is looked at again the next time. */
  async #remove(kind: KindInfo, object: Resource): Promise<void> {
    const { uid, resourceVersion, namespace } = object.metadata;
    const left = await this.#deps.store.delete(kind, object.metadata, { uid, resourceVersion }).catch(ignoreLate);
    if (left === undefined) return;
    const holders = left.metadata.finalizers ?? [];
    const what = holders.length === 0 ? "was removed" : `is to go once its finalizers are gone (${holders.join(", ")})`;
    const hardware = valueAt(object, "spec.hardwareRef");
    const key = formatKey(object.metadata);
    this.#deps.record({
      source: "retention",
      type: "ObjectExpired",
      message: `${kind.singular} ${key} ${what}: it has been over for ${counted(Math.round(this.#deps.keepMs / 86_400_000), "day")}`,
      ...(typeof hardware === "string" && hardware !== ""
        ? { hardware: formatKey({ namespace, name: hardware }) }
        : {}),
    });
  }
}

/** Someone else was quicker. */
function ignoreLate(error: unknown): undefined {
  if (error instanceof StoreError && (error.code === "not-found" || error.code === "conflict")) return undefined;
  throw error;
}

/** By the clock as it is now: one that was set forward makes nothing older. */
function isExpired(object: Resource, { retention }: KindInfo, keepMs: number, clock: Clock): boolean {
  const since = valueAt(object, retention?.since ?? "");
  const sinceMs = typeof since === "string" ? Date.parse(since) : Number.NaN;
  return !Number.isNaN(sinceMs) && clock.nowMs() - clock.asOfNowMs(sinceMs) > keepMs;
}
