// Deletes what has lost its owners, and lets owners go that wait for their dependents (ownerReferences of Kubernetes).
import { formatKey, type KindInfo, parseKey, qualifiedName, type Resource, type ResourceKey } from "@neverland/api";
import { defaultControllerLimits, type FreeController } from "@neverland/controller-kit/controller.ts";
import { WorkQueue } from "@neverland/controller-kit/work-queue.ts";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { judgeMember } from "./judge-member.ts";
import { findDependents, findOwner } from "./owners.ts";

export type GarbageCollectorDeps = {
  readonly clock: Clock;
  readonly random: () => number;
  /** Those that own others or are owned. */
  readonly kinds: readonly KindInfo[];
  /** Told of failures that are tried again. */
  readonly onError: (failure: { doing: string; error: unknown; retryInMs?: number }) => void;
};

const own: readonly string[] = [foregroundFinalizer, orphanFinalizer];

/** It acts on objects of all kinds, by who owns whom; a controller of one kind would follow all of them once for each. */
export function garbageCollector(deps: GarbageCollectorDeps): FreeController {
  return {
    name: "garbage-collector",
    writes: deps.kinds.flatMap((kind) => [
      { kind, part: "whole", mode: "shared" },
      { kind, part: "metadata", mode: "shared" },
    ]),
    finalizers: own,
    begin: (store) => new GarbageCollection({ ...deps, store }),
  };
}

/** From a start to its stop. */
class GarbageCollection implements Service {
  readonly #deps: GarbageCollectorDeps & { readonly store: ResourceStore };
  readonly #kinds: ReadonlyMap<string, KindInfo>;
  readonly #abort = new AbortController();
  /** By `KINDS NAMESPACE/NAME` of what is to be judged, or `dependents-of UID` of what has gone. */
  readonly #queue: WorkQueue;
  #followings: Following[] = [];
  /** Uids of those that wait for what they own. */
  readonly #waiting = new Set<string>();
  /** What was heard of before everything was. */
  #heardFirst: Set<string> | undefined = new Set();

  constructor(deps: GarbageCollectorDeps & { readonly store: ResourceStore }) {
    this.#deps = deps;
    this.#kinds = new Map(deps.kinds.map((kind) => [nameOf(kind), kind]));
    const { clock, random, onError } = deps;
    this.#queue = new WorkQueue(
      {
        ...{ clock, random },
        run: async (id) => await this.#run(id),
        onError: ({ key, attempt: _, ...failure }) => {
          const isConflict = failure.error instanceof StoreError && failure.error.code === "conflict";
          if (!isConflict) onError({ doing: `collecting garbage: ${key}`, ...failure });
        },
      },
      defaultControllerLimits,
    );
  }

  /** Resolves when every object is known; a start has enough to do before that. */
  async start(signal: AbortSignal): Promise<void> {
    const { store, clock, kinds, onError } = this.#deps;
    this.#followings = kinds.map((kind) =>
      follow({ store, clock, signal: this.#abort.signal }, kind, {
        needs: "metadata",
        onChange: (type, object) => this.#heard(kind, type === "deleted", object),
        onError: (error, retryInMs) =>
          onError({ doing: `collecting garbage: watching ${kind.plural}`, error, retryInMs }),
      }),
    );
    await unlessAborted(Promise.all(this.#followings.map(({ ready }) => ready)), signal);
    const heardFirst = this.#heardFirst ?? [];
    this.#heardFirst = undefined;
    const breather = new Breather();
    for (const id of heardFirst) {
      if (breather.isDue) await breather.breathe();
      this.#queue.add(id);
    }
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#abort.abort();
    await this.#queue.stop(deadline);
    await Promise.all(this.#followings.map(({ done }) => done));
  }

  #heard(kind: KindInfo, isGone: boolean, object: Resource): void {
    const { uid, namespace, ownerReferences, deletionTimestamp, finalizers } = object.metadata;
    const isHeld = Boolean(deletionTimestamp) && finalizers?.some((name) => own.includes(name)) === true;
    if (isHeld && !isGone) this.#waiting.add(uid);
    else this.#waiting.delete(uid);
    if (!isGone) {
      if (ownerReferences?.length || isHeld) this.#judge(kind, object.metadata);
      return;
    }
    // What the object owned may have lost its last owner; what owned it may have waited for it. Records own nothing.
    if (!kind.record) this.#add(`dependents-of ${uid}`);
    for (const reference of ownerReferences ?? []) {
      if (!this.#waiting.has(reference.uid)) continue;
      const owner = findOwner(reference, namespace, this.#deps.kinds);
      if (owner !== undefined) this.#judge(owner.kind, owner.key);
    }
  }

  #judge(kind: KindInfo, key: ResourceKey): void {
    this.#add(`${nameOf(kind)} ${formatKey(key)}`);
  }

  #add(id: string): void {
    if (this.#heardFirst) this.#heardFirst.add(id);
    else this.#queue.add(id);
  }

  async #run(id: string) {
    const { store, kinds } = this.#deps;
    const [what = "", of = ""] = id.split(" ");
    const kind = this.#kinds.get(what);
    const key = kind && parseKey(of, kind.scope);
    if (kind !== undefined && key !== undefined) await judgeMember(kind, key, { store, kinds });
    else
      for (const dependent of await findDependents(of, { store, kinds }))
        this.#judge(dependent.kind, dependent.object.metadata);
    return {};
  }
}

function nameOf(kind: KindInfo): string {
  return qualifiedName(kind, kind.plural);
}
