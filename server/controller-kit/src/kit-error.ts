// A controller that does other than it declared, or a run that took too long.

export type KitErrorCode =
  /** A read or write of what the controller did not declare, or after its stop. */
  | "undeclared"
  /** Two controllers would write what one of them wants for itself, or take off the same finalizer. */
  | "two-writers"
  /** A look-up by a field that is not an index of the kind. */
  | "not-indexed"
  /** A run that did not end in its time. */
  | "too-long"
  /** Started twice. */
  | "running";

/** `code` is API and never changes; the text is for people. */
export class KitError extends Error {
  override readonly name = "KitError";
  readonly code: KitErrorCode;
  constructor(code: KitErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
