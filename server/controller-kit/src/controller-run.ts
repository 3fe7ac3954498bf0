// One controller from a start to a stop: follows what it declared, queues the keys that follow from changes, runs them.
import { formatKey, type KindInfo, parseKey, type Resource } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import { listInPages } from "@neverland/store/list-in-pages.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { faultOf, isStandIn } from "@neverland/store/stored-fault.ts";
import {
  type Controller,
  type ControllerLimits,
  defaultControllerLimits,
  type Outcome,
  type Work,
} from "./controller.ts";
import { DeclaredStore } from "./declared-store.ts";
import { runWithFinalizer } from "./finalizer.ts";
import { Lookups } from "./lookups.ts";
import { SettledKeys } from "./settled-keys.ts";
import { WorkQueue } from "./work-queue.ts";

/** One run of one key, for metrics. */
export type RunReport = {
  readonly controller: string;
  readonly key: string;
  readonly outcome: "done" | "conflict" | "failed";
  readonly tookMs: number;
};

export type ControllerDeps = {
  readonly store: ResourceStore;
  readonly clock: Clock;
  /** From 0 to below 1, to spread retries. */
  readonly random: () => number;
  /** A failure that is tried again, in `retryInMs` or at the next start. A conflict is none: the object changed, and is decided on anew. */
  readonly onError: (failure: { doing: string; error: unknown; retryInMs?: number }) => void;
  readonly onRun?: (run: RunReport) => void;
};

export class ControllerRun {
  readonly #controller: Controller;
  readonly #deps: ControllerDeps;
  readonly #limits: ControllerLimits;
  readonly #store: DeclaredStore;
  readonly #work: Work;
  readonly #queue: WorkQueue;
  readonly #lookups: Lookups<Resource>;
  readonly #abort = new AbortController();
  /** Every object there was has been heard of. Settled at the latest by a stop. */
  readonly #listed = Promise.withResolvers<void>();
  readonly #groups = new Map<string, string>();
  /** Objects that went without their finalizer having been asked, as they were last: by key. */
  readonly #lost = new Map<string, Resource>();
  /** Uids of those that were asked and are about to go. */
  readonly #finalized = new Set<string>();
  readonly #settled = new SettledKeys();
  readonly #followings: Following[] = [];
  readonly #ends: (() => void)[] = [];
  #cancelResync = () => {};

  constructor(controller: Controller, deps: ControllerDeps) {
    const { store, onError } = deps;
    this.#controller = controller;
    this.#deps = deps;
    this.#limits = { ...defaultControllerLimits, ...controller.limits };
    this.#store = new DeclaredStore(store, controller);
    this.#work = controller.begin(this.#store);
    const { kind, name } = controller;
    this.#queue = new WorkQueue(
      {
        ...deps,
        run: async (key, signal) => await this.#timed(key, signal),
        groupOf: (key) => this.#groups.get(key) ?? "",
        onError: ({ key, attempt: _, ...failure }) => {
          if (!isConflict(failure.error))
            onError({ doing: `${name}: bringing ${kind.singular} ${key} forward`, ...failure });
        },
      },
      this.#limits,
    );
    this.#lookups = new Lookups(
      {
        ...{ ...deps, kind },
        found: (key) => this.#addTold(key),
        onError: ({ key, attempt: _, ...failure }) =>
          onError({ doing: `${name}: looking up whom ${key} concerns`, ...failure }),
      },
      this.#limits,
    );
  }

  /** Keys that wait for their turn or run. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Resolves when every object there is was queued, so that all deadlines are armed again. */
  async start(signal: AbortSignal): Promise<void> {
    const { signals = [], watches = [], kind } = this.#controller;
    for (const { subscribe, pick } of signals) this.#ends.push(subscribe(this.#lookups.from(pick)));
    // The others first: what changes after they were listed is heard of, what changed before is seen by the run that follows.
    const others = new Set(watches.map((watch) => watch.kind).filter((each) => each !== kind));
    await this.#followAll([...others], signal);
    await this.#followAll([kind], signal);
    this.#listed.resolve();
    this.#resyncLater();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#cancelResync();
    for (const end of this.#ends) end();
    this.#abort.abort();
    this.#listed.resolve();
    await Promise.all([this.#queue.stop(deadline), this.#lookups.stop(deadline)]);
    this.#store.end();
    await Promise.all(this.#followings.map(({ done }) => done));
  }

  async #followAll(kinds: readonly KindInfo[], signal: AbortSignal): Promise<void> {
    const followings = kinds.map((kind) => this.#follow(kind));
    this.#followings.push(...followings);
    await unlessAborted(Promise.all(followings.map(({ ready }) => ready)), signal);
  }

  #follow(kind: KindInfo): Following {
    const { name, kind: ownKind, watches = [] } = this.#controller;
    const { store, clock, onError } = this.#deps;
    const tellers = watches
      .filter((watch) => watch.kind === kind)
      .map((watch) => ({ watch, tell: this.#lookups.from(watch.pick) }));
    let isListed = false;
    const following = follow({ store, clock, signal: this.#abort.signal }, kind, {
      onChange: (type, object) => {
        if (kind === ownKind) this.#ownChange(type === "deleted", object);
        // Whomever the first list concerns is run anyway.
        if (!isListed) return;
        for (const { watch, tell } of tellers)
          for (const affected of watch.affects(object, type === "deleted")) tell(affected);
      },
      onError: (error, retryInMs) => onError({ doing: `${name}: watching ${kind.plural}`, error, retryInMs }),
    });
    following.ready.then(
      () => {
        isListed = true;
      },
      () => undefined,
    );
    return following;
  }

  #ownChange(isDeleted: boolean, object: Resource): void {
    const { groupOf, finalizer } = this.#controller;
    const key = formatKey(object.metadata);
    this.#work.heard?.(object, isDeleted);
    if (!isDeleted) {
      if (groupOf !== undefined) this.#groups.set(key, groupOf(object));
      this.#queue.add(key);
      return;
    }
    if (finalizer !== undefined && !this.#finalized.delete(object.metadata.uid) && finalizer.isNeeded(object)) {
      this.#lost.set(key, object);
      this.#queue.add(key);
    }
    this.#groups.delete(key);
    this.#settled.forget(key);
  }

  /** Queues the key for something else than a change of its object. */
  #addTold(key: string): void {
    this.#settled.tell(key);
    this.#queue.add(key);
  }

  #resyncLater(): void {
    if (this.#abort.signal.aborted) return;
    this.#cancelResync = this.#deps.clock.after(this.#limits.resyncMs, () => {
      this.#resync();
      this.#resyncLater();
    });
  }

  #resync(): void {
    const { name, kind } = this.#controller;
    this.#queueAll().catch((error: unknown) => {
      const { resyncMs: retryInMs } = this.#limits;
      if (!this.#abort.signal.aborted)
        this.#deps.onError({ doing: `${name}: listing ${kind.plural}`, error, retryInMs });
    });
  }

  async #queueAll(): Promise<void> {
    const { kind } = this.#controller;
    for await (const items of listInPages(this.#deps.store, kind, {}, this.#abort.signal))
      for (const { metadata } of items) this.#addTold(formatKey(metadata));
  }

  async #timed(key: string, signal: AbortSignal): Promise<Outcome> {
    const { onRun } = this.#deps;
    if (onRun === undefined) return await this.#runKey(key, signal);
    const startMs = performance.now();
    const report = (outcome: RunReport["outcome"]) =>
      onRun({ controller: this.#controller.name, key, outcome, tookMs: performance.now() - startMs });
    try {
      const outcome = await this.#runKey(key, signal);
      report("done");
      return outcome;
    } catch (error) {
      report(isConflict(error) ? "conflict" : "failed");
      throw error;
    }
  }

  /** Takes a key, not an event: after a restart there are no events, and both cases must be one. */
  async #runKey(key: string, signal: AbortSignal): Promise<Outcome> {
    const { kind } = this.#controller;
    // Facts that are kept of all of them are whole only then.
    if (this.#work.heard !== undefined) {
      await this.#listed.promise;
      if (this.#abort.signal.aborted) return {};
    }
    const parsed = parseKey(key, kind.scope);
    const object = parsed === undefined ? undefined : await this.#deps.store.get(kind, parsed);
    const settled = this.#settled.begin(key, object, this.#deps.clock.nowMs());
    if (settled !== undefined) return settled;
    const outcome = await this.#runObject(key, object, signal).catch(async (error: unknown) => {
      if (object !== undefined && (await this.#hasGoneSince(object, error))) return {};
      throw error;
    });
    this.#settled.end(key, outcome);
    return outcome;
  }

  /** Deleted while it was run, it is not brought forward any more: that it was deleted is heard of, and brings what follows from it. */
  async #hasGoneSince({ metadata }: Resource, error: unknown): Promise<boolean> {
    if (!(error instanceof StoreError) || error.code !== "not-found") return false;
    const now = await this.#deps.store.get(this.#controller.kind, metadata);
    return now?.metadata.uid !== metadata.uid;
  }

  async #runObject(key: string, object: Resource | undefined, signal: AbortSignal): Promise<Outcome> {
    const { finalizer } = this.#controller;
    const lost = this.#lost.get(key);
    if (lost !== undefined && hasGone(lost, object)) {
      const outcome = (await this.#work.finalize?.(lost, signal)) ?? {};
      if (outcome.wakeAtMs !== undefined) return outcome;
    }
    this.#lost.delete(key);
    // What no schema accepts is nothing to decide on: it is run when it was mended.
    if (object === undefined || faultOf(object) !== undefined) return {};
    if (finalizer === undefined)
      return object.metadata.deletionTimestamp ? {} : await this.#work.reconcile(object, signal);
    const store = this.#store;
    const onFinalized = ({ metadata }: Resource) => void this.#finalized.add(metadata.uid);
    return await runWithFinalizer(
      object,
      { store, controller: this.#controller, finalizer, work: this.#work, onFinalized },
      signal,
    );
  }
}

/** Who follows is told `deleted` also of what no schema accepts any more: that can be mended, and keeps what was lent for it. */
function hasGone(lost: Resource, found: Resource | undefined): boolean {
  return found === undefined || (found.metadata.uid !== lost.metadata.uid && !isStandIn(found));
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.code === "conflict";
}
