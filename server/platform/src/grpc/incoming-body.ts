// What comes of a call's body, cut into its messages: in time, within its bounds, and without an iterator where one message is all.
import type { ServerHttp2Stream } from "node:http2";
import type { HeldRoom } from "./fair-room.ts";
import { GrpcError } from "./grpc-error.ts";
import { FrameReader } from "./grpc-frames.ts";
import type { MessageWaits, Owing } from "./message-waits.ts";

export type BodyLimits = {
  readonly mostMessageBytes: number;
  /** How long a caller may be silent within its own message. */
  readonly stallMs: number;
  /** How long a caller may be silent between two messages of a stream. */
  readonly silenceMs: number;
  /** How long one message may take to come, however busily. */
  readonly messageMs: number;
};

export type BodyDeps = {
  readonly stream: ServerHttp2Stream;
  /** The peer's. */
  readonly address: string;
  readonly limits: BodyLimits;
  /** In bytes: for what has not come whole, be it a message or a call of one. Closed with the body. */
  readonly held: HeldRoom;
  readonly waits: MessageWaits;
  /** The caller owes more than it sends. */
  readonly giveUp: (why: GrpcError) => void;
};

const endedWithin = new GrpcError("invalid-argument", "the call ended before its message did");
/** One for all: an error of its own for each call would cost more than the rest of its end, and mostly nobody reads it. */
export const hungUp = new GrpcError("cancelled", "the caller hung up");

export class IncomingBody implements Owing {
  readonly #deps: BodyDeps;
  readonly #frames: FrameReader;
  /** When the message began that is not whole. */
  #beganMs = 0;
  #dueMs = 0;

  constructor(deps: BodyDeps) {
    this.#deps = deps;
    this.#frames = new FrameReader(deps.limits.mostMessageBytes, deps.held);
  }

  get dueMs(): number {
    return this.#dueMs;
  }

  /** Calls back once, with the message that is the whole body, or with what is wrong with it; not when it was dropped before. */
  takeOne(whole: (message: Uint8Array) => void, failed: (error: unknown) => void): void {
    const { stream, limits, held } = this.#deps;
    let found: Uint8Array | undefined;
    const settle = (error?: unknown): void => {
      stream.removeListener("data", take).removeListener("end", end).removeListener("close", close);
      this.drop();
      // Refused while it came: nobody waits for it any more.
      if (stream.headersSent) return;
      if (error === undefined && found !== undefined) whole(found);
      else failed(error ?? endedWithin);
    };
    const take = (part: Buffer): void => {
      try {
        for (const message of this.#push(part, limits.stallMs)) {
          if (found !== undefined)
            throw new GrpcError("unimplemented", "the call takes one message, and there are more");
          found = message;
          // It is held until the call is whole, which its caller may never let it be.
          held.take(message.length);
        }
      } catch (error) {
        settle(error);
      }
    };
    const end = (): void => settle(this.#frames.isBetweenMessages ? undefined : endedWithin);
    const close = (): void => settle(hungUp);
    this.#owe(limits.stallMs);
    stream.on("data", take).on("end", end).on("close", close);
  }

  /** @throws {GrpcError} While it is iterated: what is wrong with it. */
  async *messages(): AsyncGenerator<Uint8Array> {
    const { stream, waits, limits } = this.#deps;
    this.#owe(limits.silenceMs);
    // A method that throws in between still has a status to send.
    for await (const part of stream.iterator({ destroyOnReturn: false })) {
      const whole = this.#push(part, limits.silenceMs);
      if (stream.headersSent) throw hungUp;
      // While the method is at work on what came, it is not the caller who is silent.
      waits.end(this);
      yield* whole;
      this.#owe(limits.silenceMs);
    }
    waits.end(this);
    if (!this.#frames.isBetweenMessages) throw new GrpcError("invalid-argument", "the call ended within a message");
  }

  /** Lets go what it holds; nothing is owed any more. Once more is harmless. */
  drop(): void {
    this.#deps.waits.end(this);
    this.#frames.drop();
    this.#deps.held.close();
  }

  overdue(): void {
    const { address, giveUp } = this.#deps;
    const message = `a call of ${address}'s did not come whole in time, and was given up; send it again`;
    giveUp(new GrpcError("deadline-exceeded", message));
  }

  #push(part: Buffer, betweenMs: number): readonly Uint8Array[] {
    const isNext = this.#frames.isBetweenMessages;
    const whole = this.#frames.push(part);
    if (isNext || whole.length > 0) this.#beganMs = this.#deps.waits.nowMs();
    this.#putOff(betweenMs);
    return whole;
  }

  #owe(betweenMs: number): void {
    this.#putOff(betweenMs);
    this.#deps.waits.begin(this);
  }

  #putOff(betweenMs: number): void {
    const { waits, limits } = this.#deps;
    const { stallMs, messageMs } = limits;
    const nowMs = waits.nowMs();
    this.#dueMs = this.#frames.isBetweenMessages
      ? nowMs + betweenMs
      : Math.min(nowMs + stallMs, this.#beganMs + messageMs);
  }
}
