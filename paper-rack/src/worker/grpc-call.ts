// One gRPC call on an HTTP/2 session, with as little around it as there can be: the load must cost less than what it loads.
import { type ClientHttp2Session, constants } from "node:http2";

export type GrpcAnswer = {
  /** gRPC status; 0 is OK. -1: the connection or the call broke. */
  readonly status: number;
  /** The message, unframed; empty unless the status is 0. */
  readonly message: Uint8Array;
};

const frameHeaderBytes = 5;
const broken: GrpcAnswer = { status: -1, message: new Uint8Array() };

/** Sends one message and takes one. Never rejects. */
export function grpcCall(session: ClientHttp2Session, path: string, message: Uint8Array): Promise<GrpcAnswer> {
  return new Promise((resolve) => {
    if (session.destroyed || session.closed) return resolve(broken);
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const parts: Buffer[] = [];
    let status: number | undefined;
    const readStatus = (headers: object) => {
      const text = (headers as Record<string, unknown>)["grpc-status"];
      if (text !== undefined) status = Number(text);
    };
    stream.on("response", readStatus);
    stream.on("trailers", readStatus);
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("error", () => undefined);
    stream.on("close", () => {
      if (status === undefined || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return resolve(broken);
      resolve({ status, message: Buffer.concat(parts).subarray(frameHeaderBytes) });
    });
    stream.end(framed(message));
  });
}

/** gRPC's length-prefixed message: a byte that says "not compressed", the length in four, the message. */
function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, frameHeaderBytes);
  return frame;
}
