// The few calls of the C library that Node's own sockets lack, through koffi. Loaded on first use, by whoever needs it.
import { getSystemErrorMap } from "node:util";
import { NetworkError } from "./network-error.ts";

/** Calls return -1 on failure; `errno` is then valid until the next call. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, sizeBytes: number): number;
  bind(fd: number, address: Uint8Array, sizeBytes: number): number;
  sendto(
    fd: number,
    bytes: Uint8Array,
    sizeBytes: number,
    flags: number,
    address: Uint8Array,
    addressBytes: number,
  ): number;
  /** @returns How many bytes of the datagram came into `bytes`. */
  recv(fd: number, bytes: Uint8Array, sizeBytes: number, flags: number): number;
  close(fd: number): number;
  /** Only commands that take a number. */
  fcntl(fd: number, command: number, value: number): number;
  /** 0 on failure. */
  if_nametoindex(name: string): number;
  errno(): number;
}

/** Linux numbers, the same on x86-64 and arm64. */
export const Linux = {
  AF_INET: 2,
  AF_PACKET: 17,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_BROADCAST: 6,
  SO_BINDTODEVICE: 25,
  SO_SNDBUFFORCE: 32,
  SO_RCVBUFFORCE: 33,
  F_DUPFD_CLOEXEC: 1030,
} as const;

/** @throws {NetworkError} `no-ffi` where koffi or a C library it can call is missing. */
export async function loadLibc(): Promise<Libc> {
  try {
    const { default: koffi } = await import("koffi");
    const library = koffi.load(null);
    const fcntl = library.func("int fcntl(int, int, ...)");
    // koffi has no ssize_t; intptr_t is as wide.
    const calls = {
      socket: library.func("int socket(int, int, int)"),
      setsockopt: library.func("int setsockopt(int, int, int, const uint8_t *, uint32_t)"),
      bind: library.func("int bind(int, const uint8_t *, uint32_t)"),
      sendto: library.func("intptr_t sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)"),
      recv: library.func("intptr_t recv(int, _Out_ uint8_t *, size_t, int)"),
      close: library.func("int close(int)"),
      fcntl: (fd: number, command: number, value: number) => fcntl(fd, command, "int", value),
      if_nametoindex: library.func("uint32_t if_nametoindex(const char *)"),
    };
    return { ...calls, errno: () => koffi.errno() } as Libc; // koffi types every function as (...args: any[]) => any
  } catch (cause) {
    throw noFfi(cause);
  }
}

/** @param cause What koffi threw. */
export function noFfi(cause: unknown): NetworkError {
  const [why] = String(cause instanceof Error ? cause.message : cause).split("\n");
  const advice =
    "install its package for this platform where files may be executed (no noexec), and start node without --no-addons";
  return new NetworkError("no-ffi", `koffi cannot call the C library here (${why}); ${advice}`, { cause });
}

/** The error of the call that has just failed. `what` completes "could not …". */
export function callFailed(libc: Libc, what: string, advice: string): NetworkError {
  const cause = lastError(libc);
  return new NetworkError("refused", `could not ${what}: ${cause.message}; ${advice}`, { cause });
}

/** The same as Node throws its own: with the name of the error number as `code`. */
export function lastError(libc: Libc): NodeJS.ErrnoException {
  const errno = libc.errno();
  const [name = `errno ${errno}`, text = ""] = getSystemErrorMap().get(-errno) ?? [];
  return Object.assign(new Error(`${name} ${text}`), { code: name });
}
