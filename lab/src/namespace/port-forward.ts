// Lets programs outside reach a machine inside: a unix socket is seen from both, a network address from one side only.
import { unlink } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { LabError, reasonOf } from "../lab-error.ts";

export interface Forward {
  /** TCP port on 127.0.0.1 of the outside half; 0 for the inside half. */
  readonly port: number;
  close(): Promise<void>;
}

export interface LabAddress {
  readonly host: string;
  readonly port: number;
}

// sockaddr_un holds 107 bytes and a zero.
const longestSocketPathBytes = 107;
const connectTimeoutMs = 10_000;

/** The half inside the namespace: whoever connects to `socketPath` reaches `to`. @throws {LabError} `socket-refused`. */
export async function forwardIntoLab(socketPath: string, to: LabAddress): Promise<Forward> {
  refuseLongPath(socketPath);
  await unlink(socketPath).catch(() => undefined); // left by a lab that was killed
  const half = pairingServer(() =>
    createConnection({ host: to.host, port: to.port, timeout: connectTimeoutMs, allowHalfOpen: true }),
  );
  await listening(half.server, { path: socketPath }, socketPath);
  return { port: 0, close: half.close };
}

/** The half on the host: 127.0.0.1:`port` reaches the other half. @param port 0 takes a free one. */
export async function forwardFromHost(port: number, socketPath: string): Promise<Forward> {
  refuseLongPath(socketPath);
  const half = pairingServer(() =>
    createConnection({ path: socketPath, timeout: connectTimeoutMs, allowHalfOpen: true }),
  );
  await listening(half.server, { host: "127.0.0.1", port }, `127.0.0.1:${port}`);
  const address = half.server.address();
  return { port: typeof address === "object" && address !== null ? address.port : port, close: half.close };
}

function pairingServer(connect: () => Socket): { server: Server; close: () => Promise<void> } {
  const open = new Set<Socket>();
  // Half-open on both sides: one end may have said all it has to say and still listen.
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect();
    for (const socket of [near, far]) {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
    }
    splice(near, far);
  });
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of open) socket.destroy();
    await closed;
  };
  return { server, close };
}

function splice(near: Socket, far: Socket): void {
  // Each direction ends on its own; a connection that breaks takes the other with it, and nobody is left to be told.
  pipeline(near, far, () => undefined);
  pipeline(far, near, () => undefined);
  // The timeout is for reaching the far end; afterwards silence is no fault.
  far.once("connect", () => far.setTimeout(0));
  far.once("timeout", () => far.destroy());
}

function listening(
  server: Server,
  where: { path: string } | { host: string; port: number },
  name: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new LabError("socket-refused", `cannot listen on ${name}: ${reasonOf(cause)}`, { cause })),
    );
    server.listen(where, () => resolve());
  });
}

function refuseLongPath(path: string): void {
  if (Buffer.byteLength(path) <= longestSocketPathBytes) return;
  throw new LabError(
    "socket-refused",
    `socket path ${path} has over ${longestSocketPathBytes} bytes, which no unix socket takes; use a shorter lab directory`,
  );
}
