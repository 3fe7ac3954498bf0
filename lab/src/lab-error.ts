// The one error of this package: what was tried, on which machine, and what to do next.

export type LabErrorCode =
  | "bad-spec"
  | "program-missing"
  | "program-failed"
  | "namespace-refused"
  | "socket-refused"
  | "qemu-died"
  | "qmp-failed"
  /** The machine is off, or was never on. */
  | "not-running"
  /** No lab answers in the folder. */
  | "no-lab"
  | "already-exists"
  | "not-found"
  | "daemon-refused"
  | "timeout"
  | "aborted";

/** `code` is API and never changes; the text is for people. */
export class LabError extends Error {
  override readonly name = "LabError";
  readonly code: LabErrorCode;
  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The text of anything thrown, for use inside a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
