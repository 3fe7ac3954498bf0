// UDP sockets as the rest of the server sees them, and the plain ones that need no C library.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { cannotListen, type WantedPort } from "./cannot-listen.ts";
import { NetworkError } from "./network-error.ts";

export interface Datagram {
  readonly bytes: Uint8Array;
  readonly address: string;
  readonly port: number;
}

/** An open UDP socket. */
export interface UdpEndpoint {
  readonly port: number;
  onDatagram(handler: (datagram: Datagram) => void): void;
  /** Resolves when the kernel has taken the datagram; rejects with the system's error. */
  send(bytes: Uint8Array, address: string, port: number): Promise<void>;
  close(): Promise<void>;
}

/** Binds to one local address: what is sent leaves from it. Port 0 takes a free one. @throws {NetworkError} */
export async function bindUdp(wanted: Omit<WantedPort, "protocol">, signal: AbortSignal): Promise<UdpEndpoint> {
  const socket = createSocket({ type: "udp4" });
  try {
    socket.bind({ address: wanted.host, port: wanted.port, exclusive: true });
    await once(socket, "listening", { signal });
    socket.setBroadcast(true);
    return endpointOf(socket);
  } catch (cause) {
    socket.close();
    signal.throwIfAborted();
    throw await cannotListen({ protocol: "udp", ...wanted }, cause);
  }
}

/**
 * Listens to one IPv6 multicast group on one link, and answers from the link's own address.
 * @param group Such as `ff02::1:2`. @throws {NetworkError} `refused`
 */
export async function bindUdpToGroup(
  group: string,
  linkName: string,
  port: number,
  signal: AbortSignal,
): Promise<UdpEndpoint> {
  const socket = createSocket({ type: "udp6", reuseAddr: true });
  try {
    // Bound to the group itself: what comes to the link's unicast addresses stays with whoever else listens there.
    socket.bind({ address: `${group}%${linkName}`, port });
    await once(socket, "listening", { signal });
    socket.addMembership(group, `::%${linkName}`);
    return endpointOf(socket);
  } catch (cause) {
    socket.close();
    signal.throwIfAborted();
    throw new NetworkError(
      "refused",
      `could not listen to ${group} on ${linkName}, UDP port ${port}: ${String(cause)}`,
      { cause },
    );
  }
}

/** Wraps a bound socket. */
export function endpointOf(socket: Socket): UdpEndpoint {
  let closed = false;
  // Errors of one sending come to its own promise; what comes here (such as an ICMP refusal) concerns no one.
  socket.on("error", () => {});
  return {
    port: socket.address().port,
    onDatagram(handler) {
      socket.on("message", (bytes, from) => handler({ bytes, address: from.address, port: from.port }));
    },
    send(bytes, address, port) {
      if (closed) return Promise.resolve();
      return new Promise((resolve, reject) => {
        socket.send(bytes, port, address, (error) => (error === null ? resolve() : reject(error)));
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      socket.close();
      await once(socket, "close");
    },
  };
}
