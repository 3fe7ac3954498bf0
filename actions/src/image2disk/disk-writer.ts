// Writes a stream of bytes to a disk from its beginning: data in large pieces while the next are made, zeros as cheaply as the disk allows.
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

const bufferBytes = 4 << 20;
/** One buffer is filled while the others are written. */
const bufferCount = 4;
/** Shorter runs of zeros are written: a call to the disk for each would take longer. */
const clearFromBytes = 8 << 20;
const zeros = Buffer.alloc(bufferBytes);

/** Not safe for calls at the same time: `write` is awaited before the next, `end` comes last. */
export class DiskWriter {
  /** Bytes taken from the stream, and of those the bytes that were zeros and not written. */
  takenBytes = 0;
  skippedBytes = 0;
  readonly #disk: DiskPort;
  readonly #free: Buffer[] = Array.from({ length: bufferCount }, () => Buffer.allocUnsafeSlow(bufferBytes));
  readonly #pending = new Set<Promise<void>>();
  #failure: unknown;
  #current: Buffer | undefined;
  #filledBytes = 0;
  /** Where on the disk the current buffer begins. */
  #startOffset = 0;
  #zeroRun: Run | undefined;
  #canClear = true;

  constructor(disk: DiskPort) {
    this.#disk = disk;
  }

  /** @throws {ActionError} `disk` when the image does not fit or the disk fails. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.takenBytes + chunk.length > this.#disk.capacityBytes) throw tooSmall(this.#disk);
    this.takenBytes += chunk.length;
    for (let rest = chunk; rest.length > 0; ) {
      this.#current ??= await this.#freeBuffer();
      const taken = rest.subarray(0, bufferBytes - this.#filledBytes);
      this.#current.set(taken, this.#filledBytes);
      this.#filledBytes += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#filledBytes === bufferBytes) this.#flush();
    }
  }

  /** Writes what is left and waits for all of it. The caller syncs. */
  async end(): Promise<void> {
    if (this.#filledBytes > 0) this.#flush();
    this.#endZeroRun();
    await this.#settle();
  }

  /** Waits until nothing is being written any more, so that the disk can be closed. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  async #settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #freeBuffer(): Promise<Buffer> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const buffer = this.#free.pop();
      if (buffer !== undefined) return buffer;
      await Promise.race(this.#pending);
    }
  }

  #flush(): void {
    const buffer = this.#current;
    if (buffer === undefined) return;
    const start = this.#startOffset;
    const data: Run[] = [];
    for (const run of findRuns(buffer.subarray(0, this.#filledBytes), start)) {
      if (run.isZero) this.#extendZeroRun(run);
      else {
        this.#endZeroRun();
        data.push(run);
      }
    }
    const filled = this.#filledBytes;
    this.#current = undefined;
    this.#filledBytes = 0;
    this.#startOffset += filled;
    this.#track(
      Promise.all(
        data.map(async (run) => {
          const from = run.offset - start;
          await this.#disk.write(buffer.subarray(from, Math.min(from + run.lengthBytes, filled)), run.offset);
        }),
      ).then(() => void this.#free.push(buffer)),
    );
  }

  /** Runs of neighbouring buffers are one. */
  #extendZeroRun(run: Run): void {
    const before = this.#zeroRun;
    this.#zeroRun = before === undefined ? run : { ...before, lengthBytes: before.lengthBytes + run.lengthBytes };
  }

  #endZeroRun(): void {
    const run = this.#zeroRun;
    this.#zeroRun = undefined;
    if (run === undefined) return;
    if (this.#disk.isBlank) this.skippedBytes += run.lengthBytes;
    else this.#track(this.#makeZero(run));
  }

  async #makeZero({ offset, lengthBytes }: Run): Promise<void> {
    if (this.#canClear && lengthBytes >= clearFromBytes) {
      this.#canClear = await this.#disk.clear(offset, lengthBytes);
      if (this.#canClear) {
        this.skippedBytes += lengthBytes;
        return;
      }
    }
    for (let done = 0; done < lengthBytes; done += bufferBytes)
      await this.#disk.write(zeros.subarray(0, Math.min(bufferBytes, lengthBytes - done)), offset + done);
  }

  #track(work: Promise<void>): void {
    const settled = work.then(
      () => void this.#pending.delete(settled),
      (error: unknown) => {
        this.#failure ??= error;
        this.#pending.delete(settled);
      },
    );
    this.#pending.add(settled);
  }
}

/** The refusal of a disk that cannot hold the image. `imageBytes` when it is known. */
export function tooSmall(disk: Pick<DiskPort, "path" | "capacityBytes">, imageBytes?: number): ActionError {
  const need = imageBytes === undefined ? "the image is larger" : `the image has ${imageBytes} bytes`;
  return new ActionError("disk", `${disk.path} has ${disk.capacityBytes} bytes, but ${need}. Use a larger disk`);
}
