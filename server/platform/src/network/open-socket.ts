// A bound socket as Node can adopt but not make it: one that hears one link alone, and whose descriptor is ours to copy.
import { isIPv4 } from "node:net";
import { cannotListen, type WantedPort } from "./cannot-listen.ts";
import { callFailed, type Libc, Linux, lastError } from "./libc.ts";

const types = { tcp: Linux.SOCK_STREAM, udp: Linux.SOCK_DGRAM } as const;

/**
 * 16 MiB. The kernel counts some 800 bytes for a small message, so that a hall of ten thousand may ask twice in the moment in which nobody
 * reads; its default holds 250. Only who may administrate the network is given more than that.
 */
const bufferBytes = Uint8Array.of(0, 0, 0, 1);
const EPERM = 1;

/**
 * @param wanted `host` is an IPv4 address of this machine; `0.0.0.0` is all of them. Without a `link` whoever reaches it is heard.
 * @returns A bound descriptor, which is the caller's to close. @throws {NetworkError}
 */
export async function openSocket(libc: Libc, wanted: WantedPort & { readonly link?: string }): Promise<number> {
  const { protocol, host, port, link } = wanted;
  const fd = libc.socket(Linux.AF_INET, types[protocol] | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC, 0);
  if (fd < 0) throw callFailed(libc, `open a ${protocol.toUpperCase()} socket`, "check the limit of open files");
  const set = (name: number, value: Uint8Array) =>
    libc.setsockopt(fd, Linux.SOL_SOCKET, name, value, value.length) === 0;
  const on = Uint8Array.of(1, 0, 0, 0);
  const address = socketAddress(host, port);
  const done =
    set(Linux.SO_REUSEADDR, on) &&
    (protocol === "tcp" || set(Linux.SO_BROADCAST, on)) &&
    (protocol === "tcp" || set(Linux.SO_RCVBUFFORCE, bufferBytes) || libc.errno() === EPERM) &&
    (protocol === "tcp" || set(Linux.SO_SNDBUFFORCE, bufferBytes) || libc.errno() === EPERM) &&
    (link === undefined || set(Linux.SO_BINDTODEVICE, new TextEncoder().encode(`${link}\0`))) &&
    libc.bind(fd, address, address.length) === 0;
  if (done) return fd;
  const error = lastError(libc);
  libc.close(fd);
  throw await cannotListen({ ...wanted, host: host === "0.0.0.0" ? (link ?? host) : host }, error);
}

/** `struct sockaddr_in` (ip(7)). */
function socketAddress(host: string, port: number): Uint8Array {
  const octets = isIPv4(host) ? host.split(".").map(Number) : [0, 0, 0, 0];
  return Uint8Array.of(Linux.AF_INET, 0, port >>> 8, port & 0xff, ...octets, ...new Uint8Array(8));
}
