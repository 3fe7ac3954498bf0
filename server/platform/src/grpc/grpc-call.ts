// One call: takes its body, asks the method, answers with a message or a status. While the method thinks, which for a worker is nearly
// always, little more is held than the stream.
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Turns } from "../wait/turns.ts";
import type { FairRoom } from "./fair-room.ts";
import { answerWith, refuse } from "./grpc-answer.ts";
import { GrpcError } from "./grpc-error.ts";
import type { GrpcCaller, GrpcMethod } from "./grpc-method.ts";
import { type BodyLimits, hungUp, IncomingBody } from "./incoming-body.ts";
import type { MessageWaits } from "./message-waits.ts";

export type CallLimits = BodyLimits & {
  /** What a call of one message costs before it has sent a byte. */
  readonly callBytes: number;
};

export type GivenUp = "CallNotWhole" | "TooManyStreams";

/** The same for all calls of a listener. */
export type CallRules = {
  readonly limits: CallLimits;
  /** In bytes, for messages that have not come whole. */
  readonly frameRoom: FairRoom;
  /** In streams: one is open for as long as its caller likes, and mostly between two messages. */
  readonly streamRoom: FairRoom;
  readonly waits: MessageWaits;
  readonly turns: Turns;
  readonly toGrpcError: (error: unknown) => GrpcError;
  /** The call was given up: before its message was whole, or, a stream, for newer ones. */
  readonly onGivenUp: (address: string, reason: GivenUp, message: string) => void;
};

/** The same for all calls of a connection. */
export type CallPeer = { readonly address: string; readonly isShared: boolean };

const tooLate = new GrpcError("deadline-exceeded", "the time that the caller gave the call is over");

/** Answers the call: whatever goes wrong with it ends with a status, or with the connection. */
export function serveCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  method: GrpcMethod,
  peer: CallPeer,
  rules: CallRules,
): void {
  const call = new GrpcCall(stream, headers, peer.address);
  const encoding = headers["grpc-encoding"] ?? "identity";
  if (encoding !== "identity")
    call.refuse(
      new GrpcError("unimplemented", `messages are not taken in the encoding ${encoding}; send them as they are`),
    );
  else if (method.isStream) void serveStream(call, method, peer, rules);
  else serveUnary(call, method, peer, rules);
}

class GrpcCall implements GrpcCaller {
  readonly address: string;
  readonly forwardedFor: string | undefined;
  readonly stream: ServerHttp2Stream;
  #timer: NodeJS.Timeout | undefined;
  #state: "open" | "answered" | "hung up" | "too late" = "open";
  /** Made for who asks for its signal. */
  #over: AbortController | undefined;
  #gone: (() => void) | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, address: string) {
    const forwardedFor = headers["x-forwarded-for"];
    this.address = address;
    this.forwardedFor = Array.isArray(forwardedFor) ? forwardedFor.join(",") : forwardedFor;
    this.stream = stream;
    const afterMs = timeoutMs(headers["grpc-timeout"]);
    if (afterMs !== undefined) this.#timer = setTimeout(() => this.#end("too late"), afterMs);
    stream.on("close", () => this.#end("hung up"));
  }

  get signal(): AbortSignal {
    if (this.#over === undefined) {
      this.#over = new AbortController();
      this.#abort();
    }
    return this.#over.signal;
  }

  onGone(callback: () => void): () => void {
    this.#gone = callback;
    if (this.#state === "hung up" || this.#state === "too late") callback();
    return () => {
      this.#gone = undefined;
    };
  }

  answer(message: Uint8Array): void {
    this.#end("answered");
    answerWith(this.stream, message);
  }

  /** Whatever ended it when its time was over, that is why: what a proxy or a caller without a clock of its own is told must not sound like an outage. */
  refuse(error: GrpcError): void {
    const isLate = this.#state === "too late";
    this.#end("answered");
    refuse(this.stream, isLate ? tooLate : error);
  }

  #end(state: "answered" | "hung up" | "too late"): void {
    if (this.#state !== "open") return;
    this.#state = state;
    clearTimeout(this.#timer);
    this.#abort();
    if (state !== "answered") this.#gone?.();
  }

  #abort(): void {
    if (this.#state === "hung up") this.#over?.abort(hungUp);
    if (this.#state === "too late") this.#over?.abort();
  }
}

function serveUnary(call: GrpcCall, method: GrpcMethod, { address, isShared }: CallPeer, rules: CallRules): void {
  const { limits, frameRoom, waits, turns, toGrpcError, onGivenUp } = rules;
  const failed = (error: unknown): void => {
    body.drop();
    call.refuse(toGrpcError(error));
  };
  const giveUp = (why: GrpcError): void => {
    failed(why);
    onGivenUp(address, "CallNotWhole", why.message);
  };
  const held = frameRoom.open(address, isShared, giveUp);
  const body = new IncomingBody({ stream: call.stream, address, limits, held, waits, giveUp });
  try {
    held.take(limits.callBytes);
  } catch (error) {
    failed(error);
    return;
  }
  body.takeOne((message) => turns.run(() => void askMethod(call, method, message, toGrpcError)), failed);
}

async function serveStream(
  call: GrpcCall,
  method: GrpcMethod,
  { address, isShared }: CallPeer,
  { limits, frameRoom, streamRoom, waits, turns, toGrpcError, onGivenUp }: CallRules,
): Promise<void> {
  const giveUp = (why: GrpcError, reason: GivenUp = "CallNotWhole"): void => {
    body.drop();
    call.refuse(why);
    onGivenUp(address, reason, why.message);
  };
  const held = frameRoom.open(address, isShared, giveUp);
  const body = new IncomingBody({ stream: call.stream, address, limits, held, waits, giveUp });
  const place = streamRoom.open(address, isShared, (why) => giveUp(why, "TooManyStreams"));
  try {
    place.take(1);
    await turns.next();
    await askMethod(call, method, body.messages(), toGrpcError);
  } catch (error) {
    call.refuse(toGrpcError(error));
  } finally {
    body.drop();
    place.close();
  }
}

/** Never rejects. */
async function askMethod(
  call: GrpcCall,
  method: GrpcMethod,
  body: AsyncIterable<Uint8Array> | Uint8Array,
  toGrpcError: (error: unknown) => GrpcError,
): Promise<void> {
  try {
    call.answer(await method.serve(body, call));
  } catch (error) {
    call.refuse(toGrpcError(error));
  }
}

/** `grpc-timeout`: up to eight digits and a unit. */
function timeoutMs(timeout: string | string[] | undefined): number | undefined {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(String(timeout ?? "")) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const unitMs = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }[unit] ?? 1;
  return Math.min(Number(digits) * unitMs, 2 ** 31 - 1);
}
