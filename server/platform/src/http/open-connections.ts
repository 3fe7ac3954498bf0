// The connections of one HTTP server with the requests each of them is answering, so that a stop breaks nothing off.
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export class OpenConnections {
  /** How many requests a connection is answering. */
  readonly #requests = new Map<Socket, number>();
  #isEnding = false;

  constructor(server: Server) {
    server.on("connection", (socket: Socket) => this.#take(socket));
    server.on("request", (_request, response: ServerResponse) => this.#answering(response));
  }

  /** Ends what answers nothing now, and every other connection with its answer. New ones are not taken. */
  finish(): void {
    this.#isEnding = true;
    for (const [socket, requests] of this.#requests) if (requests === 0) socket.destroy();
  }

  /** Breaks off. */
  cut(): void {
    for (const socket of this.#requests.keys()) socket.destroy();
  }

  #take(socket: Socket): void {
    if (this.#isEnding) {
      socket.destroy();
      return;
    }
    this.#requests.set(socket, 0);
    socket.once("close", () => this.#requests.delete(socket));
  }

  #answering(response: ServerResponse): void {
    const { socket } = response;
    if (socket === null) return;
    this.#requests.set(socket, (this.#requests.get(socket) ?? 0) + 1);
    response.once("close", () => {
      const rest = (this.#requests.get(socket) ?? 1) - 1;
      if (this.#requests.has(socket)) this.#requests.set(socket, rest);
      // Not at once: what the client has not read yet is still to go out.
      if (this.#isEnding && rest === 0) socket.destroySoon();
    });
  }
}
