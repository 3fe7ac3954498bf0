// Why an action failed, in a sentence for the person who reads the workflow.

/**
 * `environment`: a variable is missing or wrong. `download`: the image could not be fetched. `changed`: it changed while it was fetched.
 * `corrupt`: what was fetched is not what it should be. `disk`: the target cannot take it. `filesystem`: a mount or a file in it.
 * `command`: a program ended badly. `stopped`: the worker told us to end.
 */
export type ActionErrorCode =
  | "environment"
  | "download"
  | "changed"
  | "corrupt"
  | "disk"
  | "filesystem"
  | "command"
  | "stopped";

/** `exitCode` is the code that the container ends with. */
export class ActionError extends Error {
  override readonly name = "ActionError";
  readonly code: ActionErrorCode;
  readonly exitCode: number;
  constructor(code: ActionErrorCode, message: string, options?: ErrorOptions & { readonly exitCode?: number }) {
    super(message, options);
    this.code = code;
    this.exitCode = options?.exitCode ?? 1;
  }
}

/** An error and its causes in one line: each cause once, and only where it says more. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : sentenceOf(error.cause);
  return cause === "" || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}
