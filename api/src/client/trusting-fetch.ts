// A fetch for servers whose certificate a CA of our own has signed: Node's takes no CA. Connections are kept for the next request.
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";
import { Readable } from "node:stream";

export type Trust = {
  /** The CA in PEM form; absent: those that the system trusts. */
  readonly authority?: string | undefined;
  /** The name that the certificate is for, where the address is another. */
  readonly serverName?: string | undefined;
};

/** Does of fetch what the API's client uses: bodies that are text, answers that are streamed, signals; it follows no redirections. */
export function trustingFetch({ authority, serverName }: Trust): typeof fetch {
  const trust = {
    ...(authority === undefined ? {} : { ca: authority }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
  const agent = new Agent({ keepAlive: true, minVersion: "TLSv1.2", ...trust });
  return async (input, init = {}) => {
    const { method = "GET", signal, body } = init;
    const headers: OutgoingHttpHeaders = Object.fromEntries(new Headers(init.headers));
    // Node leaves it out of a DELETE.
    if (typeof body === "string") headers["content-length"] = Buffer.byteLength(body);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const url = input instanceof Request ? input.url : input;
    const asked = request(url, { method, headers, agent, ...(signal && { signal }) }, resolve);
    asked.once("error", reject);
    asked.end(body ?? undefined);
    return toResponse(await promise);
  };
}

function toResponse(message: IncomingMessage): Response {
  const status = message.statusCode ?? 502;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(message.headersDistinct))
    for (const value of values) headers.append(name, value);
  if (status === 204 || status === 304) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(message) as ReadableStream<Uint8Array>, { status, headers }); // one of bytes
}
