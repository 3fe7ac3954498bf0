// The files that machines are given, over HTTP and TFTP alike: from memory as far as that is allowed, else from the disk in pieces. What
// changes on disk is noticed within a second; whoever has begun a file ends it with the version that it began.
import { stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../time/clock.ts";
import { DiskTurns } from "./disk-turns.ts";
import { KeptFile, KeptFiles } from "./kept-files.ts";
import { MemoryFile } from "./memory-file.ts";
import { type FileFault, fileFault, type OpenFile, openPlainFile } from "./open-plain-file.ts";
import { ServedFile, versionOf } from "./served-file.ts";
import { type Room, StreamedFile } from "./streamed-file.ts";

export type FileCacheOptions = {
  /** Of memory at most; three quarters of it hold files, the rest what is being read of larger ones. */
  readonly sizeBytes: number;
  readonly clock: Pick<Clock, "nowMs">;
  readonly disk?: DiskTurns;
};

const holdingShare = 0.75;
/** A kept file is some memory beside its bytes. */
const keepingBytes = 2048;
const checkEveryMs = 1000;
/** A disk that does not answer holds up nobody who wants what is in memory. */
const longestCheckMs = 250;
/** What changed just now may change again without its times telling: Linux counts them in steps of up to 10 ms. */
const unsettledMs = 50;
const unusedMs = 300_000;
const sweepEveryMs = 60_000;
const largestDefaultBytes = 2 ** 30;

/** A share of this machine's memory, or of the part that its control group gives us. */
export function defaultCacheBytes(): number {
  const limitBytes = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.min(largestDefaultBytes, Math.floor(Math.min(limitBytes, totalmem()) / 8));
}

export class FileCache {
  readonly #kept: KeptFiles;
  readonly #room: Room;
  readonly #clock: FileCacheOptions["clock"];
  readonly #disk: DiskTurns;
  readonly #opening = new Map<string, Promise<KeptFile | FileFault>>();
  #sweeps: NodeJS.Timeout | undefined;

  constructor({ sizeBytes, clock, disk = new DiskTurns() }: FileCacheOptions) {
    const mostHeldBytes = Math.floor(sizeBytes * holdingShare);
    this.#kept = new KeptFiles(mostHeldBytes);
    this.#room = roomOf(sizeBytes - mostHeldBytes);
    this.#clock = clock;
    this.#disk = disk;
  }

  /** In memory, for readers and for those to come. */
  get heldBytes(): number {
    return this.#kept.heldBytes;
  }

  async open(path: string): Promise<ServedFile | FileFault> {
    const atOnce = this.openKnown(path);
    if (atOnce !== undefined) return atOnce;
    const nowMs = this.#clock.nowMs();
    const known = this.#kept.get(path);
    if (known !== undefined) await this.#check(known);
    const kept = this.#kept.get(path) ?? (await this.#load(path));
    return "reason" in kept ? kept : this.#lend(kept, nowMs);
  }

  /** As `open`, where there is nothing to be waited for; else undefined. */
  openKnown(path: string): ServedFile | undefined {
    const nowMs = this.#clock.nowMs();
    const known = this.#kept.get(path);
    return known === undefined || nowMs - known.checkedMs >= checkEveryMs ? undefined : this.#lend(known, nowMs);
  }

  #lend(kept: KeptFile, nowMs: number): ServedFile {
    this.#kept.begin(kept, nowMs);
    return new ServedFile(kept.file.version, kept.file.open(), () => this.#kept.end(kept));
  }

  /** Forgets what nobody has used for long; it comes by itself. */
  giveBack(): void {
    this.#kept.dropUnusedSince(this.#clock.nowMs() - unusedMs);
    if (this.#kept.size === 0) this.#endSweeps();
  }

  /** Forgets everything; who reads has it to the end. */
  close(): void {
    this.#kept.dropAll();
    this.#endSweeps();
  }

  /** All who come meanwhile share one look. */
  #check(kept: KeptFile): Promise<void> {
    kept.checking ??= this.#look(kept).finally(() => {
      kept.checking = undefined;
    });
    return kept.checking;
  }

  async #look(kept: KeptFile): Promise<void> {
    const { path, etag } = kept.file.version;
    const looking = this.#disk
      .run(dirname(path), () => stat(path, { bigint: true }))
      .then((stats) => versionOf(path, stats).etag !== etag, isTakenAway)
      .then((isOver) => {
        if (isOver) this.#kept.drop(kept);
      });
    const enough = new AbortController();
    const waited = delay(longestCheckMs, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([looking, waited]);
    enough.abort();
    kept.checkedMs = this.#clock.nowMs();
  }

  /** All who come meanwhile share one opening. */
  #load(path: string): Promise<KeptFile | FileFault> {
    return this.#opening.getOrInsertComputed(path, () => this.#open(path).finally(() => this.#opening.delete(path)));
  }

  async #open(path: string): Promise<KeptFile | FileFault> {
    try {
      const opened = await this.#disk.run(dirname(path), () => openPlainFile(path));
      return "reason" in opened ? opened : this.#take(path, opened);
    } catch (error) {
      return fileFault(path, error);
    }
  }

  #take(path: string, { handle, stats }: OpenFile): KeptFile {
    const version = versionOf(path, stats);
    const bytes = version.sizeBytes + keepingBytes;
    const isHeld = this.#kept.makeRoom(bytes);
    const file = isHeld
      ? new MemoryFile(version)
      : new StreamedFile(version, handle, { disk: this.#disk, room: this.#room });
    const kept = new KeptFile(file, isHeld ? bytes : 0, this.#clock.nowMs());
    this.#kept.add(kept, Math.abs(Date.now() - Number(stats.ctimeMs)) > unsettledMs);
    this.#sweeps ??= setInterval(() => this.giveBack(), sweepEveryMs).unref();
    // Its first reader is the opening itself, until all who waited for it have theirs.
    setImmediate(() => this.#kept.end(kept));
    if (file instanceof MemoryFile)
      void file.fill(handle, this.#disk).then(() => {
        if (file.fault !== undefined) this.#kept.drop(kept);
      });
    return kept;
  }

  #endSweeps(): void {
    clearInterval(this.#sweeps);
    this.#sweeps = undefined;
  }
}

/** What the disk does not give any more is still here; what somebody took away is not. */
function isTakenAway(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["ENOENT", "ENOTDIR", "EACCES", "ELOOP"].includes(code);
}

function roomOf(mostBytes: number): Room {
  let takenBytes = 0;
  return {
    take(bytes) {
      if (takenBytes + bytes > mostBytes) return false;
      takenBytes += bytes;
      return true;
    },
    give(bytes) {
      takenBytes -= bytes;
    },
  };
}
