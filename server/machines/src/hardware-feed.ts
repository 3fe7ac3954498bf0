// Feeds every in-memory index of Hardware from one watch, so that packets and requests never read the store.
import { type Hardware, kinds } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import type { Service } from "@neverland/platform/service.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";

/** An index. `apply` replaces everything. */
export type HardwareSink = {
  readonly apply: (all: readonly Hardware[]) => void;
  readonly upsert: (hardware: Hardware) => void;
  readonly remove: (hardware: Hardware) => void;
};

export type HardwareFeedDeps = {
  readonly store: ResourceStore;
  readonly clock: Clock;
  readonly sinks: readonly HardwareSink[];
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

export class HardwareFeed implements Service {
  readonly #deps: HardwareFeedDeps;
  readonly #abort = new AbortController();
  #following: Following | undefined;

  constructor(deps: HardwareFeedDeps) {
    this.#deps = deps;
  }

  /** Ready when the indexes hold all there is: no machine is taken for unknown because we have just started. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { store, clock, sinks, onError } = this.#deps;
    this.#following = follow<Hardware>({ store, clock, signal: this.#abort.signal }, kinds.Hardware, {
      onList: (items) => {
        for (const sink of sinks) sink.apply(items);
      },
      onChange: (type, hardware) => {
        for (const sink of sinks) type === "deleted" ? sink.remove(hardware) : sink.upsert(hardware);
      },
      onError: (error, retryInMs) => onError({ doing: "watching hardware", error, retryInMs }),
    });
    await this.#following.ready;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#following?.done;
  }
}
