// Feeds the index of machines from one watch, so that packets and requests never read the store.
import { accepts, formatKey, type Hardware, kinds, type MachineEventInput } from "@neverland/api";
import { ServerError } from "@neverland/platform/server-error.ts";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { wasLoaded } from "@neverland/store/stored-fault.ts";
import { ambiguousHardware, unusableHardware } from "./hardware-events.ts";
import type { MachineIndex } from "./machine-index.ts";

export type HardwareFeedDeps = {
  readonly store: Pick<ResourceStore, "list" | "watch">;
  readonly clock: Clock;
  readonly index: MachineIndex;
  readonly record: (event: MachineEventInput) => void;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

/** A store that has not listed its Hardware within this time is not going to. */
const longestStartMs = 60_000;

export class HardwareFeed implements Service {
  readonly #deps: HardwareFeedDeps;
  readonly #abort = new AbortController();
  #following: Following | undefined;
  #lastError: unknown;

  constructor(deps: HardwareFeedDeps) {
    this.#deps = deps;
  }

  /**
   * Ready when the index holds all there is: no machine is taken for unknown because we have just started.
   * @throws {ServerError} `not-ready` when the store does not answer in time.
   */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { store, clock, index, onError } = this.#deps;
    this.#following = follow<Hardware>({ store, clock, signal: this.#abort.signal }, kinds.Hardware, {
      onChange: (type, hardware) => (type === "deleted" ? index.remove(hardware) : this.#take(hardware)),
      onError: (error, retryInMs) => {
        this.#lastError = error;
        onError({ doing: "watching hardware", error, retryInMs });
      },
    });
    await this.#inTime(this.#following.ready, signal);
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#abort.abort();
    if (this.#following === undefined) return;
    // A store that does not answer is not waited for any longer: nothing of ours is lost with it.
    await unlessAborted(this.#following.done, deadline).catch(() => undefined);
  }

  async #inTime(ready: Promise<void>, signal: AbortSignal): Promise<void> {
    const late = new AbortController();
    const cancel = this.#deps.clock.after(longestStartMs, () => late.abort());
    try {
      await unlessAborted(ready, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (signal.aborted || !late.signal.aborted) throw error;
      const cause = this.#lastError;
      const why = cause === undefined ? "the store did not answer" : String(cause);
      const waited = `the Hardware could not be read from the store within ${longestStartMs / 1000} s`;
      throw new ServerError("not-ready", `${waited}: ${why}; look at the store's disk, then start again`, { cause });
    } finally {
      cancel();
    }
  }

  /**
   * A record that cannot be used is left out, so that it does not keep the others from being known. What the store read from its
   * disk it looks at by itself: a start with all there is need not.
   */
  #take(hardware: Hardware): void {
    const { index, record } = this.#deps;
    const spec = hardware.spec ?? {};
    const { error } =
      wasLoaded(hardware) || accepts(kinds.Hardware.spec, spec) ? {} : kinds.Hardware.spec.safeParse(spec);
    if (error === undefined) {
      for (const claim of index.upsert(hardware)) for (const event of ambiguousHardware(claim)) record(event);
      return;
    }
    index.remove(hardware);
    record(unusableHardware(formatKey(hardware.metadata), error.issues));
  }
}
