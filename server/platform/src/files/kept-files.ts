// Which files are kept for the next reader, and which of them go first when there is no room. Each change costs the same however many there are.
import type { MemoryFile } from "./memory-file.ts";
import type { StreamedFile } from "./streamed-file.ts";

export class KeptFile {
  readonly file: MemoryFile | StreamedFile;
  /** Of memory, its bytes included. */
  readonly heldBytes: number;
  readers = 0;
  /** When it was last begun to be read. */
  usedMs: number;
  checkedMs: number;
  checking: Promise<void> | undefined;
  isKept = false;

  constructor(file: MemoryFile | StreamedFile, heldBytes: number, nowMs: number) {
    this.file = file;
    this.heldBytes = heldBytes;
    this.usedMs = nowMs;
    this.checkedMs = nowMs;
  }

  get path(): string {
    return this.file.version.path;
  }
}

/** Files in memory are counted by their bytes, those that are only open by their number. */
const mostOpen = 64;

export class KeptFiles {
  readonly #mostBytes: number;
  readonly #byPath = new Map<string, KeptFile>();
  /** That nobody reads; the one used longest ago first. */
  readonly #idle = new Set<KeptFile>();
  readonly #idleOpen = new Set<KeptFile>();
  #heldBytes = 0;
  #idleBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Those of files that are not kept any more are counted as long as somebody reads them. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get size(): number {
    return this.#byPath.size;
  }

  get(path: string): KeptFile | undefined {
    return this.#byPath.get(path);
  }

  /** Whether there is room for so much more, for which files go that nobody reads. */
  makeRoom(bytes: number): boolean {
    if (this.#heldBytes - this.#idleBytes + bytes > this.#mostBytes) return false;
    for (const each of this.#idle) {
      if (this.#heldBytes + bytes <= this.#mostBytes) break;
      this.drop(each);
    }
    return true;
  }

  /** It has a reader. @param isToKeep For the next one. */
  add(kept: KeptFile, isToKeep: boolean): void {
    kept.readers = 1;
    this.#heldBytes += kept.heldBytes;
    if (!isToKeep) return;
    const before = this.#byPath.get(kept.path);
    if (before !== undefined) this.drop(before);
    this.#byPath.set(kept.path, kept);
    kept.isKept = true;
  }

  begin(kept: KeptFile, nowMs: number): void {
    kept.readers += 1;
    kept.usedMs = nowMs;
    this.#notIdle(kept);
  }

  end(kept: KeptFile): void {
    kept.readers -= 1;
    if (kept.readers > 0) return;
    if (!kept.isKept) {
      this.#release(kept, false);
      return;
    }
    this.#idleOf(kept).add(kept);
    this.#idleBytes += kept.heldBytes;
    const [oldest] = this.#idleOpen;
    if (oldest !== undefined && this.#idleOpen.size > mostOpen) this.drop(oldest);
  }

  /** @param isLongUnused Nobody has had it for so long that nothing of it can be under way. */
  drop(kept: KeptFile, isLongUnused = false): void {
    if (!kept.isKept) return;
    kept.isKept = false;
    this.#byPath.delete(kept.path);
    this.#notIdle(kept);
    if (kept.readers === 0) this.#release(kept, isLongUnused);
  }

  dropAll(): void {
    for (const each of this.#byPath.values()) this.drop(each);
  }

  dropUnusedSince(ms: number): void {
    for (const idle of [this.#idle, this.#idleOpen])
      for (const each of idle) {
        if (each.usedMs > ms) break;
        this.drop(each, true);
      }
  }

  #notIdle(kept: KeptFile): void {
    if (this.#idleOf(kept).delete(kept)) this.#idleBytes -= kept.heldBytes;
  }

  #idleOf({ heldBytes }: KeptFile): Set<KeptFile> {
    return heldBytes > 0 ? this.#idle : this.#idleOpen;
  }

  #release(kept: KeptFile, isLongUnused: boolean): void {
    this.#heldBytes -= kept.heldBytes;
    kept.file.release(isLongUnused);
  }
}
