// The HTTP/2 listener for gRPC: plain text as workers speak it, or TLS; limits, and an end that lets calls finish.
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { Clock } from "../platform/clock.ts";
import type { Service } from "../platform/service.ts";

export type GrpcAddress = { readonly host: string; readonly port: number };

export type GrpcListenerOptions = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
  readonly clock: Clock;
  readonly routes: (router: ConnectRouter) => void;
};

/** A worker's inventory is some tens of kB. */
const longestMessageBytes = 1024 * 1024;
const mostConnections = 20_000;
/** A proxy in front may put many workers on one connection. */
const mostCallsPerConnection = 5000;
/** A machine that was switched off says nothing: its connection is found dead by a ping that nobody answers. */
const pingEveryMs = 30_000;

export class GrpcListener implements Service {
  readonly #options: GrpcListenerOptions;
  readonly #sessions = new Map<ServerHttp2Session, { answered: boolean }>();
  #server: Http2Server | undefined;
  #cancelPing = () => {};

  constructor(options: GrpcListenerOptions) {
    this.#options = options;
  }

  get address(): GrpcAddress | undefined {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    return address ? { host: address.address, port: address.port } : undefined;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { host, port, tls, routes } = this.#options;
    const handler = connectNodeAdapter({ routes, connect: false, grpcWeb: false, readMaxBytes: longestMessageBytes });
    const settings = { settings: { maxConcurrentStreams: mostCallsPerConnection }, maxSessionMemory: 64 };
    const server =
      tls === undefined
        ? createServer(settings, handler)
        : createSecureServer({ ...settings, cert: tls.certificate, key: tls.privateKey }, handler);
    server.on("session", (session) => this.#keep(session));
    const listening = Promise.withResolvers<void>();
    server.once("error", (error) =>
      listening.reject(
        new Error(`cannot listen for gRPC on ${host}:${port}: ${error.message}; is another server running?`, {
          cause: error,
        }),
      ),
    );
    server.listen({ host, port }, () => listening.resolve());
    await listening.promise;
    this.#server = server;
    this.#pingLater();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#cancelPing();
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const cut = () => {
      for (const session of this.#sessions.keys()) session.destroy();
    };
    deadline.addEventListener("abort", cut, { once: true });
    // Calls that run are answered; a session without any ends at once.
    for (const session of this.#sessions.keys()) session.close();
    if (deadline.aborted) cut();
    await closed;
    deadline.removeEventListener("abort", cut);
  }

  #keep(session: ServerHttp2Session): void {
    if (this.#sessions.size >= mostConnections) {
      session.destroy();
      return;
    }
    this.#sessions.set(session, { answered: true });
    session.on("close", () => this.#sessions.delete(session));
    // What goes wrong with one connection ends that connection, and nothing else.
    session.on("error", () => session.destroy());
  }

  #pingLater(): void {
    this.#cancelPing = this.#options.clock.after(pingEveryMs, () => {
      for (const [session, state] of this.#sessions) ping(session, state);
      this.#pingLater();
    });
  }
}

function ping(session: ServerHttp2Session, state: { answered: boolean }): void {
  if (session.destroyed || session.closed) return;
  if (!state.answered) {
    session.destroy();
    return;
  }
  state.answered = false;
  session.ping((error) => {
    state.answered = error === null;
  });
}
