// The connections of one HTTP server with the requests each of them is answering, so that a stop breaks nothing off, and so that there are
// not too many.
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ConnectionCaps, type ConnectionRules } from "../network/connection-caps.ts";
import { plainAddress } from "../network/plain-address.ts";

export class OpenConnections {
  readonly #caps: ConnectionCaps<Socket>;
  #isEnding = false;

  constructor(server: Server, rules: ConnectionRules) {
    this.#caps = new ConnectionCaps(rules);
    server.on("connection", (socket: Socket) => this.#take(socket));
    server.on("request", (_request, response: ServerResponse) => this.#answering(response));
  }

  /** Ends what answers nothing now, and every other connection with its answer. New ones are not taken. */
  finish(): void {
    this.#isEnding = true;
    for (const socket of this.#caps.keys()) if (this.#caps.isIdle(socket)) socket.destroy();
  }

  /** Breaks off. */
  cut(): void {
    this.#caps.cut();
  }

  #take(socket: Socket): void {
    if (this.#isEnding) {
      socket.destroy();
      return;
    }
    socket.once("close", () => this.#caps.closed(socket));
    this.#caps.open(socket, plainAddress(socket.remoteAddress ?? ""), () => socket.destroy());
  }

  #answering(response: ServerResponse): void {
    const { socket } = response;
    if (socket === null) return;
    this.#caps.begin(socket);
    response.once("close", () => {
      this.#caps.end(socket);
      // Not at once: what the client has not read yet is still to go out.
      if (this.#isEnding && this.#caps.isIdle(socket)) socket.destroySoon();
    });
  }
}
