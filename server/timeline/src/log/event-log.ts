// The event log on disk: lines are appended to numbered files, and files are dropped. Nothing is ever changed in place.
//
// A line is handed over at once and is on the disk a moment later: written within 10 ms, flushed within a second. What a crash
// takes in between is a second of the timeline, and nothing that anyone decides on. A disk that takes nothing costs the newest
// lines, never the caller.
import { randomUUID } from "node:crypto";
import { type open, readdir, unlink } from "node:fs/promises";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { makePrivateDir } from "./private-dir.ts";
import { readSegment, type Segment, segmentAt, segmentNumber } from "./segment.ts";
import { SegmentWriter } from "./segment-writer.ts";

export type EventLogDeps = {
  readonly dir: string;
  readonly clock: Clock;
  /** Told once when the disk begins to fail, not at each try. */
  readonly onError: (failure: { doing: string; error: unknown; retryInMs?: number }) => void;
  /** The disk takes lines again, or has caught up; so many were given up meanwhile. `hasFailed`: it took none, and was not only slow. */
  readonly onRecovered: (lostLines: number, hasFailed: boolean) => void;
  /** For tests of disks that fail. */
  readonly open?: typeof open;
};

export type EventLogLimits = {
  /** Where a new file is begun. */
  readonly segmentBytes: number;
  /** Lines that wait while the disk fails; newer ones are given up. */
  readonly mostWaiting: number;
};

type WaitingLine = { readonly segment: Segment; readonly text: string };

const delayMs = { write: 10, flush: 1000, retry: 1000 } as const;

export class EventLog {
  readonly #deps: EventLogDeps;
  readonly #limits: EventLogLimits;
  /** Oldest first; the last is being written to. */
  readonly segments: Segment[] = [];
  /** This log's id: 36 characters, chosen when it was begun. */
  id: string = randomUUID();
  #waiting: WaitingLine[] = [];
  readonly #files: SegmentWriter;
  #isFailing = false;
  #lost = 0;
  #working: Promise<unknown> = Promise.resolve();
  #cancelWrite: (() => void) | undefined;
  #cancelFlush: (() => void) | undefined;

  constructor(deps: EventLogDeps, limits: EventLogLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#files = new SegmentWriter({ dir: deps.dir, logId: () => this.id, ...(deps.open && { open: deps.open }) });
  }

  /** Makes the folder, and hands over every line there is, oldest file first. */
  async open(onLine: (text: string, segment: Segment) => void): Promise<void> {
    const { dir, onError } = this.#deps;
    await makePrivateDir(dir);
    const numbers = (await readdir(dir)).map(segmentNumber).filter((number) => number !== undefined);
    for (const number of numbers.toSorted((a, b) => a - b)) {
      const segment = segmentAt(dir, number);
      try {
        const id = await readSegment(segment, (text) => onLine(text, segment));
        this.id = id ?? this.id;
        this.segments.push(segment);
      } catch (error) {
        // Left alone: its events are missing until someone mends it, and new ones are none the worse.
        onError({ doing: `reading the event log's ${segment.path}`, error });
      }
    }
    this.#nextNumber = Math.max(0, ...numbers) + 1;
    const last = this.segments.at(-1);
    // A file without a whole first line is not gone on with.
    if (last === undefined || last.sizeBytes === 0 || last.number !== this.#nextNumber - 1) this.#begin();
  }

  /**
   * Never waits and never throws. @param text Without a line's end.
   * @returns Where it is going to be; `undefined` when it is given up.
   */
  append(text: string): Segment | undefined {
    if (this.#waiting.length >= this.#limits.mostWaiting) {
      this.#lost += 1;
      return undefined;
    }
    const sizeBytes = Buffer.byteLength(text) + 1;
    const last = this.segments.at(-1);
    const segment = last === undefined || last.sizeBytes + sizeBytes > this.#limits.segmentBytes ? this.#begin() : last;
    segment.sizeBytes += sizeBytes;
    this.#waiting.push({ segment, text });
    this.#cancelWrite ??= this.#deps.clock.after(delayMs.write, () => void this.#soon(() => this.#write()));
    return segment;
  }

  /**
   * For who appends very much and can wait: resolves when no more than half of what may wait does, so that others' lines have room.
   * @returns False when the disk takes none for now.
   */
  async makeRoom(): Promise<boolean> {
    if (!this.#hasRoom) await this.#soon(() => this.#write());
    return this.#hasRoom;
  }

  get #hasRoom(): boolean {
    return this.#waiting.length * 2 <= this.#limits.mostWaiting;
  }

  /**
   * Resolves when all that was appended, and not given up, is on the disk, or could not be brought there.
   * @returns Whether it is on the disk: nothing may be deleted that only these lines still say before it is.
   */
  async flush(): Promise<boolean> {
    let isDurable = false;
    await this.#soon(async () => {
      const isWritten = await this.#write();
      await this.#flushFile();
      isDurable = isWritten && !this.#files.isFlushLost;
    });
    this.#files.isFlushLost = false;
    return isDurable;
  }

  /** Drops a file with all that is in it. Not the one that is being written to. */
  async drop(segment: Segment): Promise<void> {
    const at = this.segments.indexOf(segment);
    if (at !== -1) this.segments.splice(at, 1);
    await this.#soon(async () => {
      await this.#files.close(segment);
      // Or it would be made anew for lines of it that still wait.
      this.#waiting = this.#waiting.filter((line) => line.segment !== segment);
      await unlink(segment.path).catch(ignoreMissing);
    });
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#soon(() => this.#files.close());
    this.#cancelWrite?.();
    this.#cancelFlush?.();
  }

  #nextNumber = 1;

  #begin(): Segment {
    const segment = segmentAt(this.#deps.dir, this.#nextNumber);
    this.#nextNumber += 1;
    this.segments.push(segment);
    return segment;
  }

  /** One thing at a time, in order; what fails is told of, and the next goes on. */
  #soon(work: () => Promise<unknown>): Promise<unknown> {
    this.#working = this.#working.then(work).catch((error: unknown) => {
      this.#deps.onError({ doing: `tidying the event log in ${this.#deps.dir}`, error });
    });
    return this.#working;
  }

  /** @returns Whether nothing waits any more. */
  async #write(): Promise<boolean> {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    while (this.#waiting[0] !== undefined) {
      const { segment } = this.#waiting[0];
      const end = this.#waiting.findIndex((line) => line.segment !== segment);
      const lines = this.#waiting.slice(0, end === -1 ? this.#waiting.length : end);
      try {
        await this.#writeLines(segment, lines);
      } catch (error) {
        this.#failed(error);
        return false;
      }
      // What was appended meanwhile stands behind these.
      this.#waiting = this.#waiting.slice(lines.length);
    }
    if (this.#isFailing || this.#lost > 0) this.#recovered();
    return true;
  }

  async #writeLines(segment: Segment, lines: readonly WaitingLine[]): Promise<void> {
    await this.#files.write(
      segment,
      lines.map(({ text }) => text),
    );
    this.#cancelFlush ??= this.#deps.clock.after(delayMs.flush, () => void this.#soon(() => this.#flushFile()));
  }

  async #flushFile(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    await this.#files.flush();
  }

  #failed(error: unknown): void {
    const retryInMs = delayMs.retry;
    if (!this.#isFailing) this.#deps.onError({ doing: `writing the event log in ${this.#deps.dir}`, error, retryInMs });
    this.#isFailing = true;
    this.#cancelWrite ??= this.#deps.clock.after(retryInMs, () => void this.#soon(() => this.#write()));
  }

  #recovered(): void {
    const [lost, hasFailed] = [this.#lost, this.#isFailing];
    this.#isFailing = false;
    this.#lost = 0;
    this.#deps.onRecovered(lost, hasFailed);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}
