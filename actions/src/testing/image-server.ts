// A web server for images that can be told to fail the way real ones do.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export type Behaviour = {
  readonly body: Buffer;
  /** Break the n-th connection after so many bytes of its body. */
  readonly breakAfter?: readonly number[];
  readonly hasRanges?: boolean;
  /** The entity tag of the n-th connection; the last one stays. */
  readonly tags?: readonly string[];
  /** Status codes of the first connections. */
  readonly statuses?: readonly number[];
  readonly statesLength?: boolean;
  /** What the server has done to the file on the way, by its own word. */
  readonly encoding?: string;
  /** Ends the body by ending the connection, as servers of HTTP/1.0 do. */
  readonly endsByClosing?: boolean;
};

export type ImageServer = {
  readonly port: number;
  readonly requests: { readonly range: string | undefined; readonly ifRange: string | undefined }[];
  [Symbol.asyncDispose](): Promise<void>;
};

export async function serveImage(behaviour: Behaviour): Promise<ImageServer> {
  const requests: ImageServer["requests"] = [];
  const server = createServer((request, response) => {
    requests.push({ range: request.headers.range, ifRange: request.headers["if-range"] as string | undefined });
    answer(behaviour, requests.length - 1, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test server has no port");
  return {
    port: address.port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(behaviour: Behaviour, turn: number, request: IncomingMessage, response: ServerResponse): void {
  const status = behaviour.statuses?.[turn];
  if (status !== undefined && status !== 200) {
    response.writeHead(status).end();
    return;
  }
  const tag = behaviour.tags?.[Math.min(turn, behaviour.tags.length - 1)];
  if (tag !== undefined) response.setHeader("etag", `"${tag}"`);
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? "0");
  const isSame = request.headers["if-range"] === undefined || request.headers["if-range"] === `"${tag}"`;
  const start = behaviour.hasRanges !== false && isSame ? from : 0;
  const body = behaviour.body.subarray(start);
  if (start > 0) {
    response.statusCode = 206;
    response.setHeader("content-range", `bytes ${start}-${behaviour.body.length - 1}/${behaviour.body.length}`);
  }
  if (behaviour.statesLength !== false) response.setHeader("content-length", body.length);
  if (behaviour.encoding !== undefined) response.setHeader("content-encoding", behaviour.encoding);
  if (behaviour.endsByClosing === true) {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.removeHeader("content-length");
  }
  const breakAfter = behaviour.breakAfter?.[turn];
  // Node would name the length of what is all there when it ends.
  if (behaviour.statesLength === false) response.flushHeaders();
  if (breakAfter === undefined) response.end(body);
  else response.write(body.subarray(0, breakAfter), () => response.destroy());
}
