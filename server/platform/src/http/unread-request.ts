// What a caller hears of a request that no route sees: it is no HTTP that can be read, or its path is not.
import type { Socket } from "node:net";

export type UnreadRequest = { readonly status: number; readonly message: string };

export type RefusalText = { readonly type: string; readonly text: string };

export const badPath: UnreadRequest = {
  status: 400,
  message: "the path is not well encoded: write a percent sign as %25",
};
export const badExpectation: UnreadRequest = {
  status: 417,
  message: "the only expectation that is met here is 100-continue",
};

/** RFC 9110 §15.6.2: of a method that is met for no path at all. */
export const noProxy: UnreadRequest = {
  status: 501,
  message: "CONNECT is for proxies, and this is none: leave this address out of what the client reaches by a proxy",
};

export function plainText({ message }: UnreadRequest): RefusalText {
  return { type: "text/plain; charset=utf-8", text: `${message}\n` };
}

/** @param error As Node's HTTP server has it. @returns Undefined where there is nobody to tell. */
export function readUnreadRequest(error: NodeJS.ErrnoException & { reason?: string }): UnreadRequest | undefined {
  switch (error.code) {
    case "ECONNRESET":
    case "EPIPE":
      return undefined;
    case "HPE_HEADER_OVERFLOW":
      return { status: 431, message: "the path and the headers are longer than the 16 KiB that are read" };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { status: 408, message: "the request did not come whole in time; ask again" };
    default:
      return { status: 400, message: `this is no HTTP request that can be read: ${error.reason ?? error.message}` };
  }
}

/** Not those of `node:http`, whose import would load the browser's fetch with it. */
const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
};

/** Node has no answer for it, so it is written as it goes over the wire, and is the connection's last. */
export function endUnread(socket: Socket, { status }: UnreadRequest, { type, text }: RefusalText): void {
  const head = [
    `HTTP/1.1 ${status} ${reasons[status]}`,
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(text)}`,
    "connection: close",
  ];
  if (socket.writable) socket.end(`${head.join("\r\n")}\r\n\r\n${text}`);
  socket.destroySoon();
}
