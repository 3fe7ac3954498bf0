// One HTTP listener with its routes: the boot plane's and the management plane's are two of these.
import type { IncomingMessage, ServerResponse } from "node:http";
import { Server as HttpsServer, type ServerOptions } from "node:https";
import type { Socket } from "node:net";
import Fastify, { type FastifyHttpsOptions, type FastifyInstance } from "fastify";
import type { ConnectionRules } from "../network/connection-caps.ts";
import { type OpenTcp, openTcp, type TcpDoor } from "../network/tcp-door.ts";
import type { Service } from "../service.ts";
import type { TlsIdentity } from "../tls/shown-identity.ts";
import { onAbort } from "../wait/abort.ts";
import { Burst } from "../wait/burst.ts";
import { OpenConnections } from "./open-connections.ts";
import { ShortAnswers } from "./short-answers.ts";
import { guardHandshakes, handshakeTimeoutMs } from "./tls-front.ts";
import {
  badExpectation,
  badPath,
  endUnread,
  noProxy,
  plainText,
  type RefusalText,
  readUnreadRequest,
  type UnreadRequest,
} from "./unread-request.ts";

export type HttpListenerOptions = TcpDoor & {
  /** How long a request may take to arrive; downloads and watches go on as long as they like. */
  readonly requestTimeoutMs: number;
  readonly bodyLimitBytes: number;
  /** How long a connection may stand still, also in the midst of an answer. For ever by default: a watch may have nothing to say. */
  readonly stallTimeoutMs?: number;
  /**
   * Whether to be as lenient as nginx and Apache are: slashes that are doubled count once, as in a URL put together of two halves, who says
   * that it will write no more (`nc -N`) is sent the rest of its answer, and a boot loader's client need not name the host. Not by default: one
   * who watches and goes away says no more than that.
   */
  readonly isLenient?: boolean;
  readonly connections: ConnectionRules;
  /** How callers are told of a request that no route sees. As plain text by default. */
  readonly refusalText?: (unread: UnreadRequest) => RefusalText;
  readonly onUnread?: (unread: UnreadRequest, address: string | undefined) => void;
  /** Plain HTTP when absent. Nothing that is short is answered without Node's HTTP server then. */
  readonly tls?: TlsIdentity | undefined;
  readonly register: (app: FastifyInstance) => Promise<void>;
};

type Running = {
  readonly app: FastifyInstance;
  readonly connections: OpenConnections;
  readonly handshakes: { cut(): void };
  door?: OpenTcp;
};

export class HttpListener implements Service {
  readonly #options: HttpListenerOptions;
  #running: Running | undefined;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
  }

  /** `http://ADDRESS:PORT`, or `https://`; defined once started. */
  get url(): string | undefined {
    const { host, port } = this.#running?.door ?? {};
    return host === undefined ? undefined : `http${this.#options.tls === undefined ? "" : "s"}://${host}:${port}`;
  }

  /** @throws {NetworkError} */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { requestTimeoutMs, bodyLimitBytes, stallTimeoutMs = 0, connections: rules, register } = this.#options;
    const { refusalText = plainText, onUnread = () => undefined, isLenient = false, tls } = this.#options;
    const refuse = (request: IncomingMessage, response: ServerResponse, unread: UnreadRequest): void => {
      const { type, text } = refusalText(unread);
      onUnread(unread, request.socket.remoteAddress);
      const head = { "content-type": type, "content-length": Buffer.byteLength(text) };
      connections.inTurn(request, response, () => void response.writeHead(unread.status, head).end(text));
    };
    const end = (socket: Socket, unread: UnreadRequest): void => {
      onUnread(unread, socket.remoteAddress);
      if (connections.isAmidst(socket)) socket.destroy();
      else endUnread(socket, unread, refusalText(unread));
    };
    const options: FastifyHttpsOptions<HttpsServer> = {
      https: tls === undefined ? null : tlsOptions(tls),
      routerOptions: { ignoreDuplicateSlashes: isLenient },
      ...{ bodyLimit: bodyLimitBytes, requestTimeout: requestTimeoutMs, connectionTimeout: stallTimeoutMs },
      frameworkErrors: (_error, request, reply) => {
        reply.hijack();
        refuse(request.raw, reply.raw, badPath);
      },
      clientErrorHandler: (error, socket) => {
        const unread = readUnreadRequest(error);
        if (unread === undefined || socket.destroyed) socket.destroy();
        else end(socket, unread);
      },
      // Schemas are not Fastify's task here: what would compile them is a tenth of a start.
      schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    };
    // To whoever registers on it, it is the same with TLS and without.
    const app = Fastify(options) as unknown as FastifyInstance;
    Object.assign(app.server, { httpAllowHalfOpen: isLenient, requireHostHeader: !isLenient });
    app.server.on("checkExpectation", (request, response) => refuse(request, response, badExpectation));
    app.server.on("connect", ({ socket }) =>
      end(
        socket.on("error", () => socket.destroy()),
        noProxy,
      ),
    );
    const burst = new Burst();
    const { server } = app;
    const short = server instanceof HttpsServer ? undefined : new ShortAnswers(server, burst);
    const connections = new OpenConnections(server, rules);
    const handshakes = server instanceof HttpsServer ? guardHandshakes(server, rules) : { cut: () => undefined };
    if (server instanceof HttpsServer && tls !== undefined) app.addHook("onClose", renewing(server, tls));
    this.#running = { app, connections, handshakes };
    // Before any other hook: whoever waits its turn costs nothing but its request.
    app.addHook("onRequest", ({ raw }, reply, done) => {
      const begin = (): void => void (raw.socket.destroyed || done());
      connections.inTurn(raw, reply.raw, () => burst.run(begin));
    });
    await register(app);
    await app.ready();
    short?.begin(connections);
    this.#running.door = await openTcp(app.server, this.#options, signal);
  }

  /** Watches end by the routes' own `preClose` hooks; what is being downloaded is sent to its end, or until `deadline` aborts. */
  async stop(deadline: AbortSignal): Promise<void> {
    if (this.#running === undefined) return;
    const { app, connections, handshakes, door } = this.#running;
    this.#running = undefined;
    const closed = Promise.all([door?.close(), app.close()]);
    handshakes.cut();
    connections.finish();
    const forget = onAbort(deadline, () => connections.cut());
    await closed;
    forget();
  }
}

/** @returns What ends it. */
function renewing(server: HttpsServer, tls: TlsIdentity): () => Promise<void> {
  const end = tls.onChange(({ certificate: cert, privateKey: key }) => server.setSecureContext({ cert, key }));
  return async () => end();
}

/** HTTP/1.1 alone: stops, caps and slow readers go by the connection, and there each watch has one of its own. */
function tlsOptions(tls: TlsIdentity): ServerOptions {
  const { certificate: cert, privateKey: key } = tls.current();
  return { cert, key, minVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"], handshakeTimeout: handshakeTimeoutMs };
}

function noSchemas(): never {
  throw new TypeError("routes have no schemas of Fastify's: their values are read by zod");
}
