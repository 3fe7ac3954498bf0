// What can go wrong while images are built.

export type BuildErrorCode = "missing-library" | "bad-program";

/** `missing-library`: a program needs a shared library that no fetched package has. `bad-program`: what was built does not run. */
export class BuildError extends Error {
  override readonly name = "BuildError";
  readonly code: BuildErrorCode;
  constructor(code: BuildErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
