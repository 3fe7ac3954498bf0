// Turns the bytes as served into the bytes to write, and fails when they are not a whole, sound stream.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { availableMemory } from "node:process";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { ActionError } from "../../program/action-error.ts";
import { gather } from "../gather.ts";
import type { Compression } from "./compression.ts";
import { ZstdFrames } from "./zstd-frames.ts";

type Chunks = AsyncIterable<Uint8Array>;

/** Large pieces, since each is a trip through the thread pool; output is kept ready, so that decompressing goes on while the disk takes its time. */
const engineOptions = { chunkSize: 4 << 20, highWaterMark: 8 << 20 };

/** As `zstd --long=31` makes them; by itself the engine refuses more than 27, however much memory there is. */
const largestWindow = { params: { [constants.ZSTD_d_windowLogMax]: 31 } };

/** What zstd decompresses without being asked to. */
const usualWindowBytes = 128 * 2 ** 20;

/** Larger than any buffer that Node shares between users. */
const largeBufferBytes = 1 << 18;

/** A chunk may be used until the next is asked for. @throws {ActionError} `corrupt`, from the iteration, when the stream is damaged or ends early. */
export function decompress(compression: Compression, input: Chunks, signal: AbortSignal): Chunks {
  switch (compression) {
    case "none":
      return input;
    case "gzip":
      return throughStream("gzip", gather(input), createGunzip(engineOptions), signal);
    case "zstd":
      return throughStream(
        "zstd",
        wholeFrames(gather(input)),
        createZstdDecompress({ ...engineOptions, ...largestWindow }),
        signal,
      );
    case "xz":
      return throughProgram(["xz", "--decompress", "--stdout", "--threads=0"], input, signal);
    case "bzip2":
      return throughProgram(["bzip2", "-dc"], input, signal);
  }
}

async function* throughStream(
  name: string,
  input: Chunks,
  engine: NodeJS.ReadWriteStream & AsyncIterable<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  // A fault of the download must not be taken for a fault of the stream.
  const fed = pipeline(input, engine, { signal }).catch((error: unknown) => error);
  try {
    for await (const chunk of engine) {
      yield chunk;
      if (isEndOfLargeBuffer(chunk)) chunk.buffer.transfer(0);
    }
  } catch (error) {
    throw asCorrupt(name, (await fed) ?? error);
  }
  const fault = await fed;
  if (fault !== undefined) throw asCorrupt(name, fault);
}

/**
 * The engine fills its large buffers from front to back and hands them over in slices: after the last slice the memory can be given back at once.
 * Left to the garbage collector it would cost a fifth of the time, and fresh pages for each buffer.
 */
function isEndOfLargeBuffer({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): boolean {
  return buffer.byteLength >= largeBufferBytes && byteOffset + byteLength === buffer.byteLength;
}

function asCorrupt(name: string, error: unknown): unknown {
  if (error instanceof ActionError || !(error instanceof Error) || error.name === "AbortError") return error;
  const sentence = `The image is damaged or cut short: expected a whole ${name} stream, but the decompressor says`;
  return new ActionError("corrupt", sentence, { cause: error });
}

async function* wholeFrames(input: Chunks): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames();
  for await (const chunk of input) {
    frames.push(chunk);
    const lack = memoryLack(frames.neededBytes, availableMemory());
    if (lack !== undefined) throw new ActionError("corrupt", lack);
    if (frames.fault !== undefined) break;
    yield chunk;
  }
  const fault = frames.end();
  if (fault !== undefined)
    throw new ActionError("corrupt", `The image is damaged or cut short: expected whole zstd frames, but ${fault}`);
}

/** Refused by what a frame says, since the kernel ends some program or other where memory runs out. @returns Why, in a sentence. */
export function memoryLack(neededBytes: number, freeBytes: number): string | undefined {
  if (neededBytes <= usualWindowBytes || neededBytes <= freeBytes) return undefined;
  const [needed, free] = [neededBytes, freeBytes].map((bytes) => `${Math.ceil(bytes / 2 ** 20)} MiB`);
  const sentence = `The image is sound, but its zstd frame takes ${needed} of memory to be decompressed, and ${free} are free`;
  return `${sentence}. Compress it again without --long, or with a smaller one`;
}

async function* throughProgram(
  [program, ...args]: readonly [string, ...string[]],
  input: Chunks,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], signal });
  const ended = endOf(program, child);
  let inputFault: unknown;
  const fed = pipeline(input, child.stdin).catch((error: unknown) => {
    inputFault = error;
  });
  try {
    yield* child.stdout;
    const fault = await ended;
    // A download that broke also cuts the program's input short; an early end of the program also breaks the pipe to it.
    if (fault !== undefined) throw inputFault instanceof ActionError ? inputFault : fault;
    await fed;
    if (inputFault !== undefined) throw inputFault;
  } finally {
    child.kill();
  }
}

async function endOf(program: string, child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<unknown> {
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-500);
  });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  child.on("error", (cause) => {
    resolve(new ActionError("corrupt", `${program}, which decompresses the image, could not be run`, { cause }));
  });
  child.on("close", (exitCode, signal) => {
    const end = signal ?? `exit code ${exitCode}`;
    const sentence = `The image is damaged or cut short: expected a whole stream for ${program}, which ended with ${end}`;
    resolve(exitCode === 0 ? undefined : new ActionError("corrupt", `${sentence}: ${said.trim()}`));
  });
  return await promise;
}
