// Writes a stream of bytes to a disk from its beginning: data without copying it, zeros as cheaply as the disk allows.
import { ActionError } from "../program/action-error.ts";
import { findRuns, type Run } from "./zero-runs.ts";

/** What the writer needs of a disk. `clear` returns false when the disk has no quick way to read as zeros. */
export type DiskPort = {
  readonly path: string;
  readonly capacityBytes: number;
  readonly isBlank: boolean;
  write(bytes: Uint8Array, offset: number): Promise<void>;
  clear(offset: number, lengthBytes: number): Promise<boolean>;
};

/** Every write begins and ends here, but the last: for a part of a page, the kernel would have to read the page first. */
const pageBytes = 4096;
/** So much may be on its way to the disk while more is made; the rest of the stream waits. */
const maxPendingBytes = 16 << 20;
/** Shorter runs of zeros are written: a call to the disk for each would take longer. */
const clearFromBytes = 8 << 20;
/** Larger than any buffer that Node shares between users. */
const largeBufferBytes = 1 << 18;
const zeros = Buffer.alloc(1 << 20);

/** Not safe for calls at the same time: `write` is awaited before the next, `end` comes last. Chunks are the writer's from then on. */
export class DiskWriter {
  /** Bytes taken from the stream, and of those the bytes that were zeros and not written. */
  takenBytes = 0;
  skippedBytes = 0;
  readonly #disk: DiskPort;
  readonly #pending = new Set<Promise<void>>();
  #pendingBytes = 0;
  #failure: unknown;
  /** What has come of a page that is not whole yet. */
  #page: Buffer = Buffer.allocUnsafeSlow(pageBytes);
  #pageFilledBytes = 0;
  #zeroRun: Run | undefined;
  #canClear = true;

  constructor(disk: DiskPort) {
    this.#disk = disk;
  }

  /** @throws {ActionError} `disk` when the image does not fit or the disk fails. */
  async write(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.takenBytes + chunk.length > this.#disk.capacityBytes) throw tooSmall(this.#disk);
    const rest = this.#completePage(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    const wholeBytes = rest.length - (rest.length % pageBytes);
    this.#place(rest.subarray(0, wholeBytes));
    this.#completePage(rest.subarray(wholeBytes));
    if (isEndOfLargeBuffer(chunk)) void Promise.all(this.#pending).then(() => chunk.buffer.transfer(0));
    while (this.#pendingBytes > maxPendingBytes) await Promise.race(this.#pending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Writes what is left and waits for all of it. The caller syncs. */
  async end(): Promise<void> {
    const page = this.#page.subarray(0, this.#pageFilledBytes);
    this.#pageFilledBytes = 0;
    this.takenBytes -= page.length;
    this.#place(page);
    this.#endZeroRun();
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Waits until nothing is being written any more, so that the disk can be closed. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  /** Takes bytes until the begun page is whole, and places that. @returns What is left of them. */
  #completePage(bytes: Buffer): Buffer {
    if (bytes.length === 0 || (this.#pageFilledBytes === 0 && bytes.length >= pageBytes)) return bytes;
    const taken = bytes.subarray(0, pageBytes - this.#pageFilledBytes);
    this.#page.set(taken, this.#pageFilledBytes);
    this.#pageFilledBytes += taken.length;
    this.takenBytes += taken.length;
    if (this.#pageFilledBytes === pageBytes) {
      const page = this.#page;
      this.#page = Buffer.allocUnsafeSlow(pageBytes);
      this.#pageFilledBytes = 0;
      this.takenBytes -= pageBytes;
      this.#place(page);
    }
    return bytes.subarray(taken.length);
  }

  /** `bytes` belong where the bytes taken so far end. */
  #place(bytes: Buffer): void {
    const start = this.takenBytes;
    this.takenBytes += bytes.length;
    for (const run of findRuns(bytes, start)) {
      if (run.isZero) this.#extendZeroRun(run);
      else {
        this.#endZeroRun();
        const from = run.offset - start;
        const data = bytes.subarray(from, from + run.lengthBytes);
        this.#track(data.length, this.#disk.write(data, run.offset));
      }
    }
  }

  /** Runs of neighbouring chunks are one. */
  #extendZeroRun(run: Run): void {
    const before = this.#zeroRun;
    this.#zeroRun = before === undefined ? run : { ...before, lengthBytes: before.lengthBytes + run.lengthBytes };
  }

  #endZeroRun(): void {
    const run = this.#zeroRun;
    this.#zeroRun = undefined;
    if (run === undefined) return;
    if (this.#disk.isBlank) this.skippedBytes += run.lengthBytes;
    else this.#track(0, this.#makeZero(run));
  }

  async #makeZero({ offset, lengthBytes }: Run): Promise<void> {
    const clearBytes = lengthBytes - (lengthBytes % pageBytes);
    let done = 0;
    if (this.#canClear && clearBytes >= clearFromBytes) {
      this.#canClear = await this.#disk.clear(offset, clearBytes);
      if (this.#canClear) done = clearBytes;
      this.skippedBytes += done;
    }
    for (; done < lengthBytes; done += zeros.length)
      await this.#disk.write(zeros.subarray(0, Math.min(zeros.length, lengthBytes - done)), offset + done);
  }

  #track(bytes: number, work: Promise<void>): void {
    this.#pendingBytes += bytes;
    const settled = work
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .then(() => {
        this.#pendingBytes -= bytes;
        this.#pending.delete(settled);
      });
    this.#pending.add(settled);
  }
}

/**
 * Large buffers are filled from front to back and handed over in slices: with the last slice written, the memory can be given back at once.
 * Left to the garbage collector it would cost a fifth of the time, and fresh pages for each buffer.
 */
function isEndOfLargeBuffer({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): boolean {
  return buffer.byteLength >= largeBufferBytes && byteOffset + byteLength === buffer.byteLength;
}

/** The refusal of a disk that cannot hold the image. `imageBytes` when it is known. */
export function tooSmall(disk: Pick<DiskPort, "path" | "capacityBytes">, imageBytes?: number): ActionError {
  const need = imageBytes === undefined ? "the image is larger" : `the image has ${imageBytes} bytes`;
  return new ActionError("disk", `${disk.path} has ${disk.capacityBytes} bytes, but ${need}. Use a larger disk`);
}
