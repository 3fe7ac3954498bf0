// What Tink Server refuses. One file, status-codes.ts, says which gRPC status each becomes.

export type TinkErrorCode =
  /** The request itself makes no sense. */
  | "invalid"
  /** There is no such workflow, task or action for this worker, and asking again will not help. */
  | "unknown"
  /** The caller is not known as the machine whose worker it says it is. */
  | "forbidden"
  /** Nothing to do now, or not to be done any more. */
  | "not-now"
  /** Not this time; the worker is to ask again. */
  | "again";

export class TinkError extends Error {
  override readonly name = "TinkError";
  readonly code: TinkErrorCode;
  constructor(code: TinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
