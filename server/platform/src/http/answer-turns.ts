// Requests that come on a connection before the one ahead of them is answered (pipelining). Node hands each over as soon as it has read
// it, though the answer cannot go out yet: what it holds (a file, what was read ahead of it) would be held by thousands.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { onAnswerOver } from "./answer-over.ts";

/** Programs that do it at all (apt) have ten. */
const mostWaiting = 16;

type Line = { last: ServerResponse; current: ServerResponse | undefined; waiting: number };

export class AnswerTurns {
  readonly #lines = new WeakMap<Socket, Line>();
  readonly #onTooMany: (socket: Socket, message: string) => void;

  /** @param onTooMany Told once for each connection that was closed because too many waited on it. */
  constructor(onTooMany: (socket: Socket, message: string) => void) {
    this.#onTooMany = onTooMany;
  }

  /** Calls `begin` once all before it on its connection have been answered; never when the connection ends before. */
  next({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): void {
    if (socket.destroyed) return;
    const line = this.#lines.getOrInsertComputed(socket, () => ({ last: response, current: undefined, waiting: 0 }));
    const before = line.last;
    line.last = response;
    // An answer gets the socket when its turn has come.
    if (response.socket !== null) {
      line.current = response;
      begin();
      return;
    }
    if (line.waiting === mostWaiting) {
      socket.destroy();
      const message = `more than ${mostWaiting} requests waited for the answers before them on one connection, which was closed`;
      this.#onTooMany(socket, message);
      return;
    }
    line.waiting += 1;
    onAnswerOver(before, () => {
      line.waiting -= 1;
      if (socket.destroyed) return;
      line.current = response;
      begin();
    });
  }

  /** Whether an answer has begun on it that is not over: what else is written there is read as a part of that. */
  isAmidst(socket: Socket): boolean {
    const current = this.#lines.get(socket)?.current;
    return current?.headersSent === true && !current.destroyed;
  }
}
