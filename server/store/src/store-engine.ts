// A ResourceStore over any StoreBackend: groups writes into transactions and feeds lists and watches from the log.
import { apiVersionOf, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import { listResources } from "./list-page.ts";
import {
  decideCreate,
  decideDelete,
  decideUpdate,
  decideUpdateStatus,
  type Stamp,
  type WriteDecision,
} from "./resource-lifecycle.ts";
import {
  type ListOptions,
  type NewResource,
  type Preconditions,
  type ResourceList,
  type ResourceStore,
  StoreError,
  type WatchEvent,
  type WatchOptions,
} from "./resource-store.ts";
import type { StoreBackend, StoredChange } from "./store-backend.ts";
import { WatchHub } from "./watch-hub.ts";

export type StoreLimits = {
  /** Most changes kept for watches to resume from and for lists to page through. Default 10000. */
  readonly historyCount: number;
  /** Most bytes of those changes, each with its object as it was before and after. Default 64 MiB. */
  readonly historyBytes: number;
  /** Longest time a change is kept. Default one hour. */
  readonly historyAgeMs: number;
  /** A watch that has had nothing to say for so long gets a bookmark. Default 10 s. */
  readonly bookmarkMs: number;
};

export const defaultStoreLimits: StoreLimits = {
  historyCount: 10_000,
  historyBytes: 64 * 1024 * 1024,
  historyAgeMs: 3_600_000,
  bookmarkMs: 10_000,
};

export type StoreDeps = { readonly clock: Clock; readonly newUid: () => string };

type Job = {
  readonly kind: KindInfo;
  readonly key: ResourceKey;
  readonly decide: (stored: Resource | undefined, stamp: Stamp) => WriteDecision;
  readonly resolve: (object: Resource) => void;
  readonly reject: (error: unknown) => void;
};

/** Compaction is done once this many changes are too many, so that its cost is shared by many writes. */
const compactionSlack = 256;
/** Most writes of one transaction: bounds the time for which the event loop stands still. */
const maxBatch = 512;

export class StoreEngine implements ResourceStore {
  readonly #backend: StoreBackend;
  readonly #deps: StoreDeps;
  readonly #limits: StoreLimits;
  readonly #hub: WatchHub;
  #queue: Job[] = [];
  #closed = false;
  #lastCompactionVersion = 0;
  #lastCompactionMs: number;

  constructor(backend: StoreBackend, deps: StoreDeps, limits: StoreLimits) {
    this.#backend = backend;
    this.#deps = deps;
    this.#limits = limits;
    this.#hub = new WatchHub(backend, deps.clock, limits.bookmarkMs);
    this.#lastCompactionMs = deps.clock.nowMs();
  }

  async get(kind: KindInfo, key: ResourceKey): Promise<Resource | undefined> {
    this.#mustBeOpen();
    return this.#read(kind, key);
  }

  async list(kind: KindInfo, options: ListOptions = {}): Promise<ResourceList> {
    this.#mustBeOpen();
    return listResources(this.#backend, kindId(kind), options);
  }

  create(kind: KindInfo, resource: NewResource): Promise<Resource> {
    const uid = this.#deps.newUid();
    return this.#write(kind, resource.metadata, (stored, stamp) =>
      decideCreate(kind, stored, resource, { ...stamp, uid }),
    );
  }

  update(kind: KindInfo, resource: Resource): Promise<Resource> {
    return this.#write(kind, resource.metadata, (stored, stamp) => decideUpdate(kind, stored, resource, stamp));
  }

  updateStatus(kind: KindInfo, resource: Resource): Promise<Resource> {
    return this.#write(kind, resource.metadata, (stored, stamp) => decideUpdateStatus(kind, stored, resource, stamp));
  }

  delete(kind: KindInfo, key: ResourceKey, preconditions: Preconditions = {}): Promise<Resource> {
    return this.#write(kind, key, (stored, stamp) => decideDelete(kind, stored, key, preconditions, stamp));
  }

  watch(kind: KindInfo, options: WatchOptions): AsyncIterable<WatchEvent> {
    this.#mustBeOpen();
    return this.#hub.follow(kindId(kind), options);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    while (this.#queue.length > 0) this.#flush();
    this.#closed = true;
    this.#hub.close();
    this.#backend.close();
  }

  #read(kind: KindInfo, key: ResourceKey): Resource | undefined {
    const row = this.#backend.read(kindId(kind), key);
    return row && parseResource(row.json);
  }

  async #write(kind: KindInfo, { namespace, name }: ResourceKey, decide: Job["decide"]): Promise<Resource> {
    this.#mustBeOpen();
    const { promise, resolve, reject } = Promise.withResolvers<Resource>();
    this.#queue.push({ kind, key: { namespace, name }, decide, resolve, reject });
    // All that is asked for in one turn of the event loop shares one transaction, so one fsync.
    if (this.#queue.length === 1) setImmediate(() => this.#flush());
    return await promise;
  }

  #flush(): void {
    const batch = this.#queue.splice(0, maxBatch);
    if (batch.length === 0) return;
    if (this.#queue.length > 0) setImmediate(() => this.#flush());
    const answers: (() => void)[] = [];
    const changes: StoredChange[] = [];
    try {
      this.#backend.transaction(() => {
        for (const job of batch) answers.push(this.#carryOut(job, changes));
        this.#compactIfDue(changes.length);
      });
    } catch (error) {
      // Nothing of the batch was written.
      for (const job of batch) job.reject(error);
      return;
    }
    this.#hub.publish(changes);
    for (const answer of answers) answer();
  }

  /** A refusal concerns its job alone; what the backend throws ends the whole transaction. */
  #carryOut(job: Job, changes: StoredChange[]): () => void {
    const stored = this.#backend.read(kindId(job.kind), job.key);
    const nowMs = this.#deps.clock.nowMs();
    let decision: WriteDecision;
    try {
      const current = stored && parseResource(stored.json);
      decision = job.decide(current, { version: this.#backend.version + 1, nowMs });
    } catch (error) {
      return () => job.reject(error);
    }
    const json = JSON.stringify(decision.object);
    if (decision.type !== "unchanged") {
      const change: StoredChange = {
        version: this.#backend.version + 1,
        timeMs: nowMs,
        kindId: kindId(job.kind),
        key: job.key,
        type: decision.type,
        json,
        ...(stored && { previous: stored.json }),
      };
      this.#backend.write(change);
      changes.push(change);
    }
    return () => job.resolve(parseResource(json));
  }

  #compactIfDue(writes: number): void {
    const { version } = this.#backend;
    const nowMs = this.#deps.clock.nowMs();
    const age = nowMs - this.#lastCompactionMs;
    if (writes === 0) return;
    if (version - this.#lastCompactionVersion < compactionSlack && age < this.#limits.historyAgeMs / 8) return;
    const { historyCount: count, historyBytes: bytes, historyAgeMs } = this.#limits;
    this.#backend.compact({ count, bytes, sinceMs: nowMs - historyAgeMs });
    this.#lastCompactionVersion = version;
    this.#lastCompactionMs = nowMs;
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new StoreError("unavailable", "The store is closed: this process is shutting down.");
  }
}

/** How a backend names a kind. */
function kindId(kind: KindInfo): string {
  return `${kind.plural}.${apiVersionOf(kind)}`;
}

function parseResource(json: string): Resource {
  return JSON.parse(json);
}
