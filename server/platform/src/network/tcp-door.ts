// Where a server is reached over TCP: an address, and the link that its callers must come by. Linux answers on every link for each
// address that the machine has, so that an address alone keeps nobody out who reaches any of its links.
import { once } from "node:events";
import { type AddressInfo, createServer, isIPv4, type Server } from "node:net";
import { cannotListen } from "./cannot-listen.ts";
import { findLink } from "./interfaces.ts";
import { callFailed, type Libc, Linux, loadLibc } from "./libc.ts";
import { openSocket } from "./open-socket.ts";

export type TcpDoor = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What it is for, in words that fit after "for": "machines". */
  readonly purpose: string;
  /** Callers must come by one of these links, or be programs of this machine. None named, or no C library: whoever reaches the address. */
  readonly links?: readonly string[];
  /** A hall of machines may come at once. */
  readonly isForMany?: boolean;
};

/** `close` takes no more, and resolves when those have ended that `server` itself does not count as its own. */
export type OpenTcp = { readonly host: string; readonly port: number; close(): Promise<void> };

const anyAddress = "0.0.0.0";
/** The kernel cuts it to its own limit: with Node's default of 511 a hall that comes up at once meets a closed door. */
const backlog = 8192;
/**
 * In one turn of the event loop each listening descriptor is good for one connection. With one alone, those who were let in keep a busy
 * loop's turns long, and all others waiting at the door until they have gone.
 */
const descriptorsForMany = 16;

/** @param server Closing it is left to whoever made it. @throws {NetworkError} */
export async function openTcp(server: Server, door: TcpDoor, signal: AbortSignal): Promise<OpenTcp> {
  // Packets for 127/8 come by no link but loopback.
  const named = door.host.startsWith("127.") ? [] : (door.links ?? []);
  // A socket is tied to one link.
  const links = named.length === 0 ? [undefined] : [...new Set([...named, "lo"])];
  if (named.length === 0 && !(door.isForMany && isIPv4(door.host))) return await openPlain(server, door, signal);
  const libc = await loadLibc().catch(() => undefined);
  if (libc === undefined) return await openUntied(server, { ...door, links: named }, signal);
  /** Those that are no server's yet. All copies listen as soon as one does. */
  let open: number[] = [];
  try {
    return await openSeveral(server, door.port, async (next, port) => {
      for (const link of links) {
        const fd = await openSocket(libc, {
          ...{ ...door, port: port(), protocol: "tcp" },
          ...(link !== undefined && { link }),
        });
        open = door.isForMany ? [fd, ...copiesOf(libc, fd, descriptorsForMany - 1)] : [fd];
        // From here on descriptors are the servers' to close.
        for (let each = open.pop(); each !== undefined; each = open.pop()) {
          const one = next();
          one.listen({ fd: each, backlog });
          await once(one, "listening", { signal });
        }
      }
    });
  } catch (error) {
    for (const each of open) libc.close(each);
    throw error;
  }
}

/**
 * Where sockets cannot be tied to links: at the links' addresses, and this machine's own, in place of all addresses. Whoever reaches one of
 * them is let in: that is the caller's to say.
 */
async function openUntied(server: Server, door: TcpDoor, signal: AbortSignal): Promise<OpenTcp> {
  const { host, links = [] } = door;
  const addresses = links.flatMap((link) => findLink(link).ipv4.map(({ address }) => address));
  const hosts = host === anyAddress && links.length > 0 ? new Set([...addresses, "127.0.0.1"]) : [host];
  return await openSeveral(server, door.port, async (next, port) => {
    for (const each of hosts) await openPlain(next(), { ...door, host: each, port: port() }, signal);
  });
}

/**
 * A server listens once: what comes elsewhere is handed to it.
 * @param openEach Given, for one place after another, the server that is to listen there, and at which port.
 */
async function openSeveral(
  server: Server,
  wantedPort: number,
  openEach: (next: () => Server, port: () => number) => Promise<void>,
): Promise<OpenTcp> {
  const more: Server[] = [];
  const close = async () => void (await Promise.all(more.map(closed)));
  const next = (): Server => {
    if (!server.listening) return server;
    const one = handingTo(server);
    more.push(one);
    return one;
  };
  try {
    await openEach(next, () => (server.listening ? addressOf(server).port : wantedPort));
  } catch (error) {
    void close();
    server.close();
    throw error;
  }
  return { ...addressOf(server), close };
}

async function openPlain(server: Server, { host, port, purpose }: TcpDoor, signal: AbortSignal): Promise<OpenTcp> {
  try {
    server.listen({ host, port, backlog });
    await once(server, "listening", { signal });
  } catch (cause) {
    server.close();
    signal.throwIfAborted();
    throw await cannotListen({ protocol: "tcp", host, port, purpose }, cause);
  }
  return { ...addressOf(server), close: async () => undefined };
}

/** A server that takes connections as `server` would, and gives them to it. */
function handingTo(server: Server): Server {
  // Node keeps its options there, without saying so in its types.
  const { allowHalfOpen, noDelay } = server as { readonly allowHalfOpen?: boolean; readonly noDelay?: boolean };
  return createServer({ allowHalfOpen: allowHalfOpen === true, noDelay: noDelay === true }, (socket) =>
    server.emit("connection", socket),
  );
}

function copiesOf(libc: Libc, fd: number, count: number): number[] {
  const copies: number[] = [];
  while (copies.length < count) {
    const copy = libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0);
    if (copy >= 0) copies.push(copy);
    else {
      const error = callFailed(libc, "copy a listening socket", "raise the limit of open files");
      for (const each of [fd, ...copies]) libc.close(each);
      throw error;
    }
  }
  return copies;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function addressOf(server: Server): { host: string; port: number } {
  const { address, port } = server.address() as AddressInfo; // a TCP server's is no path
  return { host: isIPv4(address) ? address : `[${address}]`, port };
}
