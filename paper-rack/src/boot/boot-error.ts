// Why a machine does not get on. What is said is counted, so it names no machine.

/** `gone-silent`: no answer, however often it asked. `refused`: an answer that says no. `wrong`: one that is not what it should be. */
export type BootErrorCode = "gone-silent" | "refused" | "wrong";

export class BootError extends Error {
  override readonly name = "BootError";
  readonly code: BootErrorCode;
  constructor(code: BootErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
