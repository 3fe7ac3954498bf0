// What stands before TLS on a listener: who never says anything, who begins handshakes without ending them, and who speaks plain HTTP.
import type { Server } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { ConnectionCaps, type ConnectionRules } from "../network/connection-caps.ts";
import { plainAddress } from "../network/plain-address.ts";

/** From the connection to the end of the handshake. */
export const handshakeTimeoutMs = 10_000;
/** For the answer to who speaks plain HTTP. */
const goodbyeMs = 1000;

const firstOfHandshake = 0x16;
/** As Go's server says it, which programs look for. */
const plainHttpAnswer =
  "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
  "Client sent an HTTP request to an HTTPS server.\n";

/**
 * Puts itself before a server's own listener for connections.
 * @param rules Of connections whose handshake is not over; those that it is over of are counted as the server's.
 */
export function guardHandshakes(server: Server, rules: ConnectionRules): { cut(): void } {
  const [own] = server.listeners("connection") as ((socket: Socket) => void)[]; // as the event is documented
  if (own === undefined) throw new TypeError("the server takes no connections");
  server.off("connection", own);
  const caps = new ConnectionCaps(rules);
  const pending = new WeakMap<object, () => void>();
  server.on("connection", (socket: Socket) => {
    // Reset before it was looked at: it is nobody's.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const held = caps.open(plainAddress(socket.remoteAddress), () => socket.destroy());
    const deadline = setTimeout(() => socket.destroy(), handshakeTimeoutMs).unref();
    const over = (): void => {
      clearTimeout(deadline);
      caps.closed(held);
    };
    pending.set(socket, over);
    socket.once("close", over);
    socket.on("error", ignored);
    const hungUp = (): void => void socket.destroy();
    socket.once("end", hungUp);
    socket.once("data", (first: Buffer) => {
      socket.off("end", hungUp);
      if (isPlainHttp(first)) {
        answerPlain(socket);
        return;
      }
      socket.pause();
      socket.unshift(first);
      own.call(server, socket);
    });
  });
  server.on("secureConnection", (socket: TLSSocket) => pending.get(beneath(socket))?.());
  return { cut: () => caps.cut() };
}

/** Node keeps the socket that TLS runs over there, without saying so in its types. */
function beneath(socket: TLSSocket): object {
  return (socket as { readonly _parent?: object })._parent ?? socket;
}

function isPlainHttp(first: Buffer): boolean {
  return first[0] !== firstOfHandshake && /^[A-Z]{3,} /.test(first.toString("latin1", 0, 16));
}

function answerPlain(socket: Socket): void {
  // What still comes is read, or the kernel would break the answer off.
  socket.resume();
  socket.end(plainHttpAnswer);
  setTimeout(() => socket.destroy(), goodbyeMs).unref();
}

function ignored(): void {
  // 'close' comes next.
}
