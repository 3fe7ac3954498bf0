// Writes a stream of bytes to a disk from its beginning: data in large pieces, zeros as cheaply as the disk allows.
import { ActionError } from "../../program/action-error.ts";
import { pageAlignedBuffers, pageBytes } from "./page-aligned.ts";
import { findRuns, type Run } from "./zero-runs.ts";

/** What the writer needs of a disk. `clear` returns false when the disk has no quick way to read as zeros. */
export type DiskPort = {
  readonly path: string;
  readonly capacityBytes: number;
  readonly isBlank: boolean;
  /** `bytes` begin at a page in memory, and `offset` at one of the disk; only the last piece of an image ends elsewhere. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  clear(offset: number, lengthBytes: number): Promise<boolean>;
};

/** While one piece fills, the others are on their way to the disk. More would keep all four threads of Node's pool from decompressing. */
const pieces = 4;
const pieceBytes = 2 << 20;
/** Shorter runs of zeros are written: a call to the disk for each would take longer. */
const clearFromBytes = 8 << 20;
const zeros = pageAlignedBuffers(1, 1 << 20)[0] as Buffer;

/** Not safe for calls at the same time: `write` is awaited before the next, `end` comes last. */
export class DiskWriter {
  /** Bytes taken from the stream, and of those the bytes that were zeros and not written. */
  takenBytes = 0;
  skippedBytes = 0;
  readonly #disk: DiskPort;
  readonly #free = pageAlignedBuffers(pieces, pieceBytes);
  readonly #pending = new Set<Promise<void>>();
  #failure: unknown;
  #piece = this.#free.pop() as Buffer;
  #filledBytes = 0;
  #zeroRun: Run | undefined;
  #canClear = true;

  constructor(disk: DiskPort) {
    this.#disk = disk;
  }

  /** @throws {ActionError} `disk` when the image does not fit or the disk fails. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.takenBytes + chunk.length > this.#disk.capacityBytes) throw tooSmall(this.#disk);
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + pieceBytes - this.#filledBytes);
      this.#piece.set(part, this.#filledBytes);
      this.#filledBytes += part.length;
      this.takenBytes += part.length;
      at += part.length;
      if (this.#filledBytes === pieceBytes) await this.#nextPiece();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Writes what is left and waits for all of it. The caller syncs. */
  async end(): Promise<void> {
    this.#place();
    const run = this.#takeZeroRun();
    if (run !== undefined) this.#track(this.#writeZeros(run));
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Waits until nothing is being written any more, so that the disk can be closed. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  async #nextPiece(): Promise<void> {
    this.#place();
    while (this.#free.length === 0) await Promise.race(this.#pending);
    this.#piece = this.#free.pop() as Buffer;
    this.#filledBytes = 0;
  }

  /** Sends the piece to the disk; it can be filled again when that is done. */
  #place(): void {
    const piece = this.#piece;
    const start = this.takenBytes - this.#filledBytes;
    const work: (() => Promise<void>)[] = [];
    for (const run of findRuns(piece.subarray(0, this.#filledBytes), start)) {
      if (run.isZero) this.#extendZeroRun(run);
      else {
        const zeroRun = this.#takeZeroRun();
        if (zeroRun !== undefined) work.push(() => this.#writeZeros(zeroRun));
        const from = run.offset - start;
        work.push(() => this.#disk.write(piece.subarray(from, from + run.lengthBytes), run.offset));
      }
    }
    this.#track(inTurn(work).finally(() => this.#free.push(piece)));
  }

  /** Runs of neighbouring pieces are one. */
  #extendZeroRun(run: Run): void {
    const before = this.#zeroRun;
    this.#zeroRun = before === undefined ? run : { ...before, lengthBytes: before.lengthBytes + run.lengthBytes };
  }

  /** The run that has ended, when it has to be made zero. */
  #takeZeroRun(): Run | undefined {
    const run = this.#zeroRun;
    this.#zeroRun = undefined;
    if (!this.#disk.isBlank) return run;
    this.skippedBytes += run?.lengthBytes ?? 0;
    return undefined;
  }

  async #writeZeros({ offset, lengthBytes }: Run): Promise<void> {
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

  #track(work: Promise<void>): void {
    const settled = work
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }
}

async function inTurn(work: readonly (() => Promise<void>)[]): Promise<void> {
  for (const each of work) await each();
}

/** The refusal of a disk that cannot hold the image. `imageBytes` when it is known. */
export function tooSmall(disk: Pick<DiskPort, "path" | "capacityBytes">, imageBytes?: number): ActionError {
  const need = imageBytes === undefined ? "the image is larger" : `the image has ${imageBytes} bytes`;
  return new ActionError("disk", `${disk.path} has ${disk.capacityBytes} bytes, but ${need}. Use a larger disk`);
}
