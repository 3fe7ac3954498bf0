// Writes, decided one after another and made durable together: all that wait share one transaction, so one flush of the disk.
import { counted, type KindInfo, type Resource, type ResourceKey } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Turns } from "@neverland/platform/wait/turns.ts";
import { resourceJson, toStored } from "../resource-json.ts";
import type { Stamp, WriteDecision } from "../resource-lifecycle.ts";
import { StoreError, writesAtOnce } from "../resource-store.ts";
import { faultOf, findFault, setVerdict } from "../stored-fault.ts";
import { LoggedChange } from "./change-log.ts";
import type { StoreBackend, StoredChange } from "./store-backend.ts";
import { kindIdOf, type StoreState } from "./store-state.ts";

export type Decide = (stored: Resource | undefined, stamp: Stamp) => WriteDecision;

export type WriteQueueDeps = {
  readonly state: StoreState;
  readonly backend: StoreBackend;
  readonly clock: Clock;
  /** A commit that takes longer is given up by those who wait for it, and nothing more is taken until it has ended. */
  readonly commitTimeoutMs: number;
  /** The changes are durable, and in `state`. */
  readonly published: (changes: readonly LoggedChange[]) => void;
};

type Job = {
  readonly kind: KindInfo;
  readonly key: ResourceKey;
  readonly decide: Decide;
  /** What it holds in memory until it is decided, about. */
  readonly heldBytes: number;
  readonly resolve: (object: Resource) => void;
  readonly reject: (error: unknown) => void;
};

/** What is decided and not yet durable. Nobody but the next decisions of the same transaction sees it. */
type Batch = {
  readonly jobs: Job[];
  readonly changes: LoggedChange[];
  readonly answers: (() => void)[];
  readonly objects: Map<string, Resource | undefined>;
};

/** Bounds of one transaction: what it takes to decide and to apply holds the event loop. */
const most = { jobs: writesAtOnce, bytes: 4 * 1024 * 1024, decideMs: 6 };
/** What so many writers do next is done in no time; more of them are told in turns. */
const fewAnswers = 64;
/** Most writes that wait, and most that they hold in memory. More are refused: the disk does not keep up. */
const mostWaiting = { jobs: 20_000, bytes: 64 * 1024 * 1024 };

export class WriteQueue {
  readonly #deps: WriteQueueDeps;
  #waiting: Job[] = [];
  #waitingBytes = 0;
  readonly #turns = new Turns();
  /** Of the last transaction, once all have been told how it went. */
  #told: Promise<void> = Promise.resolve();
  #working: Promise<void> | undefined;
  #stalledSinceMs: number | undefined;

  constructor(deps: WriteQueueDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when the write is durable.
   * @param brings What `decide` holds until it is called.
   */
  write(kind: KindInfo, { namespace, name }: ResourceKey, decide: Decide, brings?: object): Promise<Resource> {
    const heldBytes = bytesIn(brings);
    const refusal = this.#refusal(heldBytes);
    if (refusal) return Promise.reject(refusal);
    const { promise, resolve, reject } = Promise.withResolvers<Resource>();
    this.#waiting.push({ kind, key: { namespace, name }, decide, heldBytes, resolve, reject });
    this.#waitingBytes += heldBytes;
    this.#working ??= this.#work();
    return promise;
  }

  /** Resolves when nothing waits any more; at once when the disk does not answer. */
  async drained(): Promise<void> {
    while (this.#working && this.#stalledSinceMs === undefined)
      await Promise.race([this.#working, this.#stall.promise]);
  }

  #stall = Promise.withResolvers<void>();

  async #work(): Promise<void> {
    do {
      while (this.#waiting.length > 0) {
        // All that is asked for in one turn of the event loop goes together.
        await new Promise((resolve) => setImmediate(resolve));
        await this.#commit(this.#decideBatch());
      }
      await this.#told;
    } while (this.#waiting.length > 0);
    this.#working = undefined;
  }

  #decideBatch(): Batch {
    const batch: Batch = { jobs: [], changes: [], answers: [], objects: new Map() };
    const startedMs = performance.now();
    let bytes = 0;
    for (const job of this.#waiting) {
      if (batch.jobs.length >= most.jobs || bytes >= most.bytes) break;
      if (batch.jobs.length > 0 && performance.now() - startedMs > most.decideMs) break;
      batch.jobs.push(job);
      const change = this.#carryOut(job, batch);
      bytes += change?.sizeBytes ?? 0;
    }
    this.#takeOut(batch.jobs.length);
    return batch;
  }

  #takeOut(count: number): Job[] {
    const jobs = this.#waiting.splice(0, count);
    for (const { heldBytes } of jobs) this.#waitingBytes -= heldBytes;
    return jobs;
  }

  /** A refusal concerns its job alone. All answers are given after the commit: they may rest on what it writes. */
  #carryOut({ kind, key, decide, resolve, reject }: Job, batch: Batch): LoggedChange | undefined {
    const { state, clock } = this.#deps;
    const kindId = kindIdOf(kind);
    const id = `${kindId} ${key.namespace}/${key.name}`;
    const stored = batch.objects.has(id) ? batch.objects.get(id) : state.tableOf(kind).get(key);
    const stamp = { version: state.log.version + batch.changes.length + 1, nowMs: clock.nowMs() };
    try {
      const decision = decide(stored, stamp);
      const object = decision.type === "unchanged" ? decision.object : asStored(decision.object, stored, kind);
      batch.answers.push(() => resolve(object));
      if (decision.type === "unchanged") return undefined;
      const about = { ...stamp, timeMs: stamp.nowMs, kindId, key, type: decision.type };
      const change = new LoggedChange(about, { after: object, before: stored });
      batch.changes.push(change);
      batch.objects.set(id, decision.type === "deleted" ? undefined : object);
      return change;
    } catch (error) {
      batch.answers.push(() => reject(error));
      return undefined;
    }
  }

  async #commit({ jobs, changes, answers }: Batch): Promise<void> {
    const { state, backend, published } = this.#deps;
    if (changes.length > 0) {
      const cancel = this.#deps.clock.after(this.#deps.commitTimeoutMs, () => this.#giveUp(jobs));
      const { forgotten } = state.log;
      try {
        await backend.commit(changes.map(toStoredChange), forgotten);
      } catch (error) {
        // Nothing of the batch was written, so nothing of it is in `state`, and its versions are free.
        for (const job of jobs) job.reject(error);
        return;
      } finally {
        cancel();
        this.#answered();
      }
      state.log.dropped(forgotten);
      for (const change of changes) state.apply(change);
    }
    // Who wrote knows first: what a writer does next comes before what others make of it.
    const tell = changes.length > 0 ? [...answers, () => published(changes)] : answers;
    if (tell.length <= fewAnswers) for (const each of tell) each();
    else {
      for (const each of tell) this.#turns.run(each);
      this.#told = this.#turns.next();
    }
  }

  /** Who waits for a stall goes on waiting for the same promise, unless this one told them. */
  #answered(): void {
    if (this.#stalledSinceMs === undefined) return;
    this.#stalledSinceMs = undefined;
    this.#stall = Promise.withResolvers();
  }

  /** The disk does not answer. What was handed to it may yet be written; what waits behind it is not. */
  #giveUp(jobs: readonly Job[]): void {
    this.#stalledSinceMs = this.#deps.clock.nowMs() - this.#deps.commitTimeoutMs;
    this.#stall.resolve();
    const text = `${this.#stallText()} Whether this write will have been done is not known yet: read again once the disk answers.`;
    for (const job of jobs) job.reject(new StoreError("unavailable", text));
    for (const job of this.#takeOut(this.#waiting.length)) job.reject(this.#refusal(0));
  }

  #refusal(heldBytes: number): StoreError | undefined {
    if (this.#stalledSinceMs !== undefined)
      return new StoreError("unavailable", `${this.#stallText()} Nothing of this was written.`);
    const bytes = this.#waitingBytes + heldBytes;
    // One that is larger than that by itself waits for nobody.
    const isRoom = bytes <= mostWaiting.bytes || this.#waiting.length === 0;
    if (this.#waiting.length < mostWaiting.jobs && isRoom) return undefined;
    const waiting = `${counted(this.#waiting.length, "write")} of ${Math.round(this.#waitingBytes / 2 ** 20)} MiB in all`;
    const text = `${waiting} ${this.#waiting.length === 1 ? "waits" : "wait"} for the disk, which does not keep up: nothing was written; try again later.`;
    return new StoreError("unavailable", text, { isPassing: true });
  }

  #stallText(): string {
    const seconds = Math.round((this.#deps.clock.nowMs() - (this.#stalledSinceMs ?? 0)) / 1000);
    return `The disk of the database has not answered for ${seconds} s: look at the kernel's log.`;
  }
}

/** What the write left as it was is no better for that. */
function asStored(decided: Resource, before: Resource | undefined, kind: KindInfo): Resource {
  if (before === undefined || faultOf(before) === undefined) return toStored(decided);
  return toStored(decided, (copy) => setVerdict(copy, findFault(copy, kind) ?? "sound"));
}

function toStoredChange({ version, timeMs, kindId, key, type, after }: LoggedChange): StoredChange {
  return { version, timeMs, kindId, key, type, json: resourceJson(after) };
}

/** Of each value, and of each that has parts besides, about: what they hold beside their text. */
const bytesOf = { value: 8, parts: 48 };

/** What a value holds by itself, about: its texts and the names of its members. What is frozen is the store's, and held anyway. */
function bytesIn(value: unknown): number {
  if (typeof value === "string") return bytesOf.value + value.length;
  if (typeof value !== "object" || value === null) return bytesOf.value;
  if (Object.isFrozen(value)) return 0;
  let bytes = bytesOf.value + bytesOf.parts;
  // Values of JSON inherit nothing that is enumerable.
  for (const key in value) bytes += key.length + bytesIn(Reflect.get(value, key));
  return bytes;
}
