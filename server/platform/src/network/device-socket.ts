// A UDP socket tied to one interface: it hears what arrives there, also from clients without an address, and what it
// broadcasts leaves there. Node's dgram cannot tie a socket, but adopts one that is.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { WantedPort } from "./cannot-listen.ts";
import type { Libc } from "./libc.ts";
import { openSocket } from "./open-socket.ts";
import { endpointOf, type UdpEndpoint } from "./udp-endpoint.ts";

/** Listens on `wanted.host` (`0.0.0.0`: every address), to what comes by `interfaceName` and nothing else. @throws {NetworkError} */
export async function bindUdpToDevice(
  libc: Libc,
  interfaceName: string,
  wanted: Omit<WantedPort, "protocol">,
  signal: AbortSignal,
): Promise<UdpEndpoint> {
  const fd = await openSocket(libc, { ...wanted, protocol: "udp", link: interfaceName });
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
