// What both sides of a packet thread see: whether it is to stop, how often it was sent something, and how often it came round.
import type { PlainPort } from "./plain-socket.ts";

/** Bound sockets, which stay the main thread's to close. */
export interface NativeSockets {
  readonly descriptors: readonly number[];
  /** An eventfd. The thread waits in the kernel, where no message reaches it: whoever sends one wakes it by this. */
  readonly wake: number;
}

/** Ports that the thread opens for itself; a message wakes it. */
export interface PlainSockets {
  readonly ports: readonly PlainPort[];
}

export interface ThreadStart {
  readonly sockets: NativeSockets | PlainSockets;
  readonly signals: Signals;
  /** The program's own, cloned. */
  readonly data: unknown;
}

export type Signals = Int32Array<SharedArrayBuffer>;

/** `turns`: a thread that takes none any more is stuck. */
export const Signal = { stop: 0, messages: 1, turns: 2 } as const;

export function makeSignals(): Signals {
  return new Int32Array(new SharedArrayBuffer(64));
}
