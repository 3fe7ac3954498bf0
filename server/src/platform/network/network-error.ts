// What is thrown when a socket or an interface cannot be had.

/** `no-ffi`: koffi is not usable here. `no-interface`: no such link, or it has no IPv4 address. `refused`: a system call failed. */
export type NetworkErrorCode = "no-ffi" | "no-interface" | "refused";

/** `code` is API; the text says what was tried, on what, and what to do. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code: NetworkErrorCode;
  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
