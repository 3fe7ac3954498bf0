// The one error class of the worker.

export type WorkerErrorCode = "bad-config" | "bad-action" | "image" | "container" | "state" | "power" | "unreachable";

/** `code` is API and never changes; the text is for people, and ends up in the workflow's status. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly code: WorkerErrorCode;
  constructor(code: WorkerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The sentence to show for anything thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
