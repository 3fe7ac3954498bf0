// Whether a server's name is this machine's own, so that nobody is on the way to it.

/** @param host As people write it, or as a URL has it: `[::1]`. */
export function isLoopback(host: string): boolean {
  return /^(127\.[\d.]+|::1|\[::1\]|localhost)$/.test(host);
}
