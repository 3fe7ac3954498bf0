// A UDP socket tied to one interface: it hears what arrives there, also from clients without an address, and what it
// broadcasts leaves there. Node's dgram cannot tie a socket, but adopts one that is.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cannotListen } from "./cannot-listen.ts";
import { callFailed, type Libc, Linux, lastError } from "./libc.ts";
import { endpointOf, type UdpEndpoint } from "./udp-endpoint.ts";

/** Listens on all addresses of `interfaceName` and nowhere else. @throws {NetworkError} */
export async function bindUdpToDevice(
  libc: Libc,
  interfaceName: string,
  port: number,
  signal: AbortSignal,
): Promise<UdpEndpoint> {
  const fd = await openTiedSocket(libc, interfaceName, port);
  const socket = createSocket({ type: "udp4" });
  try {
    const listening = once(socket, "listening", { signal }); // first: an adopted socket says so within bind()
    socket.bind({ fd, exclusive: true }); // from here on the descriptor is dgram's to close
    await listening;
    return endpointOf(socket);
  } catch (cause) {
    socket.close();
    throw cause;
  }
}

async function openTiedSocket(libc: Libc, interfaceName: string, port: number): Promise<number> {
  const fd = libc.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC, 0);
  if (fd < 0) throw callFailed(libc, "open a UDP socket", "check the limit of open files");
  const set = (name: number, value: Uint8Array) =>
    libc.setsockopt(fd, Linux.SOL_SOCKET, name, value, value.length) === 0;
  const on = Uint8Array.of(1, 0, 0, 0);
  const device = new TextEncoder().encode(`${interfaceName}\0`);
  const anyAddress = Uint8Array.of(Linux.AF_INET, 0, port >>> 8, port & 0xff, ...new Uint8Array(12));
  const done =
    set(Linux.SO_REUSEADDR, on) &&
    set(Linux.SO_BROADCAST, on) &&
    set(Linux.SO_BINDTODEVICE, device) &&
    libc.bind(fd, anyAddress, anyAddress.length) === 0;
  if (done) return fd;
  const error = lastError(libc);
  libc.close(fd);
  throw await cannotListen({ protocol: "udp", host: interfaceName, port, purpose: "DHCP" }, error);
}
