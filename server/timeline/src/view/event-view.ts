// MachineEvents as a ResourceStore: what kubectl, the CLI and controllers read, and how the lab adds its own.
import { formatKey, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import {
  type ListOptions,
  type NewResource,
  type ResourceList,
  type ResourceStore,
  StoreError,
  type WatchEvent,
  type WatchOptions,
} from "@neverland/store/resource-store.ts";
import type { Fact } from "../machine-facts.ts";
import { indexAfter } from "../memory/entry-list.ts";
import type { EventMemory } from "../memory/event-memory.ts";
import type { MachineLookup, Subject } from "../memory/event-subject.ts";
import { candidates, selected } from "./event-selection.ts";
import { watchEvents } from "./event-watch.ts";
import { postedEvent } from "./posted-event.ts";

export type EventViewDeps = {
  readonly clock: Clock;
  readonly lookup: MachineLookup;
  readonly noted: (subject: Subject, fact: Fact, atMs: number) => void;
};

/**
 * Versions are the log's own count, so they are no other kind's. Lists are in the order in which events were written down. An
 * event never changes but for its count; what is forgotten for its age, or since there are too many, no watch is told of. What
 * is in memory alone, beyond a budget, a watch sees if it is there when the watch comes by.
 */
export class EventView implements ResourceStore {
  readonly #memory: EventMemory;
  readonly #deps: EventViewDeps;
  #isClosed = false;

  constructor(memory: EventMemory, deps: EventViewDeps) {
    this.#memory = memory;
    this.#deps = deps;
  }

  async get(_kind: KindInfo, key: ResourceKey): Promise<Resource | undefined> {
    const entry = this.#memory.index.get(key);
    return entry && this.#memory.resourceOf(entry);
  }

  async list(_kind: KindInfo, options: ListOptions = {}): Promise<ResourceList> {
    const { upTo, after } = this.#startOf(options.continueToken);
    const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
    const entries = candidates(this.#memory.index, options);
    const items: Resource[] = [];
    const breather = new Breather();
    let last = after;
    for (let at = indexAfter(entries, after); at < entries.length; at += 1) {
      const entry = entries[at];
      if (entry === undefined || entry.version > upTo) break;
      if (breather.isDue) await breather.breathe();
      const object = selected(this.#memory, entry, options);
      if (object === undefined) continue;
      if (items.length === limit)
        return { items, resourceVersion: String(upTo), continueToken: `${upTo}.${last}`, pagesLast: true };
      items.push(object);
      last = entry.version;
    }
    return { items, resourceVersion: String(upTo) };
  }

  async namespaces(): Promise<readonly string[]> {
    return this.#memory.index.namespaces();
  }

  async create(_kind: KindInfo, resource: NewResource): Promise<Resource> {
    const { namespace, name } = resource.metadata;
    if (this.#memory.index.get({ namespace, name }) !== undefined)
      throw new StoreError("already-exists", `MachineEvent ${formatKey({ namespace, name })} already exists`);
    const { lookup, noted, clock } = this.#deps;
    const { event, subject } = postedEvent(resource, lookup, clock.nowMs());
    const entry = this.#memory.append(event, true);
    noted(subject, event.spec, Math.min(Date.parse(event.spec.time), clock.nowMs()));
    return this.#memory.resourceOf(entry);
  }

  async update(_kind: KindInfo, { metadata }: Resource): Promise<Resource> {
    throw writtenOnce(metadata);
  }

  async updateStatus(_kind: KindInfo, { metadata }: Resource): Promise<Resource> {
    throw writtenOnce(metadata);
  }

  async delete(_kind: KindInfo, key: ResourceKey): Promise<Resource> {
    if (this.#memory.index.get(key) === undefined)
      throw new StoreError("not-found", `MachineEvent ${formatKey(key)} not found`);
    throw writtenOnce(key);
  }

  watch(_kind: KindInfo, options: WatchOptions): AsyncIterable<WatchEvent> {
    const { resourceVersion } = options;
    const from = resourceVersion === undefined ? this.#memory.version : Number(resourceVersion);
    const deps = { memory: this.#memory, clock: this.#deps.clock, mustBeOpen: () => this.#mustBeOpen() };
    return watchEvents(deps, from, options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #mustBeOpen(): void {
    if (this.#isClosed)
      throw new StoreError("unavailable", "The timeline is closed: this process is shutting down.", {
        isPassing: true,
      });
  }

  /** A token is the version that the first page showed, and that of the last event handed over. */
  #startOf(token: string | undefined): { readonly upTo: number; readonly after: number } {
    if (token === undefined) return { upTo: this.#memory.version, after: 0 };
    const [upTo, after] = token.split(".").map(Number);
    if (Number.isSafeInteger(upTo) && Number.isSafeInteger(after) && Number(upTo) <= this.#memory.version)
      return { upTo: Number(upTo), after: Number(after) };
    throw new StoreError("gone", "The continue token was not made by this timeline: list again from the start.");
  }
}

function writtenOnce(key: ResourceKey): StoreError {
  const text = `MachineEvent ${formatKey(key)} is a record: it is written once, and goes with its time`;
  return new StoreError("conflict", text);
}
