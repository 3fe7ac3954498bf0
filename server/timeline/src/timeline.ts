// The machines' timelines as a service: takes the facts that components report, each once, within their budgets.
import { type MachineEvent, type MachineEventInput, type MachineEventSpec, oneLine } from "@neverland/api";
import type { Service } from "@neverland/platform/service.ts";
import { type Clock, formatTime } from "@neverland/platform/time/clock.ts";
import { makeUlid, ulidTime } from "@neverland/platform/ulid.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { BootContacts } from "./boot-contacts.ts";
import { EventBudgets, type LeftOut } from "./budgets/event-budgets.ts";
import { NewestBeyond } from "./budgets/newest-beyond.ts";
import { Repeats } from "./budgets/repeats.ts";
import { EventView } from "./event-view.ts";
import type { EventLogDeps } from "./log/event-log.ts";
import type { Entry } from "./memory/entry-list.ts";
import { EventMemory } from "./memory/event-memory.ts";
import { type MachineLookup, type Stranger, type Subject, strangerOf, subjectOf } from "./memory/event-subject.ts";
import { RepeatCounts } from "./memory/repeat-counts.ts";
import { RegularWork } from "./regular-work.ts";
import { defaultTimelineLimits, type TimelineLimits } from "./timeline-limits.ts";

export type TimelineDeps = Pick<EventLogDeps, "dir" | "onError" | "open"> & {
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly lookup: MachineLookup;
  readonly contacts: BootContacts;
  /** Told of each event that is written down; not of repeats, nor of what its budget leaves out. For the log. */
  readonly onWritten?: (event: MachineEventInput) => void;
};

export class Timeline implements Service {
  readonly #deps: TimelineDeps;
  readonly #limits: TimelineLimits;
  readonly #memory: EventMemory;
  readonly #budgets: EventBudgets;
  readonly #beyond: NewestBeyond;
  /** Facts told a moment ago. Strangers have their own, so that a flood of them hides nobody's repeats. */
  readonly #known: Repeats<Entry>;
  readonly #unknown: Repeats<Entry>;
  readonly #counts: RepeatCounts;
  readonly #regularly: readonly RegularWork[];
  readonly #nameEnd: string;
  #lastNameMs = 0;
  /** MachineEvents as a store's users read them. */
  readonly view: ResourceStore;

  constructor(deps: TimelineDeps, limits: Partial<TimelineLimits> = {}) {
    this.#deps = deps;
    this.#limits = { ...defaultTimelineLimits, ...limits };
    this.#memory = new EventMemory({ ...deps, onRecovered: this.#recovered }, this.#limits);
    this.#counts = new RepeatCounts(this.#memory);
    this.#budgets = new EventBudgets(this.#limits.budgets, deps.clock);
    this.#beyond = new NewestBeyond(
      (event, subject, atMs) => this.#append(event, subject, atMs, false),
      this.#memory.index,
    );
    this.#known = new Repeats(deps.clock, this.#limits.mostRemembered.known);
    this.#unknown = new Repeats(deps.clock, this.#limits.mostRemembered.unknown);
    const { clock, lookup, contacts, randomBytes } = deps;
    this.#nameEnd = makeUlid({ nowMs: () => 0, randomBytes })
      .slice(10)
      .toLowerCase();
    this.view = new EventView(this.#memory, { clock, lookup, contacts });
    const { onError } = deps;
    this.#regularly = [
      { everyMs: newestMs, doing: "showing the newest events", work: () => this.#beyond.show() },
      { everyMs: leftOutMs, doing: "saying what was left out", work: () => this.#sayLeftOut(false) },
      { everyMs: this.#limits.tidyMs, doing: "dropping old events", work: () => this.#tidy() },
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
  readonly record = (event: MachineEventInput): void => {
    const { clock, lookup, contacts, onWritten } = this.#deps;
    const nowMs = clock.nowMs();
    const subject = subjectOf(event, lookup);
    contacts.note(subject, event.type, nowMs);
    const stranger = strangerOf(subject, event.address);
    const repeats = stranger === undefined ? this.#known : this.#unknown;
    const isUnknownMac = stranger?.by === "mac";
    const key = keyOf(event, subject, stranger);
    const windowMs = isUnknownMac ? Number.POSITIVE_INFINITY : this.#limits.repeatMs;
    const repeated = repeats.find(key, windowMs);
    if (repeated !== undefined && !repeated.isGone) {
      this.#counts.seenAgain(repeated, nowMs);
      if (stranger !== undefined) this.#memory.index.heardAgain(stranger, event.link);
      return;
    }
    const isWithin = this.#budgets.take(event, subject);
    if (!isWithin && stranger === undefined) {
      this.#beyond.keep(event, subject, nowMs);
      return;
    }
    // A stranger is remembered all the same: it may be the machine that someone is looking for.
    repeats.add(key, this.#append(event, subject, nowMs, isWithin));
    if (isWithin) onWritten?.(event);
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
    let isTaken = true;
    const breather = new Breather();
    for (const { metadata, spec } of events) {
      if (breather.isDue) await breather.breathe();
      const { namespace, name } = metadata;
      if (spec === undefined || this.#memory.index.get({ namespace, name }) !== undefined) continue;
      if (!(await this.#memory.makeRoom())) return false;
      const timeMs = Date.parse(spec.time);
      const atMs = Number.isNaN(timeMs) ? this.#deps.clock.nowMs() : timeMs;
      const { segment } = this.#memory.append({ namespace, name, spec, atMs }, true);
      isTaken &&= segment !== undefined;
      this.#readBack(namespace, spec);
    }
    return (await this.#memory.flush()) && isTaken;
  }

  /**
   * What lies ahead was stamped by a clock that was wrong, before this process began: when it was nobody knows. A start that may
   * have been before an action must not pass for the reboot that the action was to do.
   */
  #readBack(namespace: string, { hardware, mac, type, time }: MachineEventSpec): void {
    const { contacts, clock } = this.#deps;
    const atMs = Date.parse(time);
    if (atMs <= clock.nowMs()) contacts.note({ namespace, hardware, mac }, type, atMs);
  }

  #append(event: MachineEventInput, subject: Subject, nowMs: number, isDurable: boolean): Entry {
    const { namespace } = subject;
    const time = formatTime(nowMs);
    return this.#memory.append(
      { namespace, name: this.#newName(nowMs), spec: specOf(event, subject, time) },
      isDurable,
    );
  }

  /** ULIDs of one random part: they sort as the facts came, also those of one millisecond. */
  #newName(nowMs: number): string {
    this.#lastNameMs = Math.max(nowMs, this.#lastNameMs + 1);
    return ulidTime(this.#lastNameMs).toLowerCase() + this.#nameEnd;
  }

  /** What the disk does not take yet is said the next time. */
  async #sayLeftOut(isStopping: boolean): Promise<void> {
    if (!(await this.#memory.makeRoom())) return;
    for await (const leftOut of this.#budgets.closed(isStopping)) {
      const event = leftOutEvent(leftOut);
      this.#append(
        event,
        leftOut.subject.hardware === undefined ? nobody : leftOut.subject,
        this.#deps.clock.nowMs(),
        true,
      );
      this.#deps.onWritten?.(event);
      if (!(await this.#memory.makeRoom())) return;
    }
  }

  async #tidy(): Promise<void> {
    await this.#counts.write();
    await this.#memory.tidy();
  }

  readonly #recovered = (lostLines: number, hasFailed: boolean): void => {
    if (lostLines === 0) return;
    const reason = hasFailed ? "DiskFailed" : "TooManyEvents";
    const why = hasFailed ? "while the disk took none" : "since more came at once than the disk takes";
    const message = `${lostLines} events were not written down ${why}`;
    this.#append(
      { source: "timeline", type: "EventsLeftOut", reason, message },
      nobody,
      this.#deps.clock.nowMs(),
      true,
    );
  };
}

/** How soon the newest of what is beyond a budget is seen. */
const newestMs = 1000;
/** How soon after a budget's window what it left out is said. */
const leftOutMs = 10_000;
const nobody: Subject = { namespace: "default" };

function leftOutEvent({ subject, link, address, source, type, count, sinceMs }: LeftOut): MachineEventInput {
  const { whose, kept } = strangersText(subject, link, address);
  const since = formatTime(sinceMs);
  const message = `and ${count} more events of ${source}${whose} since ${since}, the last a ${type}, were not written down${kept}`;
  return { source: "timeline", type: "EventsLeftOut", reason: "TooManyEvents", message, data: { count } };
}

function keyOf(
  { source, type, reason, workflow, message }: MachineEventInput,
  { namespace, hardware }: Subject,
  stranger: Stranger | undefined,
): string {
  // Of an unknown MAC one event of a kind is enough; others' may differ in what they say.
  const said = stranger?.by === "mac" ? "" : message;
  return [namespace, hardware ?? stranger?.id ?? "", source, type, reason ?? "", workflow ?? "", said].join("\n");
}

/** Of whom, and where what was left out can be seen nevertheless. */
function strangersText(subject: Subject, link: string | undefined, address: string | undefined) {
  switch (strangerOf(subject, address)?.by) {
    case "mac":
      return {
        whose: ` of MACs without Hardware${link === undefined ? "" : ` on ${link}`}`,
        kept: "; tink explain MAC knows the newest of them",
      };
    case "address":
      return { whose: " of addresses without Hardware", kept: "; tink get machineevents shows the newest of them" };
    case undefined:
      return { whose: "", kept: "" };
  }
}

/** Small as it is in each line: nothing that is undefined. */
function specOf(event: MachineEventInput, { hardware, mac }: Subject, time: string): MachineEventSpec {
  const { address, link, workflow, source, type, reason, message, data } = event;
  // Whatever a machine has put into it is for people to read, on terminals too.
  const spec: MachineEventSpec = { source, type, message: oneLine(message), time };
  if (hardware !== undefined) spec.hardware = hardware;
  if (mac !== undefined) spec.mac = mac;
  if (address !== undefined) spec.address = address;
  if (link !== undefined) spec.link = link;
  if (workflow !== undefined) spec.workflow = workflow;
  if (reason !== undefined) spec.reason = reason;
  if (data !== undefined) spec.data = dataLines(data);
  return spec;
}

function dataLines(data: NonNullable<MachineEventInput["data"]>): NonNullable<MachineEventSpec["data"]> {
  const lines = Object.entries(data).map(([name, value]) => [name, typeof value === "string" ? oneLine(value) : value]);
  return Object.fromEntries(lines);
}
