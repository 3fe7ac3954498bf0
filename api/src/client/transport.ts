// Requests to the resource API: address, token, and failures as ApiError.
import { ApiError, toApiError } from "./api-error.ts";
import { reasonOf, whyNoAnswer } from "./no-answer.ts";

export type TransportOptions = {
  /** `http://127.0.0.1:7480`. */
  readonly server: string;
  readonly token: string;
  /** Where the token was found, for saying whose is refused: `TINK_TOKEN`. */
  readonly tokenFrom?: string | undefined;
  /** For tests, or for a TLS set-up of its own. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** How a manager of fields names itself. Default `neverland-client`. */
  readonly fieldManager?: string;
  /** Told of what the server warns of, such as fields that a kind does not have: a sentence each. */
  readonly onWarning?: (text: string) => void;
};

export type Request = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: { readonly [name: string]: string | number | boolean | undefined };
  readonly body?: unknown;
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
};

/** Resolves with the answer when it is a good one, its body unread. @throws {ApiError} */
export async function send(options: TransportOptions, request: Request): Promise<Response> {
  const url = new URL(request.path, options.server);
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined && value !== "" && value !== false) url.searchParams.set(name, String(value));
  const asked = `${request.method} ${url.href}`;
  const init: RequestInit = {
    method: request.method,
    headers: {
      accept: request.accept ?? "application/json",
      authorization: `Bearer ${options.token}`,
      ...(request.body !== undefined && { "content-type": request.contentType ?? "application/json" }),
    },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    ...(request.signal && { signal: request.signal }),
  };
  const response = await (options.fetch ?? fetch)(url, init).catch((error: unknown) => {
    request.signal?.throwIfAborted();
    throw new ApiError("unavailable", `${asked} got no answer: ${whyNoAnswer(error)}`, { cause: error });
  });
  for (const text of warningsIn(response.headers.get("warning"))) options.onWarning?.(text);
  if (response.ok) return response;
  if (response.status === 401 && options.tokenFrom !== undefined) {
    const text = `${asked} was refused: the server does not know the token of ${options.tokenFrom}; is that the token of this server?`;
    throw new ApiError("unauthorized", text, { reason: "Unauthorized" });
  }
  throw toApiError(response.status, bodyOf(await response.text().catch(() => "")), asked);
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** RFC 7234 §5.5: `299 - "text"`, several parted by commas. */
function warningsIn(header: string | null): string[] {
  const found = (header ?? "").matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g);
  return Array.from(found, ([, text = ""]) => text.replace(/\\(.)/g, "$1"));
}

/** A server that has not answered a plain call by then is not going to. */
const callTimeoutMs = 30_000;

/** As {@link send}, with the body read as JSON, within 30 s. */
export async function sendForJson(options: TransportOptions, request: Request): Promise<unknown> {
  const deadline = AbortSignal.timeout(callTimeoutMs);
  const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
  const response = await send(options, { ...request, signal });
  return await response.json().catch((error: unknown) => {
    request.signal?.throwIfAborted();
    const asked = `${request.method} ${request.path}`;
    throw new ApiError("unavailable", `The answer to ${asked} could not be read: ${reasonOf(error)}`, { cause: error });
  });
}
