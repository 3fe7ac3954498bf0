// One HTTP listener with its routes: the boot plane's and the management plane's are two of these.
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { cannotListen } from "../network/cannot-listen.ts";
import type { Service } from "../service.ts";

export type HttpListenerOptions = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What it serves, for the error message: "machines". */
  readonly purpose: string;
  /** How long a request may take to arrive; downloads and watches go on as long as they like. */
  readonly requestTimeoutMs: number;
  readonly bodyLimitBytes: number;
  readonly register: (app: FastifyInstance) => Promise<void>;
};

export class HttpListener implements Service {
  readonly #options: HttpListenerOptions;
  #app: FastifyInstance | undefined;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
  }

  /** `http://ADDRESS:PORT`; defined once started. */
  get url(): string | undefined {
    const address = this.#app?.server.address() as AddressInfo | null | undefined;
    return address ? `http://${address.address}:${address.port}` : undefined;
  }

  /** @throws {NetworkError} */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { host, port, purpose, requestTimeoutMs, bodyLimitBytes, register } = this.#options;
    const app = Fastify({ bodyLimit: bodyLimitBytes, requestTimeout: requestTimeoutMs, forceCloseConnections: true });
    this.#app = app;
    await register(app);
    try {
      await app.listen({ host, port });
    } catch (cause) {
      throw await cannotListen({ protocol: "tcp", host, port, purpose }, cause);
    }
  }

  async stop(): Promise<void> {
    await this.#app?.close();
  }
}
