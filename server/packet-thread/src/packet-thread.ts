// The main thread's side of a packet thread: starts it, sends to it, hears from it, and stops it whatever ends the process.
import { once } from "node:events";
import { writeSync } from "node:fs";
import { type Transferable, Worker } from "node:worker_threads";
import { Datagram, loadDatagramCalls } from "./datagram-calls.ts";
import { makeSignals, Signal, type ThreadStart } from "./thread-signals.ts";

export interface PacketThreadDeps {
  /** The module to run: it calls `runPacketProgram`. */
  readonly program: URL;
  /** Bound sockets. The caller closes them, once the thread has stopped. */
  readonly sockets: readonly number[];
  /** For the program; cloned. */
  readonly data: unknown;
  /** What the program posts. */
  readonly received: (message: unknown) => void;
  /** The thread ended though nobody stopped it. */
  readonly failed: (error: Error) => void;
}

/** A running thread. It keeps the process alive until it is stopped. */
export interface PacketThread {
  /** Hands something over, cloned or given away, and wakes the thread. Nothing happens after `stop`. */
  send(message: unknown, give?: readonly ArrayBuffer[]): void;
  /** Resolves when the program has ended. */
  stop(): Promise<void>;
}

/** @throws {NetworkError} `no-ffi` where the C library cannot be called: the caller serves by other means then. */
export async function startPacketThread(deps: PacketThreadDeps): Promise<PacketThread> {
  const calls = await loadDatagramCalls();
  const signals = makeSignals();
  const wake = calls.eventfd(0, Datagram.EFD_NONBLOCK | Datagram.EFD_CLOEXEC);
  if (wake < 0) throw new Error("could not make an eventfd; raise the limit of open files");
  const start: ThreadStart = { sockets: deps.sockets, wake, signals, data: deps.data };
  const worker = new Worker(deps.program, { workerData: start });
  let stopped = false;
  const rouse = (): void => {
    writeSync(wake, new BigUint64Array([1n]));
  };
  const stopNow = (): void => {
    stopped = true;
    Atomics.store(signals, Signal.stop, 1);
    rouse();
  };
  // A process that exits waits for its threads, and this one sits in the kernel.
  process.once("exit", stopNow);
  const ended = once(worker, "exit").then(() => {
    process.removeListener("exit", stopNow);
    calls.close(wake);
    if (!stopped) deps.failed(new Error(`the thread of ${deps.program.pathname} ended by itself`));
    stopped = true;
  });
  worker.on("message", deps.received);
  worker.on("error", (error: Error) => {
    if (stopped) return;
    stopped = true;
    deps.failed(error);
  });
  return {
    send(message, give = []) {
      if (stopped) return;
      worker.postMessage(message, [...give] as Transferable[]);
      Atomics.add(signals, Signal.messages, 1);
      rouse();
    },
    async stop() {
      if (!stopped) stopNow();
      await ended;
    },
  };
}
