// One HTTP listener with its routes: the boot plane's and the management plane's are two of these.
import Fastify, { type FastifyInstance } from "fastify";
import type { ConnectionRules } from "../network/connection-caps.ts";
import { type OpenTcp, openTcp, type TcpDoor } from "../network/tcp-door.ts";
import type { Service } from "../service.ts";
import { onAbort } from "../wait/abort.ts";
import { Burst } from "../wait/burst.ts";
import { OpenConnections } from "./open-connections.ts";
import { ShortAnswers } from "./short-answers.ts";

export type HttpListenerOptions = TcpDoor & {
  /** How long a request may take to arrive; downloads and watches go on as long as they like. */
  readonly requestTimeoutMs: number;
  readonly bodyLimitBytes: number;
  /** How long a connection may stand still, also in the midst of an answer. For ever by default: a watch may have nothing to say. */
  readonly stallTimeoutMs?: number;
  /**
   * Whether to be as lenient as nginx and Apache are: slashes that are doubled count once, as in a URL put together of two halves, and who says
   * that it will write no more (`nc -N`) is sent the rest of its answer. Not by default: one who watches and goes away says no more than that.
   */
  readonly isLenient?: boolean;
  readonly connections: ConnectionRules;
  /** What callers hear of a path that cannot be decoded, which no route sees. Plain text by default. */
  readonly badPath?: BadPath;
  readonly register: (app: FastifyInstance) => Promise<void>;
};

export type BadPath = { readonly type: string; readonly text: string };

const plainBadPath: BadPath = { type: "text/plain; charset=utf-8", text: "the path is not well encoded\n" };

export class HttpListener implements Service {
  readonly #options: HttpListenerOptions;
  #running: { readonly app: FastifyInstance; readonly connections: OpenConnections; door?: OpenTcp } | undefined;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
  }

  /** `http://ADDRESS:PORT`; defined once started. */
  get url(): string | undefined {
    const { host, port } = this.#running?.door ?? {};
    return host === undefined ? undefined : `http://${host}:${port}`;
  }

  /** @throws {NetworkError} */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { requestTimeoutMs, bodyLimitBytes, stallTimeoutMs = 0, connections: rules, register } = this.#options;
    const { badPath = plainBadPath, isLenient = false } = this.#options;
    const app = Fastify({
      routerOptions: { ignoreDuplicateSlashes: isLenient },
      ...{ bodyLimit: bodyLimitBytes, requestTimeout: requestTimeoutMs, connectionTimeout: stallTimeoutMs },
      frameworkErrors: (_error, _request, reply) => {
        reply.hijack();
        reply.raw.writeHead(400, { "content-type": badPath.type }).end(badPath.text);
      },
      // Schemas are not Fastify's task here: what would compile them is a tenth of a start.
      schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    });
    Object.assign(app.server, { httpAllowHalfOpen: isLenient });
    const burst = new Burst();
    const short = new ShortAnswers(app.server, burst);
    const connections = new OpenConnections(app.server, rules);
    this.#running = { app, connections };
    // Before any other hook: whoever waits its turn costs nothing but its request.
    app.addHook("onRequest", ({ raw }, reply, done) => {
      const begin = (): void => void (raw.socket.destroyed || done());
      connections.inTurn(raw, reply.raw, () => burst.run(begin));
    });
    await register(app);
    await app.ready();
    short.begin(connections);
    this.#running.door = await openTcp(app.server, this.#options, signal);
  }

  /** Watches end by the routes' own `preClose` hooks; what is being downloaded is sent to its end, or until `deadline` aborts. */
  async stop(deadline: AbortSignal): Promise<void> {
    if (this.#running === undefined) return;
    const { app, connections, door } = this.#running;
    this.#running = undefined;
    const closed = Promise.all([door?.close(), app.close()]);
    connections.finish();
    const forget = onAbort(deadline, () => connections.cut());
    await closed;
    forget();
  }
}

function noSchemas(): never {
  throw new TypeError("routes have no schemas of Fastify's: their values are read by zod");
}
