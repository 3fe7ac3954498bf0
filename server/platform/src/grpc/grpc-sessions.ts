// The sessions of a gRPC listener, and which of them are dead.
import type { Http2Session } from "node:http2";
import type { Clock } from "../time/clock.ts";

/** A machine that was switched off says nothing: its connection is found dead by a ping that nobody answers. */
const pingEveryMs = 30_000;
/** Pings are spread: ten thousand at once would be a stall of their own. */
const roundMs = 1000;

type Kept = { answered: boolean };

export class GrpcSessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<Http2Session, Kept>();
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

  add(session: Http2Session): void {
    this.#sessions.set(session, { answered: true });
    session.once("close", () => this.#sessions.delete(session));
  }

  /** No more calls; each connection ends with its last one. */
  close(): void {
    this.#cancelPing();
    for (const session of this.#sessions.keys()) session.close();
  }

  cut(): void {
    for (const session of this.#sessions.keys()) session.destroy();
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
      ping(...next.value);
    }
  }
}

function ping(session: Http2Session, kept: Kept): void {
  if (session.destroyed || session.closed) return;
  if (!kept.answered) {
    session.destroy();
    return;
  }
  kept.answered = false;
  session.ping((error) => {
    kept.answered = error === null;
  });
}
