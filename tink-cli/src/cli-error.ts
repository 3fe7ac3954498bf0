// What tink says and how it exits when it cannot do what was asked.

/** Exit codes that scripts may rely on. */
export const exitCodes = {
  /** It was tried and did not succeed: a workflow failed, a check did not pass. */
  failed: 1,
  /** The command line or a file given to it is wrong; nothing was done. */
  usage: 2,
  /** The named object does not exist. */
  "not-found": 3,
  /** What was waited for did not come in time. */
  "timed-out": 4,
  /** No server answers, or something this needs is missing on this machine (EX_UNAVAILABLE). */
  unavailable: 69,
  /** The server refuses the token (EX_NOPERM). */
  refused: 77,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type CliErrorCode = keyof typeof exitCodes;

/** A failure with a sentence for the person who typed the command: what was tried, and what to do next. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;
  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
