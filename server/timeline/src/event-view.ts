// MachineEvents as a ResourceStore: what kubectl, the CLI and controllers read, and how the lab adds its own.
import {
  formatKey,
  isTime,
  type KindInfo,
  type MachineEvent,
  machineEventSpecSchema,
  type Resource,
  type ResourceKey,
} from "@neverland/api";
import { type Clock, formatTime } from "@neverland/platform/time/clock.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { News } from "@neverland/platform/wait/pause.ts";
import {
  type ListOptions,
  type NewResource,
  type ResourceList,
  type ResourceStore,
  StoreError,
  type WatchEvent,
  type WatchOptions,
} from "@neverland/store/resource-store.ts";
import { isSelected } from "@neverland/store/selector.ts";
import type { BootContacts } from "./boot-contacts.ts";
import { type Entry, indexAfter } from "./memory/entry-list.ts";
import type { IndexedField } from "./memory/event-index.ts";
import type { EventMemory } from "./memory/event-memory.ts";
import { type MachineLookup, subjectOf } from "./memory/event-subject.ts";

export type EventViewDeps = {
  readonly clock: Clock;
  readonly lookup: MachineLookup;
  readonly contacts: BootContacts;
};

/** A watch with nothing to say for so long gets a bookmark. */
const bookmarkMs = 10_000;
/** Events handed to a watch before it lets others go on. */
const readAhead = 128;

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
    const entries = this.#candidates(options);
    const items: Resource[] = [];
    const breather = new Breather();
    let last = after;
    for (let at = indexAfter(entries, after); at < entries.length; at += 1) {
      const entry = entries[at];
      if (entry === undefined || entry.version > upTo) break;
      if (breather.isDue) await breather.breathe();
      const object = this.#selected(entry, options);
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
    const { namespace, name, ...meta } = resource.metadata;
    if (this.#memory.index.get({ namespace, name }) !== undefined)
      throw new StoreError("already-exists", `MachineEvent ${formatKey({ namespace, name })} already exists`);
    const { lastTime, ...given } = machineEventSpecSchema.parse(resource.spec);
    const time = isTime(given.time) ? given.time : formatTime(this.#deps.clock.nowMs());
    const { hardware, mac, workflow } = given;
    // Types are free text here: the lab may be of another version.
    const who = subjectOf(
      { hardware, mac, workflow, source: "lab", type: "PoweredOn", message: "" },
      this.#deps.lookup,
    );
    const subject = {
      ...(who.hardware && who.namespace === namespace && { hardware: who.hardware }),
      ...(who.mac && { mac: who.mac }),
    };
    const spec = { ...given, ...subject, time, ...(lastTime !== undefined && isTime(lastTime) && { lastTime }) };
    const { uid: _, resourceVersion: __, generation: ___, creationTimestamp: ____, ...rest } = meta;
    const entry = this.#memory.append({ namespace, name, meta: rest, spec }, true);
    this.#deps.contacts.note(
      { namespace, ...subject },
      given.type,
      Math.min(Date.parse(time), this.#deps.clock.nowMs()),
    );
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
    return this.#events(resourceVersion === undefined ? this.#memory.version : Number(resourceVersion), options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async *#events(from: number, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { clock } = this.#deps;
    const news = new News();
    const forget = this.#memory.onAdded(() => news.tell());
    let version = from;
    let toldMs = clock.nowMs();
    try {
      while (!options.signal.aborted) {
        this.#refuseGap(version);
        const { entries } = this.#memory.index;
        const start = indexAfter(entries, version);
        const batch = entries.slice(start, start + readAhead);
        for (const entry of batch) {
          version = entry.version;
          const object = this.#selected(entry, options);
          if (object === undefined) continue;
          yield { type: "added", object };
          if (options.signal.aborted) return;
          toldMs = clock.nowMs();
        }
        if (batch.length === 0) {
          version = this.#memory.version;
          await news.wait(clock, toldMs + bookmarkMs - clock.nowMs(), options.signal);
        } else await new Breather().breathe();
        if (clock.nowMs() < toldMs + bookmarkMs || options.signal.aborted) continue;
        yield { type: "bookmark", resourceVersion: String(version) };
        toldMs = clock.nowMs();
      }
    } finally {
      forget();
    }
  }

  #refuseGap(version: number): void {
    if (this.#isClosed) throw new StoreError("unavailable", "The timeline is closed: this process is shutting down.");
    const { forgottenVersion } = this.#memory.index;
    if (version >= forgottenVersion && version <= this.#memory.version) return;
    const reason =
      version < forgottenVersion
        ? `events up to version ${forgottenVersion} are no longer all kept`
        : `the timeline is only at version ${this.#memory.version}, so the version is of another one`;
    throw new StoreError("gone", `Cannot watch from version ${version}: ${reason}. List again, and watch from there.`);
  }

  /** The shortest list that has all that are asked for. */
  #candidates({ namespace, fields = [] }: ListOptions): readonly Entry[] {
    const { index } = this.#memory;
    const lists = fields.flatMap((clause) => {
      if (clause.operator !== "in") return [];
      const [value, ...others] = clause.values;
      if (value === undefined || value === "" || others.length > 0) return [];
      if (clause.key === "metadata.name" && namespace !== undefined) {
        const entry = index.get({ namespace, name: value });
        return [entry === undefined ? [] : [entry]];
      }
      return isIndexed(clause.key) ? [index.withField(clause.key, value)] : [];
    });
    const all = namespace === undefined ? index.entries : index.inNamespace(namespace);
    return lists.reduce((shortest, list) => (list.length < shortest.length ? list : shortest), all);
  }

  #selected(entry: Entry, options: ListOptions): MachineEvent | undefined {
    const { namespace, labels = [], fields = [] } = options;
    if (entry.isGone || (namespace !== undefined && entry.namespace !== namespace)) return undefined;
    const object = this.#memory.resourceOf(entry);
    return labels.length + fields.length === 0 || isSelected(object, options) ? object : undefined;
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

function isIndexed(key: string): key is IndexedField {
  return key === "spec.hardware" || key === "spec.mac" || key === "spec.workflow";
}

function writtenOnce(key: ResourceKey): StoreError {
  const text = `MachineEvent ${formatKey(key)} is a record: it is written once, and goes with its time`;
  return new StoreError("conflict", text);
}
