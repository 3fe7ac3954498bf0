// Calls over HTTP/2 as no library makes them: frames by hand, headers that are refused, streams and connections broken off in the middle.
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const Frame = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const [endStream, endHeaders] = [1, 4];

export type BrokenCalls = {
  readonly host: string;
  readonly port: number;
  /** Loopback has many: the callers of a hall. */
  readonly from: string;
  readonly path: string;
  /** From 0 to under 1. */
  readonly random: () => number;
};

/** One connection: up to seventy calls, and its end. Resolves when it is over, however it was. */
export async function callBroken({ host, port, from, path, random }: BrokenCalls): Promise<void> {
  const socket = connect({ host, port, localAddress: from });
  socket.on("error", () => undefined).resume();
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const sent = Promise.race([once(socket, "connect").then(() => sendAll(socket, path, random)), closed]);
  await sent.catch(() => undefined);
  if (below(random, 10) < 3) socket.resetAndDestroy();
  else socket.destroy();
  await closed;
}

async function sendAll(socket: Socket, path: string, random: () => number): Promise<void> {
  socket.write(Buffer.concat([preface, frame(Frame.settings, 0, 0)]));
  let waiting: Buffer[] = [];
  for (let call = 0; call < 1 + below(random, 70); call++) {
    waiting.push(...framesOf(1 + 2 * call, path, random));
    if (below(random, 10) >= 3) continue;
    socket.write(Buffer.concat(waiting));
    waiting = [];
    if (below(random, 5) === 0) await new Promise(setImmediate);
  }
  socket.write(Buffer.concat(waiting));
}

function framesOf(stream: number, path: string, random: () => number): Buffer[] {
  const method = pick(random, ["POST", "CONNECT", "GET", "OPTIONS"]);
  const ends = below(random, 10) < 3;
  const frames = [frame(Frame.headers, endHeaders | (ends ? endStream : 0), stream, headers(method, path))];
  if (!ends)
    frames.push(frame(Frame.data, below(random, 2) * endStream, stream, Buffer.from([0, 0, 0, 0, below(random, 2)])));
  const also = below(random, 20);
  if (also < 10) frames.push(frame(Frame.reset, 0, stream, number(pick(random, [0, 1, 5, 7, 8, 0xffffffff]))));
  else if (also < 12) frames.push(frame(Frame.windowUpdate, 0, stream, number(pick(random, [0, 1, 0x7fffffff]))));
  else if (also < 13) frames.push(frame(Frame.headers, endHeaders | endStream, stream, literal("trailer", "x")));
  else if (also < 14) frames.push(frame(Frame.goAway, 0, 0, Buffer.alloc(8)));
  else if (also < 15) frames.push(frame(Frame.ping, 0, 0, Buffer.alloc(8)));
  else if (also < 16)
    frames.push(
      frame(below(random, 20), below(random, 256), pick(random, [0, stream]), Buffer.alloc(below(random, 40))),
    );
  return frames;
}

/** RFC 9113 §4.1. */
function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function headers(method: string, path: string): Buffer {
  const fields = [
    [":method", method],
    [":scheme", "http"],
    [":path", path],
    [":authority", "x"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ] as const;
  return Buffer.concat(fields.map(([name, value]) => literal(name, value)));
}

/** Without indexing, and without Huffman's code (RFC 7541 §6.2.2). Lengths stay below 127. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const below = (random: () => number, most: number): number => Math.floor(random() * most);

function pick<T>(random: () => number, values: readonly [T, ...T[]]): T {
  return values[below(random, values.length)] ?? values[0];
}
