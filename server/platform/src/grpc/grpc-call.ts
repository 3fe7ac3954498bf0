// One call: takes its body, asks the method, answers with a message or a status.
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Turns } from "../wait/turns.ts";
import type { FairRoom } from "./fair-room.ts";
import { type GrpcDetail, GrpcError, grpcStatus } from "./grpc-error.ts";
import { FrameReader, frameMessage } from "./grpc-frames.ts";
import type { GrpcCaller, GrpcMethod } from "./grpc-method.ts";

export type CallLimits = {
  readonly mostMessageBytes: number;
  /** What a call of one message costs before it has sent a byte. */
  readonly callBytes: number;
  /** How long a caller may be silent within its own message. */
  readonly stallMs: number;
  /** How long a caller may be silent between two messages of a stream. */
  readonly silenceMs: number;
  /** How long one message may take to come, however busily. */
  readonly messageMs: number;
};

export type CallDeps = {
  readonly method: GrpcMethod;
  /** The peer's. */
  readonly address: string;
  readonly limits: CallLimits;
  /** In bytes, for messages that have not come whole. */
  readonly frameRoom: FairRoom;
  /** In streams: one is open for as long as its caller likes, and mostly between two messages. */
  readonly streamRoom: FairRoom;
  readonly isShared: boolean;
  /** The call was given up: before its message was whole, or, a stream, for newer ones. */
  readonly onGivenUp: (reason: "CallNotWhole" | "TooManyStreams", message: string) => void;
  readonly turns: Turns;
  readonly toGrpcError: (error: unknown) => GrpcError;
};

const contentType = "application/grpc";
/** For the status of a call whose caller goes on sending. */
const lingerMs = 1000;
/** One for all: an error of its own for each call would cost more than the rest of its end, and mostly nobody reads it. */
const hungUp = new GrpcError("cancelled", "the caller hung up");
const answerHeaders = { ":status": 200, "content-type": contentType, "grpc-accept-encoding": "identity" } as const;

/** Answers the call. Never rejects: whatever goes wrong with it ends with a status, or with the connection. */
export async function serveCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { method, address, isShared, limits, frameRoom, streamRoom, turns, toGrpcError, onGivenUp }: CallDeps,
): Promise<void> {
  const over = new AbortController();
  const cancelDeadline = hangUpAfter(headers["grpc-timeout"], over);
  let isAnswered = false;
  stream.once("close", () => {
    if (!isAnswered) over.abort(hungUp);
  });
  const forwardedFor = headers["x-forwarded-for"];
  const caller: GrpcCaller = {
    address,
    signal: over.signal,
    forwardedFor: Array.isArray(forwardedFor) ? forwardedFor.join(",") : forwardedFor,
  };
  const giveUp = (why: GrpcError, reason: "CallNotWhole" | "TooManyStreams" = "CallNotWhole"): void => {
    frames.drop();
    refuse(stream, why);
    onGivenUp(reason, why.message);
  };
  const held = frameRoom.open(address, isShared, giveUp);
  const place = streamRoom.open(address, isShared, (why) => giveUp(why, "TooManyStreams"));
  const frames = new FrameReader(limits.mostMessageBytes, held);
  stream.on("timeout", () => {
    if (!stream.destroyed && !stream.headersSent) giveUp(silent(address));
  });
  try {
    if (method.isStream) place.take(1);
    else held.take(limits.callBytes);
    const encoding = headers["grpc-encoding"] ?? "identity";
    if (encoding !== "identity")
      throw new GrpcError("unimplemented", `messages are not taken in the encoding ${encoding}; send them as they are`);
    const body = method.isStream ? messagesOf(stream, limits, frames) : await oneMessage(stream, limits, frames);
    if (!method.isStream) held.close();
    await turns.next();
    answerWith(stream, await method.serve(body, caller));
  } catch (error) {
    refuse(stream, toGrpcError(error));
  } finally {
    isAnswered = true;
    held.close();
    place.close();
    cancelDeadline();
  }
}

/** Ends a call that there is no method for, or that never gets to one. */
export function refuse(stream: ServerHttp2Stream, { code, message, details }: GrpcError): void {
  if (stream.destroyed || stream.headersSent) return;
  const status = grpcStatus[code];
  stream.respond(
    {
      ...answerHeaders,
      "grpc-status": String(status),
      "grpc-message": encodeURIComponent(message).replaceAll("%20", " "),
      ...(details.length === 0 ? {} : { "grpc-status-details-bin": statusDetails(status, message, details) }),
    },
    { endStream: true },
  );
  endSoon(stream);
}

/** After an answer to what its caller may never end: what still comes is thrown away. To cut it at once would take the answer back as well. */
export function endSoon(stream: ServerHttp2Stream): void {
  stream.resume();
  // Not the stream's own, which whatever comes puts off.
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), lingerMs);
  stream.once("close", () => clearTimeout(timer));
}

function answerWith(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(answerHeaders, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(frameMessage(message));
}

/** Without an iterator, which would cost more than all the rest of a call. */
function oneMessage(stream: ServerHttp2Stream, limits: CallLimits, frames: FrameReader): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const mustBeInTime = messageTimer(limits);
  let found: Uint8Array | undefined;
  stream.setTimeout(limits.stallMs);
  stream.on("data", (part: Buffer) => {
    try {
      const whole = frames.push(part);
      mustBeInTime(frames.isBetweenMessages, whole.length > 0);
      for (const message of whole) {
        if (found !== undefined) throw new GrpcError("unimplemented", "the call takes one message, and there are more");
        found = message;
      }
    } catch (error) {
      stream.removeAllListeners("data");
      reject(error);
    }
  });
  stream.once("end", () => {
    // From here on it is the server that takes its time.
    stream.setTimeout(0);
    if (stream.headersSent) reject(hungUp);
    else if (found !== undefined && frames.isBetweenMessages) resolve(found);
    else reject(new GrpcError("invalid-argument", "the call ended before its message did"));
  });
  stream.once("close", () => reject(hungUp));
  return promise;
}

async function* messagesOf(
  stream: ServerHttp2Stream,
  limits: CallLimits,
  frames: FrameReader,
): AsyncGenerator<Uint8Array> {
  const mustBeInTime = messageTimer(limits);
  stream.setTimeout(limits.stallMs);
  // A method that throws in between still has a status to send.
  for await (const part of stream.iterator({ destroyOnReturn: false })) {
    const whole = frames.push(part);
    if (stream.headersSent) throw hungUp;
    mustBeInTime(frames.isBetweenMessages, whole.length > 0);
    // While the method is at work on what came, it is not the caller who is silent.
    stream.setTimeout(0);
    yield* whole;
    stream.setTimeout(frames.isBetweenMessages ? limits.silenceMs : limits.stallMs);
  }
  stream.setTimeout(0);
  if (!frames.isBetweenMessages) throw new GrpcError("invalid-argument", "the call ended within a message");
}

function silent(address: string): GrpcError {
  const message = `nothing more came of a call of ${address}'s that had not come whole, and it was given up; send it again`;
  return new GrpcError("deadline-exceeded", message);
}

/** Asked at each part, since who sends none is cut for its silence. @throws {GrpcError} Within a message that takes too long. */
function messageTimer({ messageMs }: CallLimits): (isBetweenMessages: boolean, isNew: boolean) => void {
  let beganMs: number | undefined;
  return (isBetweenMessages, isNew) => {
    const nowMs = performance.now();
    if (isBetweenMessages || isNew) beganMs = undefined;
    if (!isBetweenMessages) beganMs ??= nowMs;
    if (beganMs !== undefined && nowMs - beganMs > messageMs)
      throw new GrpcError("deadline-exceeded", `the message was not whole after ${messageMs / 1000} s; send it again`);
  };
}

/** `grpc-timeout`: up to eight digits and a unit. */
function hangUpAfter(timeout: string | string[] | undefined, over: AbortController): () => void {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(String(timeout ?? "")) ?? [];
  if (digits === undefined || unit === undefined) return () => undefined;
  const unitMs = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }[unit] ?? 1;
  const timer = setTimeout(() => over.abort(), Math.min(Number(digits) * unitMs, 2 ** 31 - 1));
  return () => clearTimeout(timer);
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
