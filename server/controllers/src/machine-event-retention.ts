// Keeps timelines bounded: the oldest events of a machine go when it has too many, and every event in the end.
import { kinds, type MachineEvent } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import type { Service } from "@neverland/platform/service.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";

export type RetentionLimits = {
  /** Most events of one machine (or of one unknown MAC). */
  readonly perMachine: number;
  readonly maxAgeMs: number;
  /** How often it is looked at. */
  readonly everyMs: number;
};

export const defaultRetention: RetentionLimits = { perMachine: 1000, maxAgeMs: 90 * 86_400_000, everyMs: 600_000 };

export type RetentionDeps = {
  readonly store: ResourceStore;
  readonly clock: Clock;
  readonly limits: RetentionLimits;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

/** Which of the events are to go. */
function surplusEvents(events: readonly MachineEvent[], limits: RetentionLimits, nowMs: number): MachineEvent[] {
  const machines = new Map<string, number>();
  const newestFirst = events.toSorted((a, b) => compare(b.spec?.time ?? "", a.spec?.time ?? ""));
  return newestFirst.filter(({ metadata, spec }) => {
    const machine = `${metadata.namespace} ${spec?.hardware ?? spec?.mac ?? ""}`;
    const count = (machines.get(machine) ?? 0) + 1;
    machines.set(machine, count);
    return count > limits.perMachine || nowMs - Date.parse(spec?.time ?? "") > limits.maxAgeMs;
  });
}

export class MachineEventRetention implements Service {
  readonly #deps: RetentionDeps;
  #cancel = () => {};
  #run: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#later();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#run;
  }

  /** Resolves when what is too much now is gone. */
  async prune(): Promise<void> {
    const { store, clock, limits } = this.#deps;
    const events = typedStore(store, kinds.MachineEvent);
    const { items } = await events.list();
    for (const { metadata } of surplusEvents(items, limits, clock.nowMs())) {
      if (this.#stopped) return;
      await events.delete(metadata).catch(ignoreGone);
    }
  }

  #later(): void {
    const { clock, limits, onError } = this.#deps;
    this.#cancel = clock.after(limits.everyMs, () => {
      this.#run = this.prune()
        .catch((error: unknown) => onError({ doing: "pruning machine events", error, retryInMs: limits.everyMs }))
        .then(() => (this.#stopped ? undefined : this.#later()));
    });
  }
}

function ignoreGone(error: unknown): undefined {
  if (error instanceof StoreError && error.code === "not-found") return undefined;
  throw error;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
