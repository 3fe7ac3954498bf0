// What both sides of a packet thread see: whether it is to stop, how often it was sent something, and how often it came round.

/** The thread waits in the kernel, where no message reaches it: whoever sends one wakes it by the descriptor `wake`. */
export interface ThreadStart {
  /** Bound sockets, which stay the main thread's to close. */
  readonly sockets: readonly number[];
  /** An eventfd. */
  readonly wake: number;
  readonly signals: Int32Array<SharedArrayBuffer>;
  /** The program's own, cloned. */
  readonly data: unknown;
}

/** `turns`: a thread that takes none any more is stuck. */
export const Signal = { stop: 0, messages: 1, turns: 2 } as const;

export function makeSignals(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(64));
}
