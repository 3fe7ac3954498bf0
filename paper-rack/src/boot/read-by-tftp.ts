// A file by TFTP as UEFI's firmware reads it: first it asks how long it is and breaks off, then it reads it block by block.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { BootError } from "./boot-error.ts";
import { askRepeatedly } from "./repeating.ts";

export interface TftpOrder {
  /** The machine's own. */
  readonly address: string;
  readonly server: string;
  readonly port: number;
  readonly file: string;
  readonly expected: Buffer;
  readonly repeated: () => void;
}

const blockBytes = 1468;
const Opcode = { read: 1, data: 3, ack: 4, error: 5, options: 6 } as const;

/** @throws {BootError} `gone-silent`, `refused` or `wrong`. */
export async function readByTftp(order: TftpOrder, signal: AbortSignal): Promise<void> {
  const sizeBytes = await sizeOf(order, signal);
  if (sizeBytes !== order.expected.length)
    throw new BootError("wrong", `TFTP says the file has ${sizeBytes} bytes, not ${order.expected.length}`);
  await withSocket(order.address, (socket) => readBlocks(socket, order, signal));
}

function sizeOf(order: TftpOrder, signal: AbortSignal): Promise<number> {
  return withSocket(order.address, async (socket) => {
    const { reply, from } = await exchange(socket, order, readRequest(order.file), order.port, isOptions, signal);
    socket.send(Buffer.from([0, Opcode.error, 0, 8, ...Buffer.from("user aborted\0")]), from, order.server);
    return Number(/tsize\0(\d+)\0/i.exec(reply.toString("latin1"))?.[1]);
  });
}

async function readBlocks(socket: Socket, order: TftpOrder, signal: AbortSignal): Promise<void> {
  const { from } = await exchange(socket, order, readRequest(order.file), order.port, isOptions, signal);
  const { expected } = order;
  const blocks = Math.floor(expected.length / blockBytes) + 1;
  for (let block = 1; block <= blocks; block += 1) {
    const isNext = (packet: Buffer) => packet.readUInt16BE(0) === Opcode.data && packet.readUInt16BE(2) === block;
    const { reply } = await exchange(socket, order, acknowledge(block - 1), from, isNext, signal);
    const right = expected.subarray((block - 1) * blockBytes, block * blockBytes);
    if (!reply.subarray(4).equals(right)) throw new BootError("wrong", "a block of the TFTP file has other bytes");
  }
  socket.send(acknowledge(blocks), from, order.server);
}

/**
 * Sends a packet until the awaited one comes. One that came before shows that an acknowledgement was lost: UEFI's firmware sends it again
 * at once, without waiting for its own time.
 */
function exchange(
  socket: Socket,
  { server, repeated }: TftpOrder,
  packet: Uint8Array,
  to: number,
  isAwaited: (reply: Buffer) => boolean,
  signal: AbortSignal,
): Promise<{ readonly reply: Buffer; readonly from: number }> {
  type Answer = { readonly reply: Buffer; readonly from: number };
  const ask = () => socket.send(packet, to, server);
  const askAgain = () => {
    repeated();
    ask();
  };
  const onAnswer = (answered: (answer: Answer) => void, failed: (error: Error) => void) => {
    socket.removeAllListeners("message");
    socket.on("message", (reply, peer) => {
      if (reply.length < 4) return;
      if (reply.readUInt16BE(0) === Opcode.error)
        failed(new BootError("refused", `TFTP error: ${reply.toString("latin1", 4, 100).replace(/\0.*/s, "")}`));
      else if (isAwaited(reply)) answered({ reply, from: peer.port });
      else if (packet[1] === Opcode.ack) askAgain();
    });
  };
  return askRepeatedly({ ask, onAnswer, repeated, what: "TFTP" }, signal);
}

async function withSocket<Result>(address: string, use: (socket: Socket) => Promise<Result>): Promise<Result> {
  const socket = createSocket("udp4");
  try {
    socket.bind(0, address);
    await once(socket, "listening");
    return await use(socket);
  } finally {
    socket.close();
  }
}

function isOptions(packet: Buffer): boolean {
  return packet.readUInt16BE(0) === Opcode.options;
}

function readRequest(file: string): Buffer {
  const words = [file, "octet", "tsize", "0", "blksize", String(blockBytes)];
  return Buffer.from(`\0\x01${words.map((word) => `${word}\0`).join("")}`, "latin1");
}

function acknowledge(block: number): Buffer {
  return Buffer.of(0, Opcode.ack, (block >>> 8) & 0xff, block & 0xff);
}
