// The process that reads: so many connections, each with one request under way all the time, and nothing done with what comes but counting it.
import { connect } from "node:net";

export type ReadOrder = {
  readonly host: string;
  readonly port: number;
  /** Where the connections come from; more connections than addresses share them. */
  readonly from: readonly string[];
  readonly path: string;
  readonly connections: number;
  readonly forMs: number;
  readonly sizeBytes: number;
  /** Of so many bytes, in turns all over the file; undefined: the whole file. */
  readonly rangeBytes: number | undefined;
};

export type ReadResult = {
  readonly answers: number;
  readonly bytes: number;
  readonly tookMs: number;
  /** Of this process, in milliseconds. */
  readonly cpuMs: number;
  /** Answers of another status or length than was asked for. */
  readonly wrong: number;
};

const bufferBytes = 1 << 20;
const headEnd = Buffer.from("\r\n\r\n");

process.once("message", (order: ReadOrder) => void read(order).then((result) => process.send?.(result)));
process.once("disconnect", () => process.exit());

async function read(order: ReadOrder): Promise<ReadResult> {
  const total = { answers: 0, bytes: 0, wrong: 0 };
  const fromMs = performance.now();
  const cpu = process.cpuUsage();
  const each = (_: unknown, at: number) => readByOne(order, at, fromMs + order.forMs, total);
  await Promise.all(Array.from({ length: order.connections }, each));
  const { user, system } = process.cpuUsage(cpu);
  return { ...total, tookMs: performance.now() - fromMs, cpuMs: (user + system) / 1000 };
}

/** Resolves at the deadline, in the middle of an answer if need be. */
function readByOne(
  order: ReadOrder,
  index: number,
  untilMs: number,
  total: { answers: number; bytes: number; wrong: number },
): Promise<void> {
  const { host, port, from, path, sizeBytes, rangeBytes } = order;
  const localAddress = from[index % from.length];
  const expected = rangeBytes ?? sizeBytes;
  const line = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
  let turn = index * 7919;
  let head: Buffer = Buffer.alloc(0);
  let leftBytes = -1;
  const { promise, resolve } = Promise.withResolvers<void>();
  const ask = (): void => {
    leftBytes = -1;
    if (rangeBytes === undefined) socket.write(`${line}\r\n`);
    else {
      const first = (turn++ % Math.floor(sizeBytes / rangeBytes)) * rangeBytes;
      socket.write(`${line}Range: bytes=${first}-${first + rangeBytes - 1}\r\n\r\n`);
    }
  };
  /** @returns How much of the body came with the head's end. */
  const takeHead = (bytes: Buffer): number => {
    head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
    const end = head.indexOf(headEnd);
    if (end < 0) {
      head = Buffer.from(head);
      return 0;
    }
    const text = head.toString("latin1", 0, end);
    leftBytes = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? -1);
    if (leftBytes !== expected || text.slice(9, 12) !== (rangeBytes === undefined ? "200" : "206")) total.wrong += 1;
    const body = head.length - end - headEnd.length;
    head = Buffer.alloc(0);
    return body;
  };
  const take = (count: number, buffer: Uint8Array): boolean => {
    const body = leftBytes < 0 ? takeHead(buffer.subarray(0, count) as Buffer) : count;
    total.bytes += body;
    leftBytes -= body;
    const isOver = performance.now() >= untilMs;
    if (leftBytes === 0) {
      total.answers += 1;
      if (!isOver) ask();
    }
    if (isOver) socket.destroy();
    return true;
  };
  const buffer = Buffer.alloc(Math.min(bufferBytes, Math.max(65_536, expected)));
  const socket = connect({
    host,
    port,
    noDelay: true,
    onread: { buffer, callback: take },
    ...(localAddress ? { localAddress } : {}),
  });
  socket.once("connect", ask);
  socket.on("error", () => {
    total.wrong += 1;
  });
  socket.once("close", () => resolve());
  return promise;
}
