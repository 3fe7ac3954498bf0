// The one error class of this package.

/** `bad-*`: what we were given is wrong; `bad-entry` a file that cannot be packed, `bad-layout` a folder that is not the
 *  OCI layout it should be. `not-found` and `unauthorized`: a registry's definite answer.
 *  `unreachable`: it may work when tried again. `limit`: larger than we accept. */
export type OciErrorCode =
  | "bad-reference"
  | "bad-image"
  | "bad-layer"
  | "bad-entry"
  | "bad-layout"
  | "digest-mismatch"
  | "not-found"
  | "unauthorized"
  | "refused"
  | "unreachable"
  | "limit";

/** `code` is API and never changes; the text is for people. */
export class OciError extends Error {
  override readonly name = "OciError";
  readonly code: OciErrorCode;
  constructor(code: OciErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
