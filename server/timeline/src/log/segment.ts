// One file of the event log: its name, its first line, and what is read of it after whatever ended the last run.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { Breather } from "@neverland/platform/wait/breather.ts";

/** A part of the log that is dropped as a whole. Files are numbered in the order they were begun in. */
export type Segment = {
  readonly number: number;
  readonly path: string;
  /** What is in it, and what waits to be. */
  sizeBytes: number;
};

/** The log's own id; a log that was begun anew has another one, so that its events are not taken for old ones. */
export type Header = { readonly format: 1; readonly log: string };

const namePattern = /^(\d{12})\.jsonl$/;
/** No file of ours comes near it. */
const largestBytes = 64 * 1024 * 1024;
const newline = 0x0a;

export function segmentAt(dir: string, number: number): Segment {
  return { number, path: join(dir, `${String(number).padStart(12, "0")}.jsonl`), sizeBytes: 0 };
}

/** @returns `undefined` for a file that is none of the log's. */
export function segmentNumber(name: string): number | undefined {
  const digits = namePattern.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** For the owner alone, whatever the umask; a link in its place is refused. */
export async function openForAppend(path: string, openFile: typeof open = open): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const file = await openFile(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600);
  await file.chmod(0o600);
  return file;
}

/**
 * Hands over each whole line but the first, in slices. What a crash left of a last line is cut off, so that the next one starts anew.
 * @returns The first line's id; `undefined` when there is none.
 */
export async function readSegment(segment: Segment, onLine: (text: string) => void): Promise<string | undefined> {
  const file = await open(segment.path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    if (size > largestBytes) throw new Error(`${segment.path} has ${size} bytes, which no file of the event log has`);
    await file.chmod(0o600);
    const bytes = await file.readFile();
    const wholeBytes = bytes.lastIndexOf(newline) + 1;
    if (wholeBytes < size) await file.truncate(wholeBytes);
    segment.sizeBytes = wholeBytes;
    return await readLines(bytes.subarray(0, wholeBytes), onLine);
  } finally {
    await file.close();
  }
}

async function readLines(bytes: Buffer, onLine: (text: string) => void): Promise<string | undefined> {
  const breather = new Breather();
  let id: string | undefined;
  for (let from = 0; from < bytes.length; ) {
    const to = bytes.indexOf(newline, from);
    const text = bytes.toString("utf8", from, to);
    if (from === 0) id = readHeader(text);
    else onLine(text);
    from = to + 1;
    if (breather.isDue) await breather.breathe();
  }
  return id;
}

function readHeader(text: string): string | undefined {
  try {
    const header: Partial<Header> | null = JSON.parse(text);
    return typeof header?.log === "string" ? header.log : undefined;
  } catch {
    return undefined; // the disk lost it; what follows may be whole
  }
}
