// What every command is given: the streams, the environment, and Ctrl-C.

export type CliContext = {
  /** What `-f -` reads. */
  readonly stdin: NodeJS.ReadableStream;
  /** Results: what a script would read. */
  readonly stdout: (text: string) => void;
  /** Progress, notes and errors. */
  readonly stderr: (text: string) => void;
  readonly isTerminal: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly isRoot: boolean;
  readonly nowMs: () => number;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly setExitCode: (code: number) => void;
};
