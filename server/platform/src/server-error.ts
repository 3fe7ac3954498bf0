// Why the server as a whole does not start or go on.

export type ServerErrorCode =
  /** An option names what is not there or not what it should be. */
  | "bad-config"
  /** The data directory cannot be used. */
  | "bad-data-dir"
  /** Something that the server stands on did not answer in time. */
  | "not-ready";

export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;
  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
