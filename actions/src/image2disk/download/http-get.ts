// One GET of an image, from a byte on: redirects, proxies, and an end to a connection that falls silent.
import type { IncomingMessage } from "node:http";
import { ActionError } from "../../program/action-error.ts";

export type ImageRequest = {
  readonly url: URL;
  readonly offset: number;
  /** Entity tag or date of what was read before; with it the server sends a range only of that same file. */
  readonly validator: string | undefined;
};

/** `transient` faults are worth another try. */
export class HttpFault extends Error {
  override readonly name = "HttpFault";
  readonly isTransient: boolean;
  constructor(message: string, isTransient: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isTransient = isTransient;
  }
}

const maxRedirects = 10;
/** A server that says nothing for so long is taken for gone. */
const silenceMs = 60_000;
/** Their bytes do not tell what they are; gzip and zstd are seen, and said. */
const unseenEncodings = /br|deflate|compress/i;
const transientStatus = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * @returns A response of status 200, or 206 when a part was asked for.
 * @throws {HttpFault} For anything else.
 */
export async function getImage(request: ImageRequest, signal: AbortSignal): Promise<IncomingMessage> {
  let url = request.url;
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const response = await getOnce({ ...request, url }, signal);
    const status = response.statusCode ?? 0;
    const isImage = status === 200 || (status === 206 && request.offset > 0);
    const encoding = response.headers["content-encoding"] ?? "identity";
    if (isImage && !unseenEncodings.test(encoding)) return response;
    response.destroy();
    if (isImage) {
      const mend = "Switch that off there for images";
      throw new HttpFault(`${shown(url)} was sent encoded by ${encoding}, though asked for as it is. ${mend}`, false);
    }
    const next = status >= 300 && status < 400 ? URL.parse(response.headers.location ?? "", url) : null;
    if (next === null)
      throw new HttpFault(`${shown(url)} answered ${status} ${response.statusMessage}`, transientStatus.has(status));
    if (next.protocol !== "http:" && next.protocol !== "https:")
      throw new HttpFault(`${shown(url)} redirects to ${next.protocol}, which is neither http nor https`, false);
    url = next;
  }
  throw new HttpFault(`${shown(request.url)} redirects more than ${maxRedirects} times`, false);
}

async function getOnce({ url, offset, validator }: ImageRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const range = offset === 0 ? {} : { range: `bytes=${offset}-`, ...(validator ? { "if-range": validator } : {}) };
  // No encoding on the way: lengths and ranges must mean the file's own bytes.
  const headers = { "user-agent": "neverland-image2disk", "accept-encoding": "identity", ...range };
  const options = { headers, signal };
  // Only the one that is needed: TLS takes Node as long to load as all else that this program has.
  const { Agent, get } = await (url.protocol === "https:" ? import("node:https") : import("node:http"));
  const request = get(url, { ...options, agent: new Agent(proxies()) }, resolve);
  request.setTimeout(silenceMs, () => {
    request.destroy(new HttpFault(`${shown(url)} sent nothing for ${silenceMs / 1000} s`, true));
  });
  request.on("error", reject);
  try {
    return await promise;
  } catch (cause) {
    if (signal.aborted || cause instanceof HttpFault) throw cause;
    // OpenSSL's own words are many, and say no more.
    if (cause instanceof Error && /wrong version number|packet length too long/.test(cause.message))
      throw new HttpFault(`${shown(url)} does not speak TLS: write http in place of https`, false);
    throw new HttpFault(`${shown(url)} could not be reached`, true, { cause });
  }
}

/** Follows the proxy variables, as upstream's actions do. Without any, Node need not load what reads them. */
function proxies(): { readonly proxyEnv?: NodeJS.ProcessEnv } {
  const isAnySet = Object.keys(process.env).some((name) => /^(https?|no)_proxy$/i.test(name));
  return isAnySet ? { proxyEnv: process.env } : {};
}

/** Without password and query, which may hold secrets. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** A fault of the network while the body was read, in a sentence. */
export function bodyFault(url: URL, cause: unknown): HttpFault | ActionError {
  if (cause instanceof HttpFault || cause instanceof ActionError) return cause;
  return new HttpFault(`the connection to ${shown(url)} broke`, true, { cause });
}
