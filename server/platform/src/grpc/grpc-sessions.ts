// The sessions of a gRPC listener, and which of them are dead.
import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";
import type { Clock } from "../time/clock.ts";
import { Turns } from "../wait/turns.ts";
import { EndedSessions } from "./ended-sessions.ts";

/** A machine that was switched off says nothing: its connection is found dead by a ping that nobody answers. */
const lookEveryMs = 30_000;
/** Who has asked since needs no ping. Longer than a worker waits for its answer: one that asks again and again is never pinged. */
const quietMs = 60_000;
/** Looks are spread: ten thousand at once would be a stall of their own. */
const roundMs = 1000;

type Kept = {
  answered: boolean;
  /** When it was opened, or asked last. */
  heardMs: number;
  /** It was found ended, or on its way there, at the last look. */
  wasClosed: boolean;
  /** Beneath it, also beneath TLS. Undefined: it had gone already. */
  readonly socket: Socket | undefined;
};

export class GrpcSessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<Http2Session, Kept>();
  readonly #ended = new EndedSessions();
  /** A proxy that ends takes thousands with it, and Node goes through all that has come in one turn of the event loop. */
  readonly #hungUp = new Turns();
  #round: Iterator<[Http2Session, Kept]> = new Map().entries();
  /** Looks that are due; a fraction, so that one connection is not looked at each round. */
  #due = 0;
  #cancelLook = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    this.#cancelLook = this.#clock.after(roundMs, () => {
      this.#due += (this.#sessions.size * roundMs) / lookEveryMs;
      this.#lookAtSome(Math.floor(this.#due));
      this.#due %= 1;
      this.start();
    });
  }

  /** @param socket Beneath it, also beneath TLS. Undefined: it has gone already. */
  add(session: Http2Session, socket: Socket | undefined): void {
    this.#sessions.set(session, { answered: true, heardMs: this.#clock.nowMs(), wasClosed: false, socket });
    if (socket !== undefined) this.#endInTurn(session, socket);
    this.#ended.follow(session);
    session.on("close", () => this.#sessions.delete(session));
  }

  /** Its caller asks something. */
  heard(session: Http2Session): void {
    const kept = this.#sessions.get(session);
    if (kept !== undefined) kept.heardMs = this.#clock.nowMs();
  }

  /** When its other side hangs up. With TLS the socket beneath hears nothing of that. */
  #endInTurn(session: Http2Session, socket: Socket): void {
    // Or Node would end it at once.
    socket.allowHalfOpen = true;
    socket.once("end", () => this.#hungUp.run(() => end(session, socket)));
  }

  /** No more calls; each connection ends with its last one. */
  close(): void {
    this.#cancelLook();
    for (const session of this.#sessions.keys()) session.close();
  }

  cut(): void {
    for (const [session, { socket }] of this.#sessions) end(session, socket);
  }

  /** Goes on where it left off; each connection has its turn once in a while. */
  #lookAtSome(count: number): void {
    for (let n = 0; n < count; n += 1) {
      let next = this.#round.next();
      if (next.done) {
        this.#round = this.#sessions.entries();
        next = this.#round.next();
      }
      if (next.done) return;
      look(...next.value, this.#clock.nowMs());
    }
  }
}

/** A session that ends by itself does not always end what is beneath it. */
function end(session: Http2Session, socket: Socket | undefined): void {
  session.destroy();
  socket?.destroy();
}

function look(session: Http2Session, kept: Kept, nowMs: number): void {
  const isOver = session.destroyed || session.closed;
  // One that the caller closes (GOAWAY) goes on until its calls have ended, and then waits for the end of a connection that may have none
  // any more: what the kernel says of it was told to the session.
  const isDead = !kept.answered || (isOver && kept.wasClosed);
  kept.wasClosed = isOver;
  if (isDead) end(session, kept.socket);
  else if (!isOver && nowMs - kept.heardMs > quietMs) {
    kept.answered = false;
    session.ping((error) => {
      kept.answered = error === null;
    });
  }
}
