// One printed line, and its form on disk: an array in JSON with a line end.

export type LogLine = {
  /** RFC 3339, by the worker's clock. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  /** Without its line end. */
  readonly text: string;
  /** Counts from 1 over both streams; 0 for lines of our own. */
  readonly sequence: number;
};

export function encodeLine({ time, stream, text, sequence }: LogLine): string {
  return `${JSON.stringify([time, stream, sequence, text])}\n`;
}

/** Whole lines of a file. One that a killed server wrote half is left out. */
export function decodeLines(text: string): LogLine[] {
  return text.split("\n").flatMap((line) => {
    try {
      const [time, stream, sequence, text] = JSON.parse(line);
      return [{ time, stream, sequence, text }];
    } catch {
      return [];
    }
  });
}
