// The HTTP/2 listener for gRPC: plain text as workers speak it, or TLS; limits, and an end that lets calls finish.
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { Clock } from "@neverland/platform/clock.ts";
import { type OpenTcp, openTcp, type TcpDoor } from "@neverland/platform/network/tcp-door.ts";
import type { Service } from "@neverland/platform/service.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";

export type GrpcAddress = { readonly host: string; readonly port: number };

export type GrpcListenerOptions = {
  /** Each is listened on. */
  readonly doors: readonly Pick<TcpDoor, "host" | "links">[];
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
  readonly #servers: Http2Server[] = [];
  readonly #doors: OpenTcp[] = [];
  #cancelPing = () => {};

  constructor(options: GrpcListenerOptions) {
    this.#options = options;
  }

  /** The first of those listened on; undefined until started. */
  get address(): GrpcAddress | undefined {
    const [door] = this.#doors;
    return door && { host: door.host, port: door.port };
  }

  /** @throws {NetworkError} When a port cannot be had. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { doors, port } = this.#options;
    for (const door of doors) {
      const server = this.#makeServer();
      this.#doors.push(await openTcp(server, { ...door, port, purpose: "workers" }, signal));
      this.#servers.push(server);
    }
    this.#pingLater();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    const servers = this.#servers.splice(0);
    for (const door of this.#doors.splice(0)) door.close();
    this.#cancelPing();
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    const cut = () => {
      for (const session of this.#sessions.keys()) session.destroy();
    };
    // Calls that run are answered; a session without any ends at once.
    for (const session of this.#sessions.keys()) session.close();
    const forget = onAbort(deadline, cut);
    await Promise.all(closed);
    forget();
  }

  #makeServer(): Http2Server {
    const { tls, routes } = this.#options;
    const handler = connectNodeAdapter({ routes, connect: false, grpcWeb: false, readMaxBytes: longestMessageBytes });
    const settings = { settings: { maxConcurrentStreams: mostCallsPerConnection }, maxSessionMemory: 64 };
    const server =
      tls === undefined
        ? createServer(settings, handler)
        : createSecureServer({ ...settings, cert: tls.certificate, key: tls.privateKey }, handler);
    server.on("session", (session) => this.#keep(session));
    return server;
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
