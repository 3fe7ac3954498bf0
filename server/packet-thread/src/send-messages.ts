// Sends a table of messages by the lot, whatever each of them is made of.
import { getSystemErrorMap } from "node:util";
import { Datagram, type DatagramCalls } from "./datagram-calls.ts";

/** Of `struct mmsghdr`, the same on x86-64 and arm64. */
export const messageHeaderBytes = 64;

/**
 * One that the kernel refuses keeps back none of the others.
 * @param table Where the header of the first lies, and how many there are.
 * @param refused Is told which, and why: such as `ENETUNREACH`.
 */
export function sendMessages(
  calls: Pick<DatagramCalls, "sendmmsg" | "errno">,
  fd: number,
  { address, count }: { readonly address: number; readonly count: number },
  refused: (at: number, code: string) => void,
): void {
  for (let sent = 0; sent < count; ) {
    const from = address + sent * messageHeaderBytes;
    const gone = calls.sendmmsg(fd, from, count - sent, Datagram.MSG_DONTWAIT);
    if (gone >= 0) sent += gone;
    else {
      // The error is that of the first of the rest.
      const errno = calls.errno();
      const [code = `errno ${errno}`] = getSystemErrorMap().get(-errno) ?? [];
      if (code !== "EINTR") refused(sent++, code);
    }
  }
}
