// The file of one action's output: a line of JSON for each line that was printed.
import { open } from "node:fs/promises";

export type LogLine = {
  /** RFC 3339, by the worker's clock. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  /** Without its line end. */
  readonly text: string;
  /** Counts from 1 over both streams; 0 for lines of our own. */
  readonly sequence: number;
};

export type LogPart = {
  readonly lines: readonly LogLine[];
  /** Where to go on reading. */
  readonly nextOffset: number;
};

const readBytes = 64 * 1024;

export function encodeLines(lines: readonly LogLine[]): string {
  return lines
    .map(({ time, stream, text, sequence }) => `${JSON.stringify([time, stream, sequence, text])}\n`)
    .join("");
}

/** Reads the whole lines from `offset` on, part by part; nothing when there is no file. */
export async function* readLines(path: string, offset = 0): AsyncGenerator<LogPart> {
  const file = await open(path, "r").catch(ignoreMissing);
  if (file === undefined) return;
  try {
    let rest = Buffer.alloc(0);
    for (let at = offset; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(readBytes), 0, readBytes, at + rest.length);
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

/** A line that a killed server wrote half is left out. */
function decodeLines(text: string): LogLine[] {
  return text.split("\n").flatMap((line) => {
    try {
      const [time, stream, sequence, text] = JSON.parse(line);
      return [{ time, stream, sequence, text }];
    } catch {
      return [];
    }
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
