// The one error class of the builders.

export type HookErrorCode =
  /** A package, file or kernel module that a build needs is not in the Debian archive or the package. */
  | "not-in-archive"
  /** A value handed to a builder makes no sense. */
  | "bad-input"
  /** The user may not use the user ids that a build needs. */
  | "no-subordinate-ids"
  /** What was built cannot be kept. */
  | "bad-cache"
  /** A limit of a file format was passed. */
  | "too-large";

/** A build that cannot go on. The message says what was tried, on what, and what to do. */
export class HookError extends Error {
  override readonly name = "HookError";
  readonly code: HookErrorCode;
  constructor(code: HookErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
