// Where a server is reached over TCP: an address, and the link that its callers must come by. Linux answers on every link for each
// address that the machine has, so that an address alone keeps nobody out who reaches any of its links.
import { once } from "node:events";
import { type AddressInfo, createServer, isIPv4, type Server } from "node:net";
import { cannotListen } from "./cannot-listen.ts";
import { loadLibc } from "./libc.ts";
import { openTiedSocket } from "./tied-socket.ts";

export type TcpDoor = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What it is for, in words that fit after "for": "machines". */
  readonly purpose: string;
  /** Callers must come by one of these links, or be programs of this machine. None named: whoever reaches the address. */
  readonly links?: readonly string[];
};

export type OpenTcp = { readonly host: string; readonly port: number; close(): void };

/** The kernel cuts it to its own limit: with Node's default of 511 a hall that comes up at once meets a closed door. */
const backlog = 8192;

/** @param server Closing it is left to whoever made it. @throws {NetworkError} */
export async function openTcp(server: Server, door: TcpDoor, signal: AbortSignal): Promise<OpenTcp> {
  const [link, ...others] = door.links ?? [];
  // Packets for 127/8 come by no link but loopback.
  if (link === undefined || door.host.startsWith("127.")) return await openPlain(server, door, signal);
  const opened = await openTied(server, door, link, signal);
  // A socket is tied to one link, and a server listens once: what comes by the others is handed to it.
  const more = new Set(others).add("lo").difference(new Set([link]));
  const doors: Server[] = [];
  const close = () => doors.forEach((one) => void one.close());
  try {
    for (const other of more) {
      const one = createServer((socket) => server.emit("connection", socket));
      await openTied(one, { ...door, port: opened.port }, other, signal);
      doors.push(one);
    }
  } catch (error) {
    close();
    server.close();
    throw error;
  }
  return { ...opened, close };
}

async function openPlain(server: Server, { host, port, purpose }: TcpDoor, signal: AbortSignal): Promise<OpenTcp> {
  try {
    server.listen({ host, port, backlog });
    await once(server, "listening", { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw await cannotListen({ protocol: "tcp", host, port, purpose }, cause);
  }
  return { ...addressOf(server), close: () => undefined };
}

async function openTied(server: Server, door: TcpDoor, link: string, signal: AbortSignal): Promise<OpenTcp> {
  const fd = await openTiedSocket(await loadLibc(), { ...door, protocol: "tcp", link });
  server.listen({ fd, backlog }); // from here on the descriptor is the server's to close
  await once(server, "listening", { signal });
  return { ...addressOf(server), close: () => undefined };
}

function addressOf(server: Server): { host: string; port: number } {
  const { address, port } = server.address() as AddressInfo; // a TCP server's is no path
  return { host: isIPv4(address) ? address : `[${address}]`, port };
}
