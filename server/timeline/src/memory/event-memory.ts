// What is on the timelines: the index in memory and the log on disk, kept in step.
import type { MachineEvent, MachineEventSpec, ObjectMetaInput } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { attachJson, freezeJson } from "@neverland/store/resource-json.ts";
import { type CountLine, type EventLine, parseLine, toMachineEvent } from "../log/event-line.ts";
import { EventLog, type EventLogDeps } from "../log/event-log.ts";
import type { Segment } from "../log/segment.ts";
import type { TimelineLimits } from "../timeline-limits.ts";
import { type Entry, indexAfter } from "./entry-list.ts";
import { EventIndex, type LoadedEvent } from "./event-index.ts";

/** An event to keep. */
export type NewEvent = {
  readonly namespace: string;
  readonly name: string;
  readonly meta?: ObjectMetaInput;
  readonly spec: MachineEventSpec;
  /** When it was first written down; absent: now. */
  readonly atMs?: number;
};

/**
 * Versions jump so far at each start: those of events that a crash took with it are not given to others, or a watch that had
 * seen them would miss the new ones.
 */
const versionGap = 100_000;

/** Objects kept at hand for those who look at the same events: watches of one moment, `explain` after `describe`. */
const mostShared = 2048;

type Use = { readonly entries: Entry[]; live: number; newestMs: number };

export class EventMemory {
  readonly #clock: Clock;
  readonly #limits: TimelineLimits;
  readonly #log: EventLog;
  readonly #uses = new Map<Segment, Use>();
  /** Entries whose objects are at hand, the one made longest ago at `#nextShared`. */
  readonly #shared: Entry[] = [];
  #nextShared = 0;
  readonly #onAdded = new Set<() => void>();
  readonly index: EventIndex;
  /** Of the newest event. */
  version = 0;
  #isNewsTold = true;

  constructor(deps: EventLogDeps, limits: TimelineLimits) {
    this.#clock = deps.clock;
    this.#limits = limits;
    this.#log = new EventLog(deps, limits);
    this.index = new EventIndex(limits, (entry) => this.#forgotten(entry));
  }

  /** Reads back what is on the disk, in slices. `onEvent` is told of each event there is. */
  async load(onEvent: (line: EventLine) => void): Promise<void> {
    const late: LoadedEvent[] = [];
    const counts = new Map<number, CountLine>();
    await this.#log.open((text, segment) => {
      const line = parseLine(text);
      if (line === undefined) return;
      if ("of" in line) counts.set(line.of, line);
      else if (line.v <= this.version) late.push({ line, text, segment });
      else {
        this.version = line.v;
        this.#placed(this.index.add(line, text), segment);
        onEvent(line);
      }
    });
    // What was carried over from a dropped file stands behind what came after it.
    for (const { entry, segment, line } of this.index.addLate(late)) {
      this.#placed(entry, segment);
      onEvent(line);
    }
    await this.#applyCounts(counts);
    if (this.version > 0) this.version += versionGap;
    await this.tidy();
  }

  async #applyCounts(counts: ReadonlyMap<number, CountLine>): Promise<void> {
    const breather = new Breather();
    const { entries } = this.index;
    for (const { of, count, until } of counts.values()) {
      if (breather.isDue) await breather.breathe();
      const entry = entries[indexAfter(entries, of - 1)];
      if (entry?.version === of) Object.assign(entry, { count, untilMs: until });
    }
  }

  /** @param isDurable Otherwise it is kept in memory alone. Never throws and never waits. */
  append({ namespace, name, meta, spec, atMs }: NewEvent, isDurable: boolean): Entry {
    this.version += 1;
    const at = atMs ?? this.#clock.nowMs();
    const line = { v: this.version, at, ns: namespace, name, ...(meta === undefined ? {} : { meta }), spec };
    const text = JSON.stringify(line);
    const entry = this.index.add(line, text, !isDurable);
    if (isDurable) this.#placed(entry, this.#log.append(text));
    this.#tellNews();
    return entry;
  }

  /** Before each line of very many: half of the room for lines that wait is left to what happens. @returns False: the disk takes none. */
  async makeRoom(): Promise<boolean> {
    return await this.#log.makeRoom();
  }

  /** Writes down how often it was seen by now. */
  closeCount(entry: Entry): void {
    if (entry.isGone || entry.segment === undefined) return;
    this.#log.append(
      JSON.stringify({ of: entry.version, count: entry.count, until: entry.untilMs } satisfies CountLine),
    );
  }

  /** The resource, shared by all who look at it at the same time, and frozen. */
  resourceOf(entry: Entry): MachineEvent {
    const known = entry.object;
    if (known !== undefined && (known.spec?.count ?? 1) === entry.count) return known;
    // The text was made by `append`, or passed `parseLine`.
    const object = toMachineEvent(JSON.parse(entry.text) as EventLine, this.#log.id, entry);
    attachJson(object, JSON.stringify(object));
    entry.object = freezeJson(object);
    const oldest = this.#shared[this.#nextShared];
    if (oldest !== undefined && oldest !== entry) oldest.object = undefined;
    this.#shared[this.#nextShared] = entry;
    this.#nextShared = (this.#nextShared + 1) % mostShared;
    return object;
  }

  /** Calls back a moment after events were added, once for all of one turn. @returns What ends that. */
  onAdded(listener: () => void): () => void {
    this.#onAdded.add(listener);
    return () => this.#onAdded.delete(listener);
  }

  /** @returns Whether all that was appended, and is in a file, is on the disk. */
  async flush(): Promise<boolean> {
    return await this.#log.flush();
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  /**
   * One at a time. Drops files: those with nothing left in them, those too old, and the oldest while there are too many bytes.
   * A disk that takes nothing loses nothing by that: what is too much stays until what is in it can be carried over.
   */
  async tidy(): Promise<void> {
    const { maxAgeMs, mostBytes } = this.#limits;
    const oldestMs = this.#clock.nowMs() - maxAgeMs;
    let isTaking = true;
    // The last one is being written to.
    for (const segment of this.#log.segments.slice(0, -1)) {
      const { live, newestMs, entries } = this.#uses.get(segment) ?? { live: 0, newestMs: 0, entries: [] };
      const isTooMuch = this.#log.segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > mostBytes;
      const isOld = newestMs < oldestMs;
      if (live > 0 && !isOld && !(isTooMuch && isTaking)) continue;
      // A noisy machine fills files with what is long forgotten: what else is in them is carried over.
      if (live > 0 && !isOld && live * 2 <= entries.length) {
        isTaking = await this.#carryOver(segment, entries);
        if (!isTaking) continue;
      }
      for (const entry of entries) if (entry.segment === segment) this.index.drop(entry);
      this.#uses.delete(segment);
      await this.#log.drop(segment);
    }
  }

  /** @returns Whether the events are on the disk anew; otherwise they are still in the file they were in. */
  async #carryOver(segment: Segment, entries: readonly Entry[]): Promise<boolean> {
    // Lines that wait in vain would only take the place of new ones.
    if (!(await this.#log.flush())) return false;
    const carried: { readonly entry: Entry; readonly to: Segment | undefined }[] = [];
    const breather = new Breather();
    for (const entry of entries) {
      if (breather.isDue) await breather.breathe();
      if (entry.isGone || entry.segment !== segment) continue;
      if (!(await this.makeRoom())) return false;
      carried.push({ entry, to: this.#log.append(entry.text) });
      if (entry.count > 1) this.closeCount(entry);
    }
    const isDurable = (await this.#log.flush()) && carried.every(({ to }) => to !== undefined);
    if (isDurable) for (const { entry, to } of carried) this.#placed(entry, to);
    return isDurable;
  }

  #placed(entry: Entry, segment: Segment | undefined): void {
    if (segment === undefined) return;
    const use = this.#uses.getOrInsertComputed(segment, () => ({ entries: [], live: 0, newestMs: 0 }));
    use.entries.push(entry);
    if (!entry.isGone) use.live += 1;
    use.newestMs = Math.max(use.newestMs, entry.atMs);
    entry.segment = segment;
  }

  #forgotten({ segment }: Entry): void {
    const use = segment === undefined ? undefined : this.#uses.get(segment);
    if (use !== undefined) use.live -= 1;
  }

  #tellNews(): void {
    if (!this.#isNewsTold) return;
    this.#isNewsTold = false;
    setImmediate(() => {
      this.#isNewsTold = true;
      for (const listener of this.#onAdded) listener();
    });
  }
}
