// One connection of HTTP/2 (RFC 9113) with as little around it as there can be: the load must cost less than what it loads.
import { connect, type Socket } from "node:net";

const frame = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const flag = { ack: 1, endStream: 1, endHeaders: 4 } as const;
const initialWindowSize = 4;
const largestWindow = 2 ** 31 - 1;
const frameHeaderBytes = 9;
const grpcHeaderBytes = 5;

type Stream = {
  readonly onMessage: (message: Buffer) => void;
  readonly onEnd: (isWhole: boolean) => void;
  hasMessage: boolean;
};

/** One call or one stream at a time. Messages are small: each comes in a frame of its own. A call that is refused has none. */
export class GrpcConnection {
  /** Resolves when the other side speaks HTTP/2, or with `false` when it never did. */
  readonly opened: Promise<boolean>;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #nextStream = 1;
  #stream: Stream | undefined;
  #received: Buffer = Buffer.alloc(0);

  constructor(port: number, localAddress = "127.0.0.1") {
    this.#socket = connect({ host: "127.0.0.1", port, localAddress, noDelay: true });
    const [opened, closed] = [Promise.withResolvers<boolean>(), Promise.withResolvers<void>()];
    this.opened = opened.promise;
    this.closed = closed.promise;
    this.#socket.once("data", () => opened.resolve(true));
    this.#socket.on("data", (bytes: Buffer) => this.#take(bytes));
    this.#socket.on("error", () => this.#end(false));
    this.#socket.on("close", () => {
      opened.resolve(false);
      closed.resolve();
      this.#end(false);
    });
    this.#socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    // As much as ever comes, of each stream and in all: no window is to be looked after.
    this.#write(frame.settings, 0, 0, Buffer.concat([Buffer.of(0, initialWindowSize), uint32(largestWindow)]));
    this.#write(frame.windowUpdate, 0, 0, uint32(largestWindow - 65_535));
  }

  /** @returns The message that it was answered with, if any. */
  call(path: string, message: Uint8Array): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      let answer: Buffer | undefined;
      const onMessage = (found: Buffer): void => {
        answer = found;
      };
      this.#open(path, message, true, { onMessage, onEnd: (isWhole) => resolve(isWhole ? answer : undefined) });
    });
  }

  /** Sends one message and goes on listening. Calls back for each that comes; resolves at the first. */
  listen(path: string, message: Uint8Array, told: (message: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let isFirst = true;
      const onMessage = (found: Buffer): void => {
        if (isFirst) resolve();
        else told(found);
        isFirst = false;
      };
      this.#open(path, message, false, { onMessage, onEnd: () => reject(new Error(`${path} has ended`)) });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #open(path: string, message: Uint8Array, isLast: boolean, stream: Omit<Stream, "hasMessage">): void {
    const id = this.#nextStream;
    this.#nextStream += 2;
    this.#stream = { ...stream, hasMessage: false };
    this.#socket.cork();
    this.#write(frame.headers, flag.endHeaders, id, headersOf(path));
    const data = Buffer.concat([Buffer.alloc(1), uint32(message.length), message]);
    this.#write(frame.data, isLast ? flag.endStream : 0, id, data);
    this.#socket.uncork();
  }

  #write(type: number, flags: number, stream: number, payload: Uint8Array): void {
    const head = Buffer.alloc(frameHeaderBytes);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #take(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= frameHeaderBytes) {
      const end = frameHeaderBytes + this.#received.readUIntBE(0, 3);
      if (this.#received.length < end) return;
      const [type, flags] = [this.#received.readUInt8(3), this.#received.readUInt8(4)];
      const payload = this.#received.subarray(frameHeaderBytes, end);
      this.#received = this.#received.subarray(end);
      this.#takeFrame(type, flags, payload);
    }
  }

  #takeFrame(type: number, flags: number, payload: Buffer): void {
    if ((type === frame.settings || type === frame.ping) && (flags & flag.ack) === 0)
      this.#write(type, flag.ack, 0, type === frame.ping ? payload : Buffer.alloc(0));
    if (type === frame.data && payload.length >= grpcHeaderBytes && this.#stream !== undefined) {
      this.#stream.hasMessage = true;
      this.#stream.onMessage(payload.subarray(grpcHeaderBytes));
    }
    if (type === frame.reset || type === frame.goAway) this.#end(false);
    if (type === frame.headers && (flags & flag.endStream) !== 0) this.#end(this.#stream?.hasMessage === true);
  }

  #end(isWhole: boolean): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.onEnd(isWhole);
  }
}

const blocks = new Map<string, Buffer>();

/** HPACK (RFC 7541 §6.2.2): literals without indexing, so that nothing has to be remembered. */
function headersOf(path: string): Buffer {
  return blocks.getOrInsertComputed(path, () => {
    const headers = {
      ...{ ":method": "POST", ":scheme": "http", ":path": path, ":authority": "127.0.0.1" },
      ...{ "content-type": "application/grpc", te: "trailers" },
    };
    const text = (value: string) => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
    return Buffer.concat(Object.entries(headers).flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]));
  });
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
