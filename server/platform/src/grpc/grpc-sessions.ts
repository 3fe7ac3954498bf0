// The connections of a gRPC listener: how many there may be, whose they are, and which of them are dead.
import type { Http2Session } from "node:http2";
import type { Clock } from "../time/clock.ts";

/** Below what one process may usually have open, with room for files and other connections. */
const mostConnections = 16_000;
/** A worker has one; a machine that was restarted leaves the old one behind until a ping finds it dead. */
const mostConnectionsPerAddress = 8;
/** A machine that was switched off says nothing: its connection is found dead by a ping that nobody answers. */
const pingEveryMs = 30_000;
/** Pings are spread: ten thousand at once would be a stall of their own. */
const roundMs = 1000;

type Kept = { answered: boolean };

export class GrpcSessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<Http2Session, Kept>();
  readonly #perAddress = new Map<string, number>();
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

  /** @param isShared Many callers come from that address. @returns Why it may not be kept. */
  add(session: Http2Session, address: string, isShared: boolean): string | undefined {
    const count = this.#perAddress.get(address) ?? 0;
    if (this.#sessions.size >= mostConnections)
      return `the ${mostConnections} connections that workers may have are all in use; the one from ${address} was closed`;
    if (count >= mostConnectionsPerAddress && !isShared)
      return `${address} has ${count} connections already, which is all that one machine may have; another was closed`;
    this.#sessions.set(session, { answered: true });
    this.#perAddress.set(address, count + 1);
    session.once("close", () => this.#forget(session, address));
    return undefined;
  }

  /** No more calls; each connection ends with its last one. */
  close(): void {
    this.#cancelPing();
    for (const session of this.#sessions.keys()) session.close();
  }

  cut(): void {
    for (const session of this.#sessions.keys()) session.destroy();
  }

  #forget(session: Http2Session, address: string): void {
    this.#sessions.delete(session);
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(address, left);
    else this.#perAddress.delete(address);
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
