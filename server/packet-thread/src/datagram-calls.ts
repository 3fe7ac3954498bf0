// The system calls that take and send datagrams by the lot, through koffi. What the kernel writes to is told by its address: see
// pinned-memory.ts. A program loads them in each thread that calls.
import { noFfi } from "@neverland/platform/network/libc.ts";

/** Addresses and sizes are plain numbers: the kernel's are below 2^53. Calls return -1 on failure; `errno` is then valid until the next call. */
export interface DatagramCalls {
  /** poll(2). @returns How many of `count` descriptors have something; 0 after `timeoutMs`. */
  poll(pollfds: number, count: number, timeoutMs: number): number;
  /** recvmmsg(2), without a timeout. @returns How many messages came. */
  recvmmsg(fd: number, messages: number, count: number, flags: number): number;
  /** sendmmsg(2). @returns How many messages went; the error of a later one is the next call's. */
  sendmmsg(fd: number, messages: number, count: number, flags: number): number;
  /** eventfd(2): a descriptor that wakes whoever polls it. */
  eventfd(value: number, flags: number): number;
  close(fd: number): number;
  errno(): number;
  /** Where these bytes lie. Only for what `PinnedMemory` holds. */
  addressOf(bytes: Uint8Array): number;
}

/** Linux numbers, the same on x86-64 and arm64. */
export const Datagram = {
  AF_INET: 2,
  POLLIN: 1,
  MSG_DONTWAIT: 0x40,
  EFD_NONBLOCK: 0o4000,
  EFD_CLOEXEC: 0o2000000,
} as const;

/** @throws {NetworkError} `no-ffi` where koffi or a C library it can call is missing. */
export async function loadDatagramCalls(): Promise<DatagramCalls> {
  try {
    const { default: koffi } = await import("koffi");
    const library = koffi.load(null);
    const recvmmsg = library.func("int recvmmsg(int, uintptr_t, uint32_t, int, uintptr_t)");
    const calls = {
      poll: library.func("int poll(uintptr_t, uint64_t, int)"),
      recvmmsg: (fd: number, messages: number, count: number, flags: number) => recvmmsg(fd, messages, count, flags, 0),
      sendmmsg: library.func("int sendmmsg(int, uintptr_t, uint32_t, int)"),
      eventfd: library.func("int eventfd(uint32_t, int)"),
      close: library.func("int close(int)"),
    };
    // koffi types every function as (...args: any[]) => any.
    return {
      ...calls,
      errno: () => koffi.errno(),
      addressOf: (bytes: Uint8Array) => Number(koffi.address(bytes)),
    } as DatagramCalls;
  } catch (cause) {
    throw noFfi(cause);
  }
}
