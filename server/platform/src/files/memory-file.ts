// One version of a file in memory. Readers are given what is there while the rest is still being read.
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { DiskTurns } from "./disk-turns.ts";
import { type FileFault, fileFault } from "./open-plain-file.ts";
import { checkVersion, type FileReading, type FileVersion } from "./served-file.ts";

/** Large enough that what a read costs beside its bytes is nothing, small enough that nobody waits long for the first. */
const readBytes = 1 << 20;

export class MemoryFile {
  readonly version: FileVersion;
  readonly #bytes: Buffer<ArrayBuffer>;
  #filledBytes = 0;
  #fault: FileFault | undefined;
  #more = Promise.withResolvers<void>();

  constructor(version: FileVersion) {
    this.version = version;
    this.#bytes = Buffer.allocUnsafeSlow(version.sizeBytes);
  }

  /** Why it cannot be had; it stays so. */
  get fault(): FileFault | undefined {
    return this.#fault;
  }

  /** Reads it, and closes the handle. Faults are told to the readers. */
  async fill(handle: FileHandle, disk: DiskTurns): Promise<void> {
    const { path, sizeBytes } = this.version;
    try {
      while (this.#filledBytes < sizeBytes) {
        await disk.run(dirname(path), () => this.#fillSome(handle));
        this.#tell();
      }
    } catch (error) {
      this.#fault = fileFault(path, error);
    } finally {
      this.#tell();
      // Of a disk that hangs this hangs, too.
      void handle.close().catch(() => undefined);
    }
  }

  /** Readers have nothing of their own. */
  open(): FileReading {
    return this;
  }

  close(): void {}

  /** Left to the collector while a socket may still be sending them; an idle process does not collect, so later they are given back here. */
  release(isLongUnused: boolean): void {
    // Of a disk that hangs a read may be under way still.
    const isFilled = this.#filledBytes === this.#bytes.length;
    if (isLongUnused && isFilled) this.#bytes.buffer.transfer(0);
  }

  inMemory(offset: number, length: number): Uint8Array | undefined {
    return offset + length <= this.#filledBytes ? this.#bytes.subarray(offset, offset + length) : undefined;
  }

  read(offset: number, most: number): Uint8Array | Promise<Uint8Array | FileFault> {
    // What was read before a fault was read of this version.
    if (offset < this.#filledBytes) return this.#bytes.subarray(offset, Math.min(offset + most, this.#filledBytes));
    return this.#fault === undefined
      ? this.#more.promise.then(() => this.read(offset, most))
      : Promise.resolve(this.#fault);
  }

  /** What was read counts when the file was still this version afterwards. */
  async #fillSome(handle: FileHandle): Promise<void> {
    const most = Math.min(readBytes, this.#bytes.length - this.#filledBytes);
    const { bytesRead } = await handle.read(this.#bytes, this.#filledBytes, most, this.#filledBytes);
    await checkVersion(this.version, handle, bytesRead);
    this.#filledBytes += bytesRead;
  }

  #tell(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }
}
