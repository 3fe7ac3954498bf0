// TFTP as far as a flood is about it: what a client asks with, and a whole read of a file of one block.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export const tftpFile = { name: "snponly.efi", bytes: Buffer.alloc(300, 7) } as const;

const server = { port: 69, host: "127.0.0.1" } as const;
const request = Buffer.from(`\0\x01${tftpFile.name}\0octet\0`, "latin1");
const acknowledgement = Buffer.of(0, 4, 0, 1);

/** From a port of its own. */
export async function openReader(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("error", () => undefined);
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

export function askToRead(socket: Socket): void {
  socket.send(request, server.port, server.host);
}

/** Resolves with whether the file came, with the right bytes, in time. */
export async function readOneBlock(address: string, timeoutMs: number): Promise<boolean> {
  const socket = await openReader(address);
  try {
    const answer = once(socket, "message", { signal: AbortSignal.timeout(timeoutMs) });
    askToRead(socket);
    const [packet, { port }] = await answer;
    socket.send(acknowledgement, port, server.host);
    return packet[1] === 3 && tftpFile.bytes.equals(packet.subarray(4));
  } catch {
    return false;
  } finally {
    // What was sent last is on its way when the next turn begins.
    setImmediate(() => socket.close());
  }
}
