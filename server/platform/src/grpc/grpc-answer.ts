// How a call ends: with a message and status 0, or with a status alone.
import { constants, type ServerHttp2Stream } from "node:http2";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type GrpcDetail, type GrpcError, grpcStatus } from "./grpc-error.ts";
import { frameMessage } from "./grpc-frames.ts";

/** For the status of a call whose caller goes on sending. */
const lingerMs = 1000;
const headers = { ":status": 200, "content-type": "application/grpc", "grpc-accept-encoding": "identity" } as const;

export function answerWith(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (isPast(stream)) return;
  stream.respond(headers, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(frameMessage(message));
}

/** Also ends a call that there is no method for, or that never gets to one. */
export function refuse(stream: ServerHttp2Stream, { code, message, details }: GrpcError): void {
  if (isPast(stream)) return;
  const status = grpcStatus[code];
  stream.respond(
    {
      ...headers,
      "grpc-status": String(status),
      "grpc-message": percentEncoded(message),
      ...(details.length === 0 ? {} : { "grpc-status-details-bin": statusDetails(status, message, details) }),
    },
    { endStream: true },
  );
  endSoon(stream);
}

/** After an answer to what its caller may never end: what still comes is thrown away. To cut it at once would take the answer back as well. */
export function endSoon(stream: ServerHttp2Stream): void {
  stream.resume();
  // Its caller has ended it, as nearly all have: nothing is waited for.
  if (stream.readableEnded) return;
  // Not the stream's own, which whatever comes puts off.
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), lingerMs);
  stream.once("close", () => clearTimeout(timer));
}

/** Nothing that may stand as it is (gRPC over HTTP/2, Responses): grpc-js gives back `%3B` and its like as they came. */
function percentEncoded(message: string): string {
  return message.toWellFormed().replace(/[^ -$&-~]+/g, encodeURIComponent);
}

/** One that its caller has broken off is closed first and destroyed later. */
function isPast({ destroyed, closed, headersSent }: ServerHttp2Stream): boolean {
  return destroyed || closed || headersSent;
}

/** google.rpc.Status: 1 is the code, 2 the text, 3 the details, each a google.protobuf.Any: 1 its type's URL, 2 its value. */
function statusDetails(status: number, message: string, details: readonly GrpcDetail[]): string {
  const writer = new BinaryWriter()
    .tag(1, WireType.Varint)
    .int32(status)
    .tag(2, WireType.LengthDelimited)
    .string(message);
  for (const { type, value } of details) {
    writer.tag(3, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(`type.googleapis.com/${type}`);
    writer.tag(2, WireType.LengthDelimited).bytes(value);
    writer.join();
  }
  return Buffer.from(writer.finish()).toString("base64").replace(/=+$/, "");
}
