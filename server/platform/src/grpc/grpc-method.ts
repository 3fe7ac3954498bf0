// What a server offers over gRPC: methods by their path, with the messages that generated code knows.
import {
  create,
  type DescMessage,
  type DescMethodClientStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { GrpcError } from "./grpc-error.ts";
import { hasMoreParts } from "./message-parts.ts";

/** What a worker found in its machine is some hundreds; decoding so many takes a few milliseconds. */
const mostPartsOfCall = 8192;
/** Ten thousand lines of output, each with its time. */
const mostPartsInStream = 100_000;

/** Who calls, and for how long an answer is of use. */
export type GrpcCaller = {
  /** The peer's address, in one spelling for IPv4. */
  readonly address: string;
  /** The header X-Forwarded-For: what a proxy says of whom it speaks for, or what anyone has written there. */
  readonly forwardedFor: string | undefined;
  /** Aborts when the caller hangs up, when the time it gave is over, and when the listener is cut off. */
  readonly signal: AbortSignal;
  /** What `signal` says, for who has thousands of calls wait: a signal costs a kB. Calls back once; the returned function gives it up. */
  onGone(callback: () => void): () => void;
};

export type GrpcMethod = {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Takes the messages of the call one at a time; a unary call has one. May throw as well as reject. */
  readonly serve: (messages: AsyncIterable<Uint8Array> | Uint8Array, caller: GrpcCaller) => Promise<Uint8Array>;
  readonly isStream: boolean;
};

/** One message in, one out. What `answer` throws decides the status; see GrpcListener's `toGrpcError`. */
export function unary<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  answer: (request: MessageShape<I>, caller: GrpcCaller) => Promise<MessageInitShape<O>>,
): GrpcMethod {
  return {
    path: pathOf(method),
    isStream: false,
    // Without a frame of its own, of which there would be as many as workers wait.
    serve(message, caller) {
      if (!(message instanceof Uint8Array)) throw new TypeError(`${method.name} takes one message`);
      return answer(decode(method.input, message, mostPartsOfCall), caller).then((found) =>
        encode(method.output, found),
      );
    },
  };
}

/** Messages in, one at a time and no faster than they are taken; one out. */
export function clientStream<I extends DescMessage, O extends DescMessage>(
  method: DescMethodClientStreaming<I, O>,
  answer: (requests: AsyncIterable<MessageShape<I>>, caller: GrpcCaller) => Promise<MessageInitShape<O>>,
): GrpcMethod {
  return {
    path: pathOf(method),
    isStream: true,
    async serve(messages, caller) {
      if (messages instanceof Uint8Array) throw new TypeError(`${method.name} takes a stream`);
      return encode(method.output, await answer(decodeAll(method.input, messages), caller));
    },
  };
}

function pathOf({ parent, name }: { readonly parent: { readonly typeName: string }; readonly name: string }): string {
  return `/${parent.typeName}/${name}`;
}

function encode<O extends DescMessage>(schema: O, message: MessageInitShape<O>): Uint8Array {
  return toBinary(schema, create(schema, message));
}

function decode<I extends DescMessage>(schema: I, message: Uint8Array, mostParts: number): MessageShape<I> {
  let isTooMuch: boolean;
  try {
    // Each part has a byte before its value, and one of its own or its length: short messages need not be counted.
    isTooMuch = message.length > 2 * mostParts && hasMoreParts(schema, message, mostParts);
    if (!isTooMuch) return fromBinary(schema, message, { readUnknownFields: false });
  } catch (cause) {
    throw new GrpcError("invalid-argument", `the message is not a ${schema.typeName}`, { cause });
  }
  const what = `a ${schema.typeName} has more than the ${mostParts} fields that are taken in one`;
  // For good: what is sent again would be as long.
  throw new GrpcError("invalid-argument", `${what}; send less at once`);
}

async function* decodeAll<I extends DescMessage>(
  schema: I,
  messages: AsyncIterable<Uint8Array>,
): AsyncGenerator<MessageShape<I>> {
  for await (const message of messages) yield decode(schema, message, mostPartsInStream);
}
