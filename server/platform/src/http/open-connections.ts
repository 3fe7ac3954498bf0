// The connections of one HTTP server with the requests each of them is answering, so that a stop breaks nothing off, and so that there are
// not too many.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import { ConnectionCaps, type ConnectionRules, type HeldConnection } from "../network/connection-caps.ts";
import { plainAddress } from "../network/plain-address.ts";
import { AnswerTurns } from "./answer-turns.ts";

export class OpenConnections {
  readonly #caps: ConnectionCaps;
  readonly #held = new WeakMap<Socket, HeldConnection>();
  readonly #turns: AnswerTurns;
  #isEnding = false;

  constructor(server: Server, rules: ConnectionRules) {
    this.#caps = new ConnectionCaps(rules);
    this.#turns = new AnswerTurns((socket, what) => {
      const address = plainAddress(socket.remoteAddress ?? "");
      rules.onCrowded({ address, message: `of ${address} ${what}` });
    });
    // Over TLS, once that stands.
    const taken = server instanceof HttpsServer ? "secureConnection" : "connection";
    server.on(taken, (socket: Socket) => this.#take(socket));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => this.#answering(request, response));
  }

  /** Calls `begin` when nothing else is being answered on the request's connection; never when that ends before. */
  inTurn(request: IncomingMessage, response: ServerResponse, begin: () => void): void {
    this.#turns.next(request, response, begin);
  }

  /** Whether anything that came whole is still to be answered on it. */
  isAnswering(socket: Socket): boolean {
    return (this.#held.get(socket)?.calls ?? 0) > 0;
  }

  /** Whether it is in the midst of an answer: what else is written on it is read as a part of that. */
  isAmidst(socket: Socket): boolean {
    return this.#turns.isAmidst(socket);
  }

  /** Something is asked on it, and is going to be answered. */
  begin(socket: Socket): void {
    const held = this.#held.get(socket);
    if (held !== undefined) this.#caps.begin(held);
  }

  /** That was answered, or is not going to be. */
  end(socket: Socket): void {
    const held = this.#held.get(socket);
    if (held !== undefined) this.#ended(socket, this.#caps.end(held));
  }

  /** Ends what answers nothing now, and every other connection with its answers. New ones are not taken. */
  finish(): void {
    this.#isEnding = true;
    this.#caps.cutIdle();
  }

  /** Breaks off. */
  cut(): void {
    this.#caps.cut();
  }

  #take(socket: Socket): void {
    // Without an address it was reset before it was looked at, and is nobody's.
    if (this.#isEnding || socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const held = this.#caps.open(plainAddress(socket.remoteAddress), () => socket.destroy());
    this.#held.set(socket, held);
    socket.once("close", () => this.#caps.closed(held));
  }

  /** From the end of the question: a body that never ends is nothing to answer, and makes room as a connection without a question does. */
  #answering(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const held = this.#held.get(socket);
    if (held === undefined) return;
    let isAsked = false;
    const begin = (): void => {
      isAsked = true;
      this.#caps.begin(held);
    };
    if (hasBody(request)) request.once("end", begin);
    else begin();
    response.once("close", () => {
      request.off("end", begin);
      this.#ended(socket, isAsked ? this.#caps.end(held) : held.calls === 0);
    });
  }

  #ended(socket: Socket, isIdle: boolean): void {
    // Not at once: what the client has not read yet is still to go out.
    if (this.#isEnding && isIdle) socket.destroySoon();
  }
}

/** RFC 9112 §6.3. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
