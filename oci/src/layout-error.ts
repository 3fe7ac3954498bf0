// What can be wrong with an image we pack or a layout we read.

export type LayoutErrorCode = "bad-entry" | "bad-layout";

/** `bad-entry`: a file that cannot be packed. `bad-layout`: a directory that is not the OCI layout it should be. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
  readonly code: LayoutErrorCode;
  constructor(code: LayoutErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
