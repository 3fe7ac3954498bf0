// Deletes what has lost its owners, and lets owners go that wait for their dependents (ownerReferences of Kubernetes).
import type { KindInfo, Resource } from "@neverland/api";
import { defaultControllerLimits } from "@neverland/controller-kit/controller.ts";
import { WorkQueue } from "@neverland/controller-kit/work-queue.ts";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { judgeMember } from "./judge-member.ts";
import { Ownership } from "./ownership.ts";

export type GarbageCollectorDeps = {
  readonly store: ResourceStore;
  readonly clock: Clock;
  readonly random: () => number;
  /** Those that own others or are owned. */
  readonly kinds: readonly KindInfo[];
  /** Told of failures that are tried again. */
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

export class GarbageCollector implements Service {
  readonly #deps: GarbageCollectorDeps;
  #life: Life | undefined;

  constructor(deps: GarbageCollectorDeps) {
    this.#deps = deps;
  }

  /** Resolves when every object is known; nothing is judged before, for a dependent not yet heard of would be missed. */
  async start(signal: AbortSignal): Promise<void> {
    this.#life = new Life(this.#deps);
    await this.#life.start(signal);
  }

  /** Safe to call twice; then it can be started again. */
  async stop(deadline: AbortSignal): Promise<void> {
    await this.#life?.stop(deadline);
  }
}

/** From one start to its stop. */
class Life {
  readonly #deps: GarbageCollectorDeps;
  readonly #ownership = new Ownership();
  readonly #abort = new AbortController();
  readonly #queue: WorkQueue;
  #followings: Following[] = [];
  #knowsAll = false;

  constructor(deps: GarbageCollectorDeps) {
    this.#deps = deps;
    const { store, clock, random, onError } = deps;
    this.#queue = new WorkQueue(
      {
        ...{ clock, random },
        run: async (uid) => {
          await judgeMember(uid, { store, ownership: this.#ownership });
          return {};
        },
        onError: ({ key, error, retryInMs }) => {
          const isConflict = error instanceof StoreError && error.code === "conflict";
          if (!isConflict) onError({ doing: `collecting garbage: ${this.#nameOf(key)}`, error, retryInMs });
        },
      },
      defaultControllerLimits,
    );
  }

  async start(signal: AbortSignal): Promise<void> {
    const { store, clock, kinds, onError } = this.#deps;
    this.#followings = kinds.map((kind) =>
      follow({ store, clock, signal: this.#abort.signal }, kind, {
        onChange: (type, object) => this.#heard(kind, type === "deleted", object),
        onError: (error, retryInMs) =>
          onError({ doing: `collecting garbage: watching ${kind.plural}`, error, retryInMs }),
      }),
    );
    await unlessAborted(Promise.all(this.#followings.map(({ ready }) => ready)), signal);
    this.#knowsAll = true;
    const breather = new Breather();
    for (const uid of this.#ownership.uids()) {
      if (breather.isDue) await breather.breathe();
      this.#queue.add(uid);
    }
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#abort.abort();
    await this.#queue.stop(deadline);
    await Promise.all(this.#followings.map(({ done }) => done));
  }

  #heard(kind: KindInfo, isDeleted: boolean, object: Resource): void {
    const { uid } = object.metadata;
    const ownersBefore = isDeleted ? this.#ownership.delete(uid) : [];
    const isMember = !isDeleted && this.#ownership.put(kind, object);
    if (!this.#knowsAll) return;
    if (isMember) this.#queue.add(uid);
    // What the object owned may have lost its last owner; what owned it may have waited for it.
    if (isDeleted) for (const each of [...this.#ownership.dependentsOf(uid), ...ownersBefore]) this.#queue.add(each);
  }

  #nameOf(uid: string): string {
    const member = this.#ownership.get(uid);
    return member === undefined ? uid : `${member.kind.singular} ${member.key.namespace}/${member.key.name}`;
  }
}
