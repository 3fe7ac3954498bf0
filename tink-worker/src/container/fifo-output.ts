// A container's output read from its two FIFOs, until it has ended and they are empty.

import { constants, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import type { OutputChunk } from "./container-runtime.ts";

/** Chunks that may wait for their reader; then the container waits, by its full pipe. */
const queueLimitChunks = 32;
const readSizeBytes = 65_536;

/** Both streams as one, in the order of arrival. `finish` is to be called when the container has ended. */
export class FifoOutput implements AsyncIterable<OutputChunk> {
  readonly #sources: readonly FifoSource[];
  #queue: OutputChunk[] = [];
  #finished = false;
  #wake: () => void = () => {};

  constructor(paths: { readonly stdout: string; readonly stderr: string }) {
    const take = (stream: OutputChunk["stream"]) => (bytes: Buffer) => this.#take({ stream, bytes });
    this.#sources = [new FifoSource(paths.stdout, take("stdout")), new FifoSource(paths.stderr, take("stderr"))];
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk> {
    try {
      while (!this.#finished || this.#queue.length > 0) {
        const chunks = this.#queue;
        this.#queue = [];
        for (const source of this.#sources) source.resume();
        yield* chunks;
        if (this.#queue.length === 0 && !this.#finished) await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.close();
    }
  }

  /** Takes what the FIFOs still hold, then ends the iteration. */
  finish(): void {
    if (this.#finished) return;
    for (const source of this.#sources) source.drain();
    this.#finished = true;
    this.#wake();
  }

  close(): void {
    this.#finished = true;
    for (const source of this.#sources) source.close();
    this.#wake();
  }

  #take(chunk: OutputChunk): void {
    this.#queue.push(chunk);
    if (this.#queue.length >= queueLimitChunks) for (const source of this.#sources) source.pause();
    this.#wake();
  }
}

class FifoSource {
  readonly #file: number;
  readonly #socket: Socket;
  readonly #take: (bytes: Buffer) => void;
  #closed = false;

  constructor(path: string, take: (bytes: Buffer) => void) {
    this.#take = take;
    this.#file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.#socket = new Socket({ fd: this.#file, readable: true, writable: false });
    this.#socket.on("data", take);
    this.#socket.on("error", () => this.close());
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#closed) this.#socket.resume();
  }

  /** Reads without waiting until the FIFO says that it is empty. */
  drain(): void {
    if (this.#closed || this.#socket.destroyed) return;
    for (;;) {
      const buffer = Buffer.alloc(readSizeBytes);
      const sizeBytes = readNow(this.#file, buffer);
      if (sizeBytes === 0) break;
      this.#take(buffer.subarray(0, sizeBytes));
    }
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
  }
}

/** 0: nothing there now, or no writer left. */
function readNow(file: number, buffer: Buffer): number {
  try {
    return readSync(file, buffer);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
    throw error;
  }
}
