// Feeds the index of machines from one watch, so that packets and requests never read the store.
import {
  accepts,
  formatKey,
  type Hardware,
  kinds,
  type MachineEventInput,
  type ResourceKey,
  type Workflow,
} from "@neverland/api";
import { KeyMap } from "@neverland/platform/collections/key-map.ts";
import { ServerError } from "@neverland/platform/server-error.ts";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { wasLoaded } from "@neverland/store/stored-fault.ts";
import { ambiguousHardware, unusableHardware } from "./hardware-events.ts";
import type { DuplicateClaim, MachineIndex } from "./machine-index.ts";
import type { NetbootLoans } from "./netboot-loans.ts";

export type HardwareFeedDeps = {
  readonly store: Pick<ResourceStore, "list" | "watch">;
  readonly clock: Clock;
  readonly index: MachineIndex;
  /** What workflows lend their machines; nothing where it is absent. */
  readonly loans?: NetbootLoans | undefined;
  readonly record: (event: MachineEventInput) => void;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

/** A store that has not listed its Hardware within this time is not going to. */
const longestStartMs = 60_000;

export class HardwareFeed implements Service {
  readonly #deps: HardwareFeedDeps;
  readonly #abort = new AbortController();
  #following: Following | undefined;
  #workflows: Following | undefined;
  /** As they are stored, where the index has them otherwise. */
  readonly #stored = new KeyMap<Hardware>();
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
    const { store, clock, loans, onError } = this.#deps;
    const deps = { store, clock, signal: this.#abort.signal };
    const failed = (what: string) => (error: unknown, retryInMs: number) => {
      this.#lastError = error;
      onError({ doing: `watching ${what}`, error, retryInMs });
    };
    if (loans !== undefined) {
      this.#workflows = follow<Workflow>(deps, kinds.Workflow, {
        onChange: (type, workflow) =>
          this.#lent(type === "deleted" ? loans.remove(workflow.metadata) : loans.put(workflow)),
        onError: failed("workflows"),
      });
      // Before the Hardware, of which each is then known as it is to be answered.
      await this.#inTime(this.#workflows.ready, signal);
    }
    this.#following = follow<Hardware>(deps, kinds.Hardware, {
      onChange: (type, hardware) => (type === "deleted" ? this.#remove(hardware) : this.#take(hardware)),
      onError: failed("hardware"),
    });
    await this.#inTime(this.#following.ready, signal);
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#abort.abort();
    // A store that does not answer is not waited for any longer: nothing of ours is lost with it.
    await unlessAborted(Promise.all([this.#workflows?.done, this.#following?.done]), deadline).catch(() => undefined);
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
    const { record } = this.#deps;
    const spec = hardware.spec ?? {};
    const { error } =
      wasLoaded(hardware) || accepts(kinds.Hardware.spec, spec) ? {} : kinds.Hardware.spec.safeParse(spec);
    if (error === undefined) {
      for (const claim of this.#known(hardware)) for (const event of ambiguousHardware(claim)) record(event);
      return;
    }
    this.#remove(hardware);
    record(unusableHardware(formatKey(hardware.metadata), error.issues));
  }
  #known(hardware: Hardware): DuplicateClaim[] {
    const { index, loans } = this.#deps;
    const now = loans?.applied(hardware) ?? hardware;
    if (now === hardware) this.#stored.delete(hardware.metadata);
    else this.#stored.set(hardware.metadata, hardware);
    return index.upsert(now);
  }

  #remove(hardware: Hardware): void {
    this.#stored.delete(hardware.metadata);
    this.#deps.index.remove(hardware);
  }

  /** Of what is as it was the index, and whoever follows it, is told nothing. */
  #lent(machines: readonly ResourceKey[]): void {
    const { index, loans } = this.#deps;
    for (const key of machines) {
      const known = index.get(key) as Hardware | undefined; // what was put there
      const stored = this.#stored.get(key) ?? known;
      if (known === undefined || stored === undefined || loans === undefined) continue;
      if (mayNetboot(loans.applied(stored)) !== mayNetboot(known)) this.#known(stored);
    }
  }
}

function mayNetboot({ spec }: Hardware): string {
  return (spec?.interfaces ?? []).map(({ netboot }) => netboot?.allowPXE === true).join();
}
