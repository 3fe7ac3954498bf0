// The machines' timelines as a service: takes the facts that components report, each once, within their budgets.
import type { MachineEvent, MachineEventInput, MachineEventSpec, RecordedEvent } from "@neverland/api";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { RegularWork } from "@neverland/platform/wait/regular-work.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { BootContacts } from "./boot-contacts.ts";
import { EventBudgets } from "./budgets/event-budgets.ts";
import { NewestBeyond } from "./budgets/newest-beyond.ts";
import { leftOutEvent, lostEvent } from "./budgets/own-events.ts";
import { factKey, RepeatedFacts } from "./budgets/repeated-facts.ts";
import type { EventLogDeps } from "./log/event-log.ts";
import type { Fact, MachineFactBook } from "./machine-facts.ts";
import { adoptEvents } from "./memory/adopt-events.ts";
import type { Entry } from "./memory/entry-list.ts";
import { EventMemory } from "./memory/event-memory.ts";
import { type MachineLookup, type Subject, strangerOf, subjectOf } from "./memory/event-subject.ts";
import { EventWriter, eventOf } from "./memory/event-writer.ts";
import { RepeatCounts } from "./memory/repeat-counts.ts";
import { defaultTimelineLimits, type TimelineLimits } from "./timeline-limits.ts";
import { EventView } from "./view/event-view.ts";

export type TimelineDeps = Pick<EventLogDeps, "dir" | "onError" | "open"> & {
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly lookup: MachineLookup;
  readonly contacts: BootContacts;
  /** Is told of every event there is, and at the start of those that are read back. */
  readonly facts?: Pick<MachineFactBook, "note">;
  /** Told of each event that is written down; not of repeats, nor of what its budget leaves out. For the log. */
  readonly onWritten?: (event: MachineEventInput) => void;
};

export class Timeline implements Service {
  readonly #deps: TimelineDeps;
  readonly #memory: EventMemory;
  readonly #writer: EventWriter;
  readonly #budgets: EventBudgets;
  readonly #beyond: NewestBeyond;
  readonly #facts: RepeatedFacts;
  readonly #counts: RepeatCounts;
  readonly #regularly: readonly RegularWork[];
  /** MachineEvents as a store's users read them. */
  readonly view: ResourceStore;

  constructor(deps: TimelineDeps, limits: Partial<TimelineLimits> = {}) {
    const { clock, lookup, randomBytes, onError } = deps;
    const all = { ...defaultTimelineLimits, ...limits };
    this.#deps = deps;
    this.#memory = new EventMemory({ ...deps, onRecovered: (...lost) => this.#lost(...lost) }, all);
    this.#writer = new EventWriter(this.#memory, randomBytes);
    this.#counts = new RepeatCounts(this.#memory);
    this.#budgets = new EventBudgets(all.budgets, clock);
    this.#beyond = new NewestBeyond((...said) => this.#writer.write(...said, false), this.#memory.index);
    this.#facts = new RepeatedFacts(all, clock);
    this.view = new EventView(this.#memory, { clock, lookup, noted: (...seen) => this.#note(...seen) });
    this.#regularly = [
      { everyMs: newestMs, doing: "showing the newest events", work: () => this.#beyond.show() },
      { everyMs: leftOutMs, doing: "saying what was left out", work: () => this.#sayLeftOut(false) },
      { everyMs: all.tidyMs, doing: "dropping old events", work: () => this.#tidy() },
    ].map((work) => new RegularWork({ ...work, clock, onError }));
  }

  /** Reads back what there is: also when each machine was last seen starting. */
  async start(): Promise<void> {
    await this.#memory.load(({ ns, spec }) => this.#readBack(ns, spec));
    for (const work of this.#regularly) work.start();
  }

  /** Writes down what is not yet. */
  async stop(): Promise<void> {
    await Promise.all(this.#regularly.map((work) => work.stop()));
    await this.#sayLeftOut(true);
    await this.#counts.write();
    await this.view.close();
    await this.#memory.close();
  }

  /** Never throws and never waits; the fact is durable a moment later. */
  readonly record = (event: MachineEventInput): RecordedEvent => {
    const { clock, lookup } = this.#deps;
    const nowMs = clock.nowMs();
    const subject = subjectOf(event, lookup);
    this.#note(subject, event, nowMs);
    const { type, address, link } = event;
    return new Recorded(this.#repeated, { subject, type, address, link }, this.#take(event, subject, nowMs));
  };

  /** @returns What it is counted with; undefined for what is beyond a budget. */
  #take(event: MachineEventInput, subject: Subject, nowMs: number): Entry | undefined {
    const stranger = strangerOf(subject, event.address);
    const fact = { event, subject, stranger };
    const key = factKey(fact);
    const repeated = this.#facts.find(fact, key);
    if (repeated !== undefined) {
      this.#counts.seenAgain(repeated, 1, nowMs);
      if (stranger !== undefined) this.#memory.index.heardAgain(stranger, event.link);
      return repeated;
    }
    const isWithin = this.#budgets.take(event, subject);
    if (!isWithin && stranger === undefined) {
      this.#beyond.keep(event, subject, nowMs);
      return undefined;
    }
    // A stranger is remembered all the same: it may be the machine that someone is looking for.
    const entry = this.#writer.write(event, subject, nowMs, isWithin);
    this.#facts.add(fact, key, entry);
    if (isWithin) this.#deps.onWritten?.(event);
    return entry;
  }

  /** What was counted elsewhere. An event that has been forgotten is put on the timeline anew. */
  readonly #repeated = ({ about, entry }: Recorded, count: number, lastMs: number): Entry | undefined => {
    const { subject, type, address, link } = about;
    this.#note(subject, { type, ...(address !== undefined && { address }) }, lastMs);
    if (entry === undefined) return undefined;
    if (entry.isGone) return this.#take(eventOf(entry), subject, this.#deps.clock.nowMs());
    this.#counts.seenAgain(entry, count, lastMs);
    const stranger = strangerOf(subject, address);
    if (stranger !== undefined) this.#memory.index.heardAgain(stranger, link);
    return entry;
  };

  /** Resolves when everything recorded so far is on the disk, or could not be brought there. */
  async flush(): Promise<void> {
    await this.#memory.flush();
  }

  /**
   * Takes events from where they were kept before, at the start. Those that are here are passed over.
   * @returns Whether all of them are on the disk, so that they may go where they were.
   */
  async adopt(events: readonly MachineEvent[]): Promise<boolean> {
    return await adoptEvents(events, this.#memory, this.#deps.clock, (ns, spec) => this.#readBack(ns, spec));
  }

  #note(subject: Subject, fact: Fact, atMs: number): void {
    this.#deps.contacts.note(subject, fact.type, atMs);
    this.#deps.facts?.note(subject, fact, atMs);
  }

  #readBack(namespace: string, spec: MachineEventSpec): void {
    const nowMs = this.#deps.clock.nowMs();
    this.#deps.contacts.readBack(namespace, spec, nowMs);
    const atMs = Date.parse(spec.time);
    if (atMs <= nowMs) this.#deps.facts?.note({ ...spec, namespace }, spec, atMs);
  }

  /** What the disk does not take yet is said the next time. */
  async #sayLeftOut(isStopping: boolean): Promise<void> {
    if (!(await this.#memory.makeRoom())) return;
    for await (const leftOut of this.#budgets.closed(isStopping)) {
      const { event, subject } = leftOutEvent(leftOut);
      this.#writer.write(event, subject, this.#deps.clock.nowMs(), true);
      this.#deps.onWritten?.(event);
      if (!(await this.#memory.makeRoom())) return;
    }
  }

  #lost(lostLines: number, hasFailed: boolean): void {
    if (lostLines === 0) return;
    const { event, subject } = lostEvent(lostLines, hasFailed);
    this.#writer.write(event, subject, this.#deps.clock.nowMs(), true);
  }

  async #tidy(): Promise<void> {
    await this.#counts.write();
    await this.#memory.tidy();
  }
}

type About = Pick<MachineEventInput, "type" | "address" | "link"> & { readonly subject: Subject };

type Repeated = (recorded: Recorded, count: number, lastMs: number) => Entry | undefined;

/** There is one for each event of late: no closure of its own. */
class Recorded implements RecordedEvent {
  readonly #repeated: Repeated;
  readonly about: About;
  entry: Entry | undefined;

  constructor(repeated: Repeated, about: About, entry: Entry | undefined) {
    this.#repeated = repeated;
    this.about = about;
    this.entry = entry;
  }

  repeated(count: number, lastMs: number): void {
    this.entry = this.#repeated(this, count, lastMs);
  }
}

/** How soon the newest of what is beyond a budget is seen. */
const newestMs = 1000;
/** How soon after a budget's window what it left out is said. */
const leftOutMs = 10_000;
