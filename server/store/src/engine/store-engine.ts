// A ResourceStore over any StoreBackend: reads from memory, writes through one queue, watches from the log.
import type { KindInfo, Resource, ResourceKey } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { decideCreate, decideDelete, decideUpdate, decideUpdateStatus } from "../resource-lifecycle.ts";
import {
  type ListOptions,
  type NewResource,
  type Preconditions,
  type ResourceList,
  type ResourceStore,
  StoreError,
  type WatchEvent,
  type WatchOptions,
} from "../resource-store.ts";
import type { StoredFault } from "../stored-fault.ts";
import { listPage, lookUp } from "./list-page.ts";
import type { LoadedState } from "./load-state.ts";
import { PastStates } from "./past-states.ts";
import type { StoreBackend } from "./store-backend.ts";
import { kindIdOf, type StoreState } from "./store-state.ts";
import { WatchHub } from "./watch-hub.ts";
import { type Decide, WriteQueue } from "./write-queue.ts";

export type StoreLimits = {
  /** Most bytes of the changes kept for watches to resume from, each with its object as it was before and after. Default 64 MiB. */
  readonly historyBytes: number;
  /** Longest time a change is kept. Default one hour. */
  readonly historyAgeMs: number;
  /** Most bytes of what was replaced or deleted, and is kept for lists in pages to go on from. Default 64 MiB. */
  readonly listBytes: number;
  /** Longest time between two pages of a list. Default five minutes. */
  readonly listAgeMs: number;
  /** A watch that has had nothing to say for so long gets a bookmark. Default 10 s. */
  readonly bookmarkMs: number;
  /** A disk that does not answer for so long is no longer waited for: writes fail with a sentence. Default 30 s. */
  readonly commitTimeoutMs: number;
};

export const defaultStoreLimits: StoreLimits = {
  historyBytes: 64 * 1024 * 1024,
  historyAgeMs: 3_600_000,
  listBytes: 64 * 1024 * 1024,
  listAgeMs: 300_000,
  bookmarkMs: 10_000,
  commitTimeoutMs: 30_000,
};

export type StoreDeps = {
  readonly clock: Clock;
  readonly newUid: () => string;
  /** Told once of each stored object that no schema accepts, or that is not even JSON. */
  readonly onFault?: (fault: StoredFault) => void;
};

export class StoreEngine implements ResourceStore {
  readonly #state: StoreState;
  readonly #backend: StoreBackend;
  readonly #deps: StoreDeps;
  readonly #queue: WriteQueue;
  readonly #pastStates: PastStates;
  readonly #hub: WatchHub;
  readonly #closed = new AbortController();
  readonly #settled: Promise<void>;
  #closing: Promise<void> | undefined;

  /**
   * @param state What the backend has, loaded.
   * @param settle What is left to do for what was loaded; it goes on beside the work until `signal` aborts.
   */
  constructor(
    state: StoreState,
    backend: StoreBackend,
    deps: StoreDeps,
    limits: StoreLimits,
    settle: LoadedState["settle"] = async () => undefined,
  ) {
    const { clock } = deps;
    const { historyBytes, historyAgeMs, listBytes, listAgeMs, commitTimeoutMs } = limits;
    this.#state = state;
    this.#backend = backend;
    this.#deps = deps;
    this.#hub = new WatchHub(state.log, clock, limits.bookmarkMs);
    this.#pastStates = new PastStates({ state, clock, bytes: listBytes, ageMs: listAgeMs });
    this.#queue = new WriteQueue({
      ...{ state, backend, clock, commitTimeoutMs },
      published: (changes) => {
        this.#hub.publish(changes);
        state.log.compact({ bytes: historyBytes, sinceMs: clock.nowMs() - historyAgeMs });
        this.#pastStates.forget();
      },
    });
    this.#settled = settle(clock, this.#closed.signal);
  }

  async get(kind: KindInfo, key: ResourceKey): Promise<Resource | undefined> {
    this.#hub.mustBeOpen();
    return this.#state.tableOf(kind).get(key);
  }

  async namespaces(kind: KindInfo): Promise<readonly string[]> {
    this.#hub.mustBeOpen();
    return [...this.#state.tableOf(kind).namespaces()];
  }

  async list(kind: KindInfo, options: ListOptions = {}): Promise<ResourceList> {
    this.#hub.mustBeOpen();
    return lookUp(this.#state, kind, options) ?? (await listPage(this.#state, this.#pastStates, kind, options));
  }

  create(kind: KindInfo, resource: NewResource): Promise<Resource> {
    const uid = this.#deps.newUid();
    const decide: Decide = (stored, stamp) => decideCreate(kind, stored, resource, { ...stamp, uid });
    return this.#write(kind, resource.metadata, decide, resource);
  }

  update(kind: KindInfo, resource: Resource): Promise<Resource> {
    const decide: Decide = (stored, stamp) => decideUpdate(kind, stored, resource, stamp);
    return this.#write(kind, resource.metadata, decide, resource);
  }

  updateStatus(kind: KindInfo, resource: Resource): Promise<Resource> {
    const decide: Decide = (stored, stamp) => decideUpdateStatus(kind, stored, resource, stamp);
    return this.#write(kind, resource.metadata, decide, resource);
  }

  delete(kind: KindInfo, key: ResourceKey, preconditions: Preconditions = {}): Promise<Resource> {
    return this.#write(kind, key, (stored, stamp) => decideDelete(kind, stored, key, preconditions, stamp));
  }

  watch(kind: KindInfo, options: WatchOptions): AsyncIterable<WatchEvent> {
    this.#hub.mustBeOpen();
    return this.#hub.follow(kindIdOf(kind), options);
  }

  /** Takes no more writes, makes those durable that wait, then ends the watches. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await this.#queue.drained();
    this.#closed.abort();
    await this.#settled;
    this.#hub.close();
    this.#pastStates.close();
    await this.#backend.close();
  }

  /** The queue's own promise, here and above: whoever waits for a write waits for one, and each more is kept until the disk has answered. */
  #write(kind: KindInfo, key: ResourceKey, decide: Decide, brings?: object): Promise<Resource> {
    const closed = "The store is closed: this process is shutting down.";
    if (this.#closing) return Promise.reject(new StoreError("unavailable", closed, { isPassing: true }));
    return this.#queue.write(kind, key, decide, brings);
  }
}
