// What is thrown for a packet we refuse to read or cannot write.

/** `truncated`: ended inside a field. `malformed`: a field says something impossible. `too-long`: does not fit its field. */
export type PacketErrorCode = "truncated" | "malformed" | "too-long";

/** A packet we refuse. `code` is API and never changes; the text is for people. */
export class PacketError extends Error {
  override readonly name = "PacketError";
  readonly code: PacketErrorCode;
  constructor(code: PacketErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
