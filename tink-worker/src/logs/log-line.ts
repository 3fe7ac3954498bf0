// One line of an action's output.

export type LogStream = "stdout" | "stderr";

/** `sequence` counts from 1 per action, over both streams and over restarts of the worker. */
export type LogLine = {
  readonly timeMs: number;
  readonly stream: LogStream;
  readonly text: string;
  readonly sequence: number;
};
