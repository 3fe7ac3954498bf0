// What a packet program and its sockets are to each other: by the C library (native-door.ts), or by Node's own where that cannot be called
// (plain-door.ts).
import type { MessagePort } from "node:worker_threads";
import type { DatagramCalls } from "./datagram-calls.ts";
import type { Unsent } from "./datagram-outbox.ts";
import type { TableSize } from "./message-table.ts";
import type { Signals } from "./thread-signals.ts";

/** What a thread does. Each call is short: the others wait for it. It may throw nothing: what it throws ends the thread. */
export interface PacketProgram {
  /** Whether it reads its sockets; what comes before waits. */
  readonly isOpen: boolean;
  /** Something that the main thread sent. */
  message(message: unknown): void;
  /** Datagrams wait at this socket. Takes a bounded lot of them: what is left is told of again. */
  readable(socket: number): void;
  /** After each wait, whatever ended it. @returns After how many milliseconds the next is wanted at the latest. */
  due(nowMs: number): number;
  /** It is to stop. */
  end(): void;
}

/** IPv4 addresses are numbers: the first byte is the highest. */
export interface Inbox {
  /** Takes what waits, as much as fits, in place of what was taken before. @returns How many came; as many as fit may mean that more wait. */
  take(socket: number): number;
  /** Valid until the next `take`. */
  bytes(at: number): Uint8Array;
  address(at: number): number;
  port(at: number): number;
}

/** Whoever fills it sends before it is full. */
export interface Outbox {
  readonly isFull: boolean;
  /** Where the next datagram is to be written; what was written there before may still be there. */
  next(): Uint8Array;
  /** Counts what was written as a datagram. */
  add(sizeBytes: number, address: number, port: number): void;
  /** Sends all. One that the kernel refuses keeps back none of the others. @param unsent Is told of it, now or later. */
  send(socket: number, unsent: (one: Unsent) => void): void;
}

export interface DatagramDoor {
  /** Undefined where the C library cannot be called. */
  readonly calls: DatagramCalls | undefined;
  /** What a program calls its sockets by, in the order in which they were named to `startPacketThread`. */
  readonly sockets: readonly number[];
  /** @param size What is longer than `sizeBytes` is cut: give one byte more than is taken, and refuse what fills it. */
  inbox(size: TableSize): Inbox;
  outbox(size: TableSize): Outbox;
  /** Resolves when the main thread has said that the program is to stop. */
  run(program: PacketProgram, signals: Signals, port: MessagePort): Promise<void>;
  close(): void;
}

/** A wait ends after this long whatever it is for, so that nothing can leave the thread waiting for good. */
const longestWaitMs = 1000;

/** How long is waited for something to do: whole milliseconds. */
export function waitMsOf(program: PacketProgram): number {
  return Math.min(Math.max(0, Math.ceil(program.due(performance.now()))), longestWaitMs);
}
