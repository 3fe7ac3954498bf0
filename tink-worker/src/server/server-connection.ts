// The HTTP/2 connection to the server: made when it is needed, asked whether it lives when there is doubt, left when it does not.

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  connect,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";
import { WorkerError } from "../worker-error.ts";

/** What is bound to one session goes with its state, so that news of an old session never touches a new one. */
type State =
  /** None that new calls may use; the next call makes one. A session that the server took leave of may still finish its calls. */
  | { readonly is: "closed" }
  /** On its way. Calls wait for it, each no longer than its own deadline. */
  | { readonly is: "connecting"; readonly session: ClientHttp2Session; readonly settled: Promise<void> }
  /** In use. `heardMs`: when the server was last heard. */
  | { readonly is: "open"; readonly session: ClientHttp2Session; heardMs: number }
  /**
   * A call got no answer, or nothing was heard for long. A ping is on its way. Calls under way are left alone, new ones wait:
   * with the answer it is open again, without one all its calls fail at once, as they would at their deadlines.
   */
  | { readonly is: "doubted"; readonly session: ClientHttp2Session; readonly settled: Promise<void> };

export type ConnectionTimes = {
  readonly connectTimeoutMs: number;
  readonly pingTimeoutMs: number;
  /** A connection that was silent for longer is asked before it is used. */
  readonly silentMs: number;
};

/** Published servers end a connection on the third ping without an answer of theirs in between; here each call follows a ping. */
const usualTimes: ConnectionTimes = { connectTimeoutMs: 10_000, pingTimeoutMs: 5_000, silentMs: 60_000 };

/** A session manager as connect-node wants it. */
export class ServerConnection {
  /** `http://host:port` */
  readonly authority: string;
  readonly #tls: SecureClientSessionOptions;
  readonly #times: ConnectionTimes;
  /** Those that drain, too. */
  readonly #sessions = new Set<ClientHttp2Session>();
  #state: State = { is: "closed" };

  constructor(url: string, tls: SecureClientSessionOptions = {}, times: Partial<ConnectionTimes> = {}) {
    this.authority = new URL(url).origin;
    this.#tls = tls;
    this.#times = { ...usualTimes, ...times };
  }

  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: ClientSessionRequestOptions,
  ): Promise<ClientHttp2Stream> {
    const session = await this.#usable();
    return session.request({ ...headers, ":method": method, ":path": path }, options);
  }

  notifyResponseByteRead(stream: ClientHttp2Stream): void {
    if (this.#state.is === "open" && this.#state.session === stream.session) this.#state.heardMs = performance.now();
  }

  /** To be called when a call got no answer. Costs a healthy connection one ping, whichever connection the call was on. */
  doubt(): void {
    if (this.#state.is !== "open") return;
    const { session } = this.#state;
    this.#state = { is: "doubted", session, settled: this.#ask(session) };
  }

  /** Breaks off whatever is under way. */
  close(): void {
    this.#state = { is: "closed" };
    for (const session of this.#sessions) session.destroy();
  }

  async #usable(): Promise<ClientHttp2Session> {
    for (let heardJustNow = false; ; ) {
      const state = this.#state;
      if (state.is === "closed") this.#connect();
      else if (state.is !== "open") {
        await state.settled;
        heardJustNow = true;
      } else if (state.session.closed || state.session.destroyed) this.#leave(state.session);
      else if (!heardJustNow && performance.now() - state.heardMs > this.#times.silentMs) this.doubt();
      else return state.session;
    }
  }

  #connect(): void {
    const session = connect(this.authority, this.#tls);
    this.#sessions.add(session);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => {}); // whoever waits hears it; perhaps nobody does any more
    const { connectTimeoutMs } = this.#times;
    const timer = setTimeout(
      () => session.destroy(this.#silence(`took no connection within ${connectTimeoutMs / 1000} s`)),
      connectTimeoutMs,
    );
    session.on("connect", () => {
      clearTimeout(timer);
      this.#state = { is: "open", session, heardMs: performance.now() };
      resolve();
    });
    session.on("goaway", () => this.#leave(session));
    session.on("error", (error) => {
      this.#leave(session);
      reject(error);
    });
    session.on("close", () => {
      clearTimeout(timer);
      this.#sessions.delete(session);
      this.#leave(session);
      reject(this.#silence("closed the connection"));
    });
    this.#state = { is: "connecting", session, settled: promise };
  }

  /** New calls do not use this session any more; those it has may end on it. */
  #leave(session: ClientHttp2Session): void {
    if (this.#state.is !== "closed" && this.#state.session === session) this.#state = { is: "closed" };
  }

  async #ask(session: ClientHttp2Session): Promise<void> {
    const answered = await ping(session, this.#times.pingTimeoutMs);
    if (!answered) session.destroy(this.#silence("did not answer a ping"));
    // While it was asked, the session may have closed, and another may have taken its place.
    if (this.#state.is !== "doubted" || this.#state.session !== session) return;
    this.#state = answered ? { is: "open", session, heardMs: performance.now() } : { is: "closed" };
  }

  #silence(what: string): WorkerError {
    return new WorkerError("unreachable", `${this.authority} ${what}`);
  }
}

function ping(session: ClientHttp2Session, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const fail = (): void => resolve(false);
  session.once("close", fail);
  if (session.closed || session.destroyed || !session.ping((error) => resolve(error === null))) fail();
  return promise.finally(() => {
    clearTimeout(timer);
    session.off("close", fail);
  });
}
