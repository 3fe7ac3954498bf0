// One version of a file, as whoever sends it sees it: from memory or from the disk, and never two versions mixed.
import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { FileFault } from "./open-plain-file.ts";

export interface FileVersion {
  readonly path: string;
  readonly sizeBytes: number;
  /** To the second, and in HTTP's words. */
  readonly lastModified: { readonly ms: number; readonly text: string };
  /** With its quotes, as HTTP has it. */
  readonly etag: string;
  /** Of its modification, to the nanosecond. */
  readonly mtimeNs: bigint;
}

/** What one reader reads by. */
export interface FileReading {
  /**
   * Of the bytes from `offset` at least one and at most `most`, which stand until the next call. A fault when the file is no longer what it
   * was when it was opened, or cannot be read.
   */
  read(offset: number, most: number): Uint8Array | Promise<Uint8Array | FileFault>;
  /** So many bytes from `offset`; undefined when they are not all in memory. */
  inMemory(offset: number, length: number): Uint8Array | undefined;
  /** Called once. */
  close(): void;
}

/** Is to be closed by whoever was given it. */
export class ServedFile {
  readonly version: FileVersion;
  readonly #reading: FileReading;
  readonly #onClosed: () => void;
  #isClosed = false;

  constructor(version: FileVersion, reading: FileReading, onClosed: () => void) {
    this.version = version;
    this.#reading = reading;
    this.#onClosed = onClosed;
  }

  read(offset: number, most: number): ReturnType<FileReading["read"]> {
    return this.#reading.read(offset, most);
  }

  inMemory(offset: number, length: number): Uint8Array | undefined {
    return this.#reading.inMemory(offset, length);
  }

  /** Once more is harmless. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reading.close();
    this.#onClosed();
  }
}

/**
 * By what one version is told from the next. The time of change, not of modification: nobody can set it, and builds that come out the same
 * twice give all their files one time of modification.
 */
export function versionOf(path: string, stats: BigIntStats): FileVersion {
  const { size, ctimeNs, mtimeNs } = stats;
  const etag = `"${size.toString(16)}-${ctimeNs.toString(16)}"`;
  const ms = Number(mtimeNs / 1_000_000_000n) * 1000;
  return { path, sizeBytes: Number(size), lastModified: { ms, text: new Date(ms).toUTCString() }, etag, mtimeNs };
}

/**
 * After a read: that what was read is of this version. By the time of modification here: that of change moves, too, when another file
 * takes this one's name.
 * @throws {Error} Else.
 */
export async function checkVersion(
  { sizeBytes, mtimeNs }: FileVersion,
  handle: FileHandle,
  bytesRead: number,
): Promise<void> {
  const now = await handle.stat({ bigint: true });
  if (bytesRead === 0 || now.mtimeNs !== mtimeNs || now.size !== BigInt(sizeBytes))
    throw new Error("it was changed meanwhile");
}
