// The file of one action's output: appended to, and read part by part.
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { decodeLines, type LogLine } from "./log-line.ts";

export type LogPart = {
  readonly lines: readonly LogLine[];
  /** Where to go on reading, in bytes. */
  readonly nextOffset: number;
};

/** A file that is appended to, with what must be known of it for that. */
export type OpenLog = {
  readonly file: FileHandle;
  /** Of the last line that was kept; 0 without one. */
  sequence: number;
  sizeBytes: number;
  /** Its last line says that nothing more is kept. */
  isFull: boolean;
};

const readBytes = 64 * 1024;

/** Opens for appending. What it reads is the file's end, however long the file is. */
export async function openLog(path: string, isFullLine: (line: LogLine) => boolean): Promise<OpenLog> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, "a+", 0o600);
  try {
    const { size } = await file.stat();
    const end = await readEnd(file, size);
    // Half a line, left by a server that was killed, must not swallow the next one.
    if (end.wholeBytes < size) await file.truncate(end.wholeBytes);
    const isFull = end.lastLine !== undefined && isFullLine(end.lastLine);
    return { file, sequence: end.sequence, sizeBytes: end.wholeBytes, isFull };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads the whole lines from `offset` on, part by part; nothing when there is no file. */
export async function* readLines(path: string, offset = 0): AsyncGenerator<LogPart> {
  const file = await open(path, "r").catch(ignoreMissing);
  if (file === undefined) return;
  try {
    let rest = Buffer.alloc(0);
    for (let at = offset; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(readBytes), 0, readBytes, at + rest.length);
      if (bytesRead === 0) return;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(10) + 1;
      rest = bytes.subarray(end);
      at += end;
      if (end > 0) yield { lines: decodeLines(bytes.toString("utf8", 0, end)), nextOffset: at };
    }
  } finally {
    await file.close();
  }
}

/**
 * Goes back from the end until there is a line with a number, which is where the worker is: lines are kept in their order. Each line is read
 * once, however far back that is.
 */
async function readEnd(file: FileHandle, size: number) {
  let wholeBytes = 0;
  let lastLine: LogLine | undefined;
  /** The end of a line that begins further to the front. */
  let tail = Buffer.alloc(0);
  for (let from = size; from > 0; ) {
    const length = Math.min(readBytes, from);
    from -= length;
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, from);
    const bytes = Buffer.concat([buffer.subarray(0, bytesRead), tail]);
    const end = bytes.lastIndexOf(10) + 1;
    // The first line of what was read is whole only when the file begins with it.
    const start = from === 0 ? 0 : bytes.indexOf(10) + 1;
    tail = start === 0 ? bytes : bytes.subarray(0, start);
    const lines = start < end ? decodeLines(bytes.toString("utf8", start, end)) : [];
    if (wholeBytes === 0 && end > 0) wholeBytes = from + end;
    lastLine ??= lines.at(-1);
    const numbered = lines.findLast(({ sequence }) => sequence > 0);
    if (numbered !== undefined) return { wholeBytes, lastLine, sequence: numbered.sequence };
  }
  return { wholeBytes, lastLine, sequence: 0 };
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
