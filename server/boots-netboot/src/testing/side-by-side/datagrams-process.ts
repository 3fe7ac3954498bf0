// Sends datagrams from within a network namespace and tells what comes back: JSON lines in and out. The end of stdin ends it.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { DatagramOrder } from "./datagrams.ts";

const sockets = new Map<string, Socket>();

async function socketOf({ from, port = 0 }: DatagramOrder): Promise<Socket> {
  const known = sockets.get(from);
  if (known !== undefined) return known;
  const socket = createSocket({ type: "udp4" });
  sockets.set(from, socket);
  socket.on("message", (bytes, { port: ofServer }) => {
    process.stdout.write(`${JSON.stringify({ to: from, port: ofServer, hex: bytes.toString("hex") })}\n`);
  });
  await once(socket.bind(port), "listening");
  socket.setBroadcast(true);
  return socket;
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as DatagramOrder; // written by the test beside it
  (await socketOf(order)).send(Buffer.from(order.hex, "hex"), order.toPort, order.toAddress);
}
for (const socket of sockets.values()) socket.close();
