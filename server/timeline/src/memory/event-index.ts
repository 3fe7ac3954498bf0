// The events in memory, by name and by what they are about: one machine's are found without looking at another's.
import { eventTypeInfo, type MachineEventSpec, type ResourceKey } from "@neverland/api";
import { KeyMap } from "@neverland/platform/collections/key-map.ts";
import { SplitMap } from "@neverland/platform/collections/split-map.ts";
import { LRUCache } from "lru-cache";
import type { EventLine } from "../log/event-line.ts";
import type { Segment } from "../log/segment.ts";
import { type Entry, EntryList } from "./entry-list.ts";
import { type Stranger, strangerOf } from "./event-subject.ts";

export type EventIndexLimits = {
  /** Newest events kept of one machine, or of what is about none but of one source. */
  readonly perMachine: number;
  /** Newest refusals kept of one machine: whoever makes it ask in vain pushes nothing else out. */
  readonly refusalsPerMachine: number;
  /** Newest events kept of one MAC, or one address, without Hardware. */
  readonly perStranger: number;
  /** Newest MACs without Hardware kept of one link, and newest addresses in all, whatever the flood. */
  readonly strangersPerLink: number;
  /** Events kept in all. */
  readonly mostEvents: number;
};

/** An event as it was read back. */
export type LoadedEvent = { readonly line: EventLine; readonly text: string; readonly segment: Segment };

/** Fields by which events are found at once. */
export type IndexedField = "spec.hardware" | "spec.mac" | "spec.workflow";

/** Links are ours and few; what else an event may call a link shares one reservoir. */
const mostLinks = 64;
/** No link is called so. */
const addresses = " addresses";

export class EventIndex {
  readonly #limits: EventIndexLimits;
  /** Told of each event that is forgotten. */
  readonly #onGone: (entry: Entry) => void;
  readonly #all = new EntryList();
  readonly #byKey = new KeyMap<Entry>();
  readonly #byNamespace = new Map<string, EntryList>();
  readonly #fields = {
    "spec.hardware": new SplitMap<EntryList>(),
    "spec.mac": new SplitMap<EntryList>(),
    "spec.workflow": new SplitMap<EntryList>(),
  } as const satisfies Record<IndexedField, SplitMap<EntryList>>;
  /** What counts together against `perMachine`. */
  readonly #shares = new SplitMap<EntryList>();
  /** By link those with a MAC, and apart from them those with an address. */
  readonly #strangers = new Map<string, LRUCache<string, EntryList>>();
  /** Of the newest event that was forgotten, and was no passing one: what came before it cannot be told without a gap. */
  forgottenVersion = 0;

  constructor(limits: EventIndexLimits, onGone: (entry: Entry) => void) {
    this.#limits = limits;
    this.#onGone = onGone;
  }

  get size(): number {
    return this.#all.size;
  }

  /** All, in order, gone ones among them. */
  get entries(): readonly Entry[] {
    return this.#all.entries;
  }

  get(key: ResourceKey): Entry | undefined {
    return this.#byKey.get(key);
  }

  /** Those that hold something. */
  namespaces(): string[] {
    return [...this.#byNamespace.keys()];
  }

  /** In order, gone ones among them; empty when there are none. */
  inNamespace(namespace: string): readonly Entry[] {
    return this.#byNamespace.get(namespace)?.entries ?? [];
  }

  /** In order, gone ones among them; empty when there are none. */
  withField(field: IndexedField, value: string): readonly Entry[] {
    return this.#fields[field].get(value)?.entries ?? [];
  }

  /** Events come in the order of their numbers; those that are too many then are forgotten. */
  add(line: EventLine, text: string, isPassing = false): Entry {
    const { entry, share } = this.#put(line, text, isPassing);
    this.#dropBeyond(share.list, share.most);
    this.#dropBeyond(this.#all, this.#limits.mostEvents);
    return entry;
  }

  /** Takes events that come out of their order, each once; they are in order afterwards. @returns Those that were not here. */
  addLate(events: readonly LoadedEvent[]): (LoadedEvent & { readonly entry: Entry })[] {
    const unsorted = new Set<EntryList>();
    const shares = new Map<EntryList, number>([[this.#all, this.#limits.mostEvents]]);
    const added = events.flatMap((event) => {
      const { ns: namespace, name } = event.line;
      if (this.get({ namespace, name }) !== undefined) return [];
      const { entry, share } = this.#put(event.line, event.text, false);
      shares.set(share.list, share.most);
      for (const list of entry.lists) unsorted.add(list);
      return [{ ...event, entry }];
    });
    for (const list of unsorted) list.sort();
    for (const [list, most] of shares) this.#dropBeyond(list, most);
    return added.filter(({ entry }) => !entry.isGone);
  }

  #put({ v, at, ns, name, spec }: EventLine, text: string, isPassing: boolean) {
    // One shape from the start: there are very many.
    const entry: Entry = {
      version: v,
      atMs: at,
      namespace: ns,
      name,
      text,
      isPassing,
      count: spec.count ?? 1,
      untilMs: at,
      isGone: false,
      lists: [],
      segment: undefined,
      object: undefined,
    };
    this.#byKey.set({ namespace: ns, name }, entry);
    const { hardware, mac, workflow } = spec;
    const share = this.#shareOf(ns, spec);
    const byField: EntryList[] = [];
    if (hardware) byField.push(listIn(this.#fields["spec.hardware"], hardware));
    if (mac) byField.push(listIn(this.#fields["spec.mac"], mac));
    if (workflow) byField.push(listIn(this.#fields["spec.workflow"], workflow));
    // Without the room for more that `push` sets aside.
    entry.lists = [this.#all, share.list, listIn(this.#byNamespace, ns)].concat(byField);
    for (const list of entry.lists) list.append(entry);
    return { entry, share };
  }

  /** Others make room before it. */
  heardAgain(stranger: Stranger, link: string | undefined): void {
    this.#strangersOf(stranger, link).get(stranger.id);
  }

  /** Forgets it. */
  drop(entry: Entry): void {
    if (entry.isGone) return;
    entry.isGone = true;
    this.#byKey.delete(entry);
    // Whoever floods us beyond a budget would make every watch list all again, each second.
    if (!entry.isPassing) this.forgottenVersion = Math.max(this.forgottenVersion, entry.version);
    for (const list of entry.lists) list.noteGone();
    this.#onGone(entry);
  }

  #shareOf(namespace: string, spec: MachineEventSpec): { readonly list: EntryList; readonly most: number } {
    const { hardware, source, type, link, address } = spec;
    const { perStranger, perMachine, refusalsPerMachine } = this.#limits;
    const stranger = strangerOf(spec, address);
    if (stranger !== undefined) {
      const strangers = this.#strangersOf(stranger, link);
      const list = strangers.get(stranger.id) ?? new EntryList();
      // Newest last: those that were silent for longest make room.
      strangers.set(stranger.id, list);
      return { list, most: perStranger };
    }
    const isRefusal = eventTypeInfo(type)?.sort === "refusal";
    const list = listIn(this.#shares, `${namespace}/${hardware ?? `?${source}`} ${isRefusal}`);
    return { list, most: isRefusal ? refusalsPerMachine : perMachine };
  }

  #dropBeyond(list: EntryList, most: number): void {
    for (let oldest = list.oldest(); oldest !== undefined && list.size > most; oldest = list.oldest())
      this.drop(oldest);
  }

  #strangersOf({ by }: Stranger, link = ""): LRUCache<string, EntryList> {
    const name = by === "address" ? addresses : link;
    return this.#strangers.getOrInsertComputed(
      this.#strangers.has(name) || this.#strangers.size < mostLinks ? name : "",
      () =>
        new LRUCache<string, EntryList>({
          max: this.#limits.strangersPerLink,
          dispose: (list, _id, why) => {
            if (why === "evict") for (const each of list.entries) this.drop(each);
          },
        }),
    );
  }
}

type Lists = Pick<Map<string, EntryList>, "get" | "delete"> & { set(key: string, list: EntryList): unknown };

function listIn(lists: Lists, key: string): EntryList {
  const found = lists.get(key);
  if (found !== undefined) return found;
  const list = new EntryList(lists, key);
  lists.set(key, list);
  return list;
}
