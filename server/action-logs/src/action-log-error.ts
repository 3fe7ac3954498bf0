// What the logs of actions refuse, and what keeps them from being written.

export type ActionLogErrorCode =
  /** The request makes no sense; sending it again will not help. */
  | "invalid"
  /** There is no such action for this worker. */
  | "unknown"
  /** The caller is not known as the worker's machine. */
  | "forbidden"
  /** The disk does not keep up or cannot be written to; the worker is to send the lines again. */
  | "unavailable"
  /** The folder is not one to keep logs in. */
  | "bad-folder";

export class ActionLogError extends Error {
  override readonly name = "ActionLogError";
  readonly code: ActionLogErrorCode;
  constructor(code: ActionLogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
