// Why the server as a whole does not start or go on.

export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: "bad-data-dir" | "cannot-listen" | "bad-config";
  constructor(code: ServerError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
