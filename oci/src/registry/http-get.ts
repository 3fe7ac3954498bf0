// GET over HTTP(S) with the limits a registry client needs; node:http rather than fetch, which costs the guest 10 MB and 50 ms.

import type { Agent, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Agent as TlsAgent } from "node:https";
import { OciError } from "../oci-error.ts";
import { connectionFault } from "./connection-fault.ts";

// An import of node:http names all that it exports, the browser's WebSocket among it: that loads the whole of fetch, 16 MiB.
// biome-ignore lint/plugin: a module of Node's own.
const http = process.getBuiltinModule("node:http");
// biome-ignore lint/plugin: a module of Node's own.
const https = process.getBuiltinModule("node:https");

export type HttpResponse = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the connection up; for bodies that are not read to their end. */
  readonly close: () => void;
};

/** @throws {OciError} `unreachable` when no answer's headers come; the signal's reason when that aborts. */
export type HttpGet = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<HttpResponse>;

export type HttpClientOptions = {
  /** A connection without a byte for this long is given up. */
  readonly idleTimeoutMs?: number;
  /** HTTP_PROXY, HTTPS_PROXY, NO_PROXY and their lower-case forms are heeded; by default no proxy. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
};

const redirectLimit = 5;

/** A client that keeps connections, follows redirects, and takes credentials along only within one origin. */
export class HttpClient {
  readonly #plain: Agent;
  readonly #tls: TlsAgent;
  readonly #idleTimeoutMs: number;

  constructor({ idleTimeoutMs = 30_000, proxyEnv = {} }: HttpClientOptions = {}) {
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#plain = new http.Agent({ keepAlive: true, proxyEnv });
    this.#tls = new https.Agent({ keepAlive: true, proxyEnv });
  }

  readonly get: HttpGet = async (url, headers, signal) => {
    let [at, sent] = [url, headers];
    for (let redirects = 0; ; redirects++) {
      const response = await this.#once(at, sent, signal);
      const { location } = response.headers;
      if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return response;
      response.close();
      if (redirects === redirectLimit)
        throw new OciError("refused", `${url.href} redirects more than ${redirectLimit} times.`);
      const next = redirectTarget(location, at);
      if (next.origin !== at.origin) sent = withoutAuthorization(sent);
      at = next;
    }
  };

  /** Closes idle connections. */
  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }

  #once(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const options = { headers, signal, timeout: this.#idleTimeoutMs };
      const answered = (message: IncomingMessage): void => resolve(responseOf(message, url, signal));
      const request =
        url.protocol === "https:"
          ? https.get(url, { ...options, agent: this.#tls }, answered)
          : http.get(url, { ...options, agent: this.#plain }, answered);
      request.on("timeout", () => request.destroy(new Error(`no byte for ${this.#idleTimeoutMs} ms`)));
      request.on("error", (error) => reject(signal.aborted ? signal.reason : unreachable(url, error)));
    });
  }
}

function responseOf(message: IncomingMessage, url: URL, signal: AbortSignal): HttpResponse {
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    body: bodyOf(message, url, signal),
    close: () => message.destroy(),
  };
}

async function* bodyOf(message: IncomingMessage, url: URL, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* message;
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url, error);
  }
}

function unreachable(url: URL, error: unknown): OciError {
  const why = connectionFault(error, url.host);
  return new OciError("unreachable", `GET ${url.origin}${url.pathname} broke off: ${why}.`, { cause: error });
}

function redirectTarget(location: string, from: URL): URL {
  const next = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (next === undefined || (next.protocol !== "http:" && next.protocol !== "https:"))
    throw new OciError("refused", `${from.href} redirects to "${location.slice(0, 200)}", which is no http URL.`);
  return next;
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"));
}
