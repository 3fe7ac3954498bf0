// The sessions of a gRPC listener, and which of them are dead.
import type { Http2Session } from "node:http2";
import type { Clock } from "../time/clock.ts";
import { EndedSessions } from "./ended-sessions.ts";

/** A machine that was switched off says nothing: its connection is found dead by a ping that nobody answers. */
const pingEveryMs = 30_000;
/** Pings are spread: ten thousand at once would be a stall of their own. */
const roundMs = 1000;

type Kept = {
  answered: boolean;
  /** It was found ended, or on its way there, at the last look. */
  wasClosed: boolean;
  /** Ends the connection beneath. */
  readonly cut: () => void;
};

export class GrpcSessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<Http2Session, Kept>();
  readonly #ended = new EndedSessions();
  #round: Iterator<[Http2Session, Kept]> = new Map().entries();
  /** Pings that are due; a fraction, so that one connection is not pinged each round. */
  #due = 0;
  #cancelPing = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    this.#cancelPing = this.#clock.after(roundMs, () => {
      this.#due += (this.#sessions.size * roundMs) / pingEveryMs;
      this.#pingSome(Math.floor(this.#due));
      this.#due %= 1;
      this.start();
    });
  }

  /** @param cut Ends the connection beneath: a session that ends by itself does not always. */
  add(session: Http2Session, cut: () => void): void {
    this.#sessions.set(session, { answered: true, wasClosed: false, cut });
    this.#ended.follow(session);
    session.once("close", () => this.#sessions.delete(session));
  }

  /** No more calls; each connection ends with its last one. */
  close(): void {
    this.#cancelPing();
    for (const session of this.#sessions.keys()) session.close();
  }

  cut(): void {
    for (const [session, { cut }] of this.#sessions) {
      session.destroy();
      cut();
    }
  }

  /** Goes on where it left off; each connection has its turn once in a while. */
  #pingSome(count: number): void {
    for (let n = 0; n < count; n += 1) {
      let next = this.#round.next();
      if (next.done) {
        this.#round = this.#sessions.entries();
        next = this.#round.next();
      }
      if (next.done) return;
      look(...next.value);
    }
  }
}

function look(session: Http2Session, kept: Kept): void {
  const isOver = session.destroyed || session.closed;
  // One that the caller closes (GOAWAY) goes on until its calls have ended, and then waits for the end of a connection that may have none
  // any more: what the kernel says of it was told to the session.
  const isDead = !kept.answered || (isOver && kept.wasClosed);
  kept.wasClosed = isOver;
  if (isDead) {
    session.destroy();
    kept.cut();
  } else if (!isOver) {
    kept.answered = false;
    session.ping((error) => {
      kept.answered = error === null;
    });
  }
}
