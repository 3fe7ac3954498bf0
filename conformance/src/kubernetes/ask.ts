// One request to either server, by Node's own client, and all of the answer.
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

export type ApiServer = { readonly url: string; readonly token: string; readonly ca?: string };

export type Question = {
  /** JSON, unless it is text. */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
};

export type Answer = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly text: string;
};

/** For a whole answer, a watch that ends by itself among them. */
const answerWithinMs = 30_000;

export async function ask(server: ApiServer, method: string, path: string, question: Question = {}): Promise<Answer> {
  const { body, headers = {} } = question;
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = {
    method,
    ...(server.ca !== undefined && { ca: server.ca }),
    agent: false,
    headers: {
      authorization: `Bearer ${server.token}`,
      ...(text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      ...headers,
    },
    signal: AbortSignal.timeout(answerWithinMs),
  };
  const request = server.url.startsWith("https:") ? requestHttps : requestHttp;
  const sent = request(`${server.url}${path}`, options, (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("error", reject);
    response.on("end", () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: Buffer.concat(chunks).toString("utf8"),
      }),
    );
  });
  sent.on("error", reject);
  sent.end(text);
  return await promise;
}
