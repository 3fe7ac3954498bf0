// Connections whose other side has hung up, taken down in slices: a proxy that ends, or a flood that does, ends thousands at once, and Node goes
// through all that has come in one turn of the event loop.
import type { Socket } from "node:net";
import { Turns } from "../wait/turns.ts";

export class HangUps {
  readonly #turns = new Turns();
  readonly #isAnswering: (socket: Socket) => boolean;

  constructor(isAnswering: (socket: Socket) => boolean) {
    this.#isAnswering = isAnswering;
  }

  /** Takes the connection down when its turn comes. @param finish Does so where something is still to be sent on it. */
  ended(socket: Socket, finish: () => void): void {
    this.#turns.run(() => {
      if (socket.destroyed) return;
      // At half of what it costs to say goodbye first.
      if (socket.writableLength === 0 && !this.#isAnswering(socket)) socket.destroy();
      else finish();
    }, true);
  }

  /** What listens for the connection's end now is told of it in that turn. */
  follow(socket: Socket): void {
    const listeners = socket.listeners("end");
    socket.removeAllListeners("end");
    socket.once("end", () =>
      this.ended(socket, () => {
        for (const listener of listeners) listener.call(socket);
      }),
    );
  }
}
