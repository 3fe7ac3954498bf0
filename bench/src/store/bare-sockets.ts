// Writes the same bytes to all who are connected, and nothing else: what the kernel costs. A process of its own, told by its parent.
import { createServer, type Socket } from "node:net";

/** Written once as many are connected. */
export type SocketsOrder = { readonly connections: number; readonly bytes: number };

const sockets: Socket[] = [];
const server = createServer({ noDelay: true }, (socket) => sockets.push(socket.on("error", () => undefined)));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(typeof address === "object" ? address?.port : undefined);
});

let line = Buffer.alloc(0);
process.on("message", (order: SocketsOrder) => write(order));
process.once("disconnect", () => {
  server.close();
  for (const socket of sockets) socket.destroy();
});

function write(order: SocketsOrder): void {
  if (sockets.length < order.connections) return void setImmediate(write, order);
  if (line.length !== order.bytes) line = Buffer.alloc(order.bytes, "x");
  for (const socket of sockets) socket.write(line);
}
