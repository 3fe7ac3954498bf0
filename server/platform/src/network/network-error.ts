// What is thrown when a socket or an interface cannot be had.

export type NetworkErrorCode =
  /** koffi is not usable here. */
  | "no-ffi"
  /** No such link, or it has no IPv4 address. */
  | "no-interface"
  /** No link has the address that was to be listened on. */
  | "no-address"
  /** Another process listens there. */
  | "port-in-use"
  /** A system call failed. */
  | "refused";

/** `code` is API; the text says what was tried, on what, and what to do. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code: NetworkErrorCode;
  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
