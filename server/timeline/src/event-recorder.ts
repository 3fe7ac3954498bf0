// Takes the facts that components report and writes them to the machines' timelines, in batches, each once.
import type { MachineEvent, MachineEventInput, MachineEventSpec } from "@neverland/api";
import { type Clock, formatTime } from "@neverland/platform/clock.ts";
import type { Service } from "@neverland/platform/service.ts";
import { makeUlid } from "@neverland/platform/ulid.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import type { TypedStore } from "@neverland/store/typed-resources.ts";
import type { BootContacts } from "./boot-contacts.ts";
import { type MachineLookup, type Subject, subjectOf } from "./event-subject.ts";
import { Repeats } from "./repeats.ts";

export type EventRecorderDeps = {
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly events: Pick<TypedStore<MachineEvent>, "create" | "update">;
  readonly lookup: MachineLookup;
  readonly contacts: BootContacts;
  readonly onError: (failure: { doing: string; error: unknown }) => void;
};

export type EventRecorderLimits = {
  /** The same fact of a known machine within this time is one event with a count. */
  readonly repeatMs: number;
  /** Facts remembered for that; of unknown machines, for as long as there is room. */
  readonly mostRemembered: number;
  /** Facts of unknown machines written down per hour: anyone can make up MACs. */
  readonly mostUnknownPerHour: number;
  /** Facts that wait to be written while the store does not answer; newer ones are dropped. */
  readonly mostWaiting: number;
};

const defaults: EventRecorderLimits = {
  repeatMs: 5000,
  mostRemembered: 4096,
  mostUnknownPerHour: 500,
  mostWaiting: 10_000,
};

/** `stored` once it was written. */
type Fact = {
  readonly namespace: string;
  readonly name: string;
  spec: MachineEventSpec;
  stored?: MachineEvent;
  count: number;
};

const writeAfterMs = { fact: 10, count: 2000, failure: 1000 } as const;
const hourMs = 3_600_000;

export class EventRecorder implements Service {
  readonly #deps: EventRecorderDeps;
  readonly #limits: EventRecorderLimits;
  readonly #repeats: Repeats<Fact>;
  #waiting: Fact[] = [];
  readonly #recounted = new Set<Fact>();
  #unknown = { sinceMs: Number.NEGATIVE_INFINITY, count: 0 };
  #lastNameMs = 0;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: EventRecorderDeps, limits: Partial<EventRecorderLimits> = {}) {
    this.#deps = deps;
    this.#limits = { ...defaults, ...limits };
    this.#repeats = new Repeats(this.#limits.mostRemembered);
  }

  async start(): Promise<void> {}

  /** Writes what waits. */
  async stop(): Promise<void> {
    await this.flush();
    this.#timer?.cancel();
  }

  /** Never throws and never waits; the fact is durable a moment later. */
  readonly record = (event: MachineEventInput): void => {
    const { clock, lookup, contacts } = this.#deps;
    const nowMs = clock.nowMs();
    const subject = subjectOf(event, lookup);
    contacts.note(subject, event.type, nowMs);
    const isKnown = subject.hardware !== undefined;
    const key = keyOf(event, subject);
    const windowMs = isKnown ? this.#limits.repeatMs : Number.POSITIVE_INFINITY;
    const repeated = this.#repeats.find(key, nowMs, windowMs);
    if (repeated !== undefined) {
      repeated.count += 1;
      this.#recounted.add(repeated);
      this.#writeAfter(writeAfterMs.count);
      return;
    }
    if (this.#waiting.length >= this.#limits.mostWaiting || (!isKnown && !this.#hasRoomForUnknown(nowMs))) return;
    const fact = this.#factOf(event, subject, nowMs);
    this.#repeats.add(key, fact, nowMs);
    this.#waiting.push(fact);
    this.#writeAfter(writeAfterMs.fact);
  };

  /** Resolves when everything recorded so far was written, or could not be. */
  async flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  #factOf({ mac: _mac, hardware: _hardware, ...event }: MachineEventInput, subject: Subject, nowMs: number): Fact {
    const { namespace, ...who } = subject;
    // Names sort as the facts came, also those of one millisecond.
    this.#lastNameMs = Math.max(nowMs, this.#lastNameMs + 1);
    const name = makeUlid({ nowMs: () => this.#lastNameMs, randomBytes: this.#deps.randomBytes }).toLowerCase();
    // Leaving a key out of a type with an index signature loses its named keys; these are all still there.
    const spec = { ...event, ...who, time: formatTime(nowMs) } as MachineEventSpec;
    return { namespace, name, spec, count: 1 };
  }

  #hasRoomForUnknown(nowMs: number): boolean {
    if (nowMs - this.#unknown.sinceMs >= hourMs) this.#unknown = { sinceMs: nowMs, count: 0 };
    this.#unknown.count += 1;
    return this.#unknown.count <= this.#limits.mostUnknownPerHour;
  }

  #writeAfter(delayMs: number): void {
    const { clock } = this.#deps;
    const atMs = clock.nowMs() + delayMs;
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#timer?.cancel();
    const cancel = clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#write());
    });
    this.#timer = { atMs, cancel };
  }

  async #write(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    const failed = (await Promise.all(batch.map((fact) => this.#create(fact)))).filter((fact) => fact !== undefined);
    this.#waiting = [...failed, ...this.#waiting];
    const recounted = [...this.#recounted].filter(({ stored }) => stored !== undefined);
    await Promise.all(recounted.map((fact) => this.#updateCount(fact)));
    if (failed.length > 0) this.#writeAfter(writeAfterMs.failure);
  }

  /** @returns The fact when it is to be tried again. */
  async #create(fact: Fact): Promise<Fact | undefined> {
    const { namespace, name, spec } = fact;
    try {
      fact.stored = await this.#deps.events.create({ metadata: { namespace, name }, spec });
      return undefined;
    } catch (error) {
      if (error instanceof StoreError && error.code === "already-exists") return undefined;
      this.#deps.onError({
        doing: `writing event ${spec.type} of ${spec.hardware ?? spec.mac ?? "an unknown machine"}`,
        error,
      });
      return fact;
    }
  }

  async #updateCount(fact: Fact): Promise<void> {
    this.#recounted.delete(fact);
    const { stored, count } = fact;
    if (stored?.spec === undefined) return;
    try {
      fact.stored = await this.#deps.events.update({ ...stored, spec: { ...stored.spec, count } });
    } catch (error) {
      // Pruned meanwhile: there is nothing left to count on.
      if (error instanceof StoreError && error.code === "not-found") return;
      this.#deps.onError({ doing: `counting event ${fact.name}`, error });
    }
  }
}

function keyOf(
  { source, type, reason, workflow, message }: MachineEventInput,
  { namespace, hardware = "", mac = "" }: Subject,
): string {
  const who = hardware === "" ? mac : hardware;
  // Of an unknown machine one event of a kind is enough; a known one's may differ in what they say.
  return [
    namespace,
    who,
    source,
    type,
    reason ?? "",
    workflow ?? "",
    hardware === "" && mac !== "" ? "" : message,
  ].join("\n");
}
