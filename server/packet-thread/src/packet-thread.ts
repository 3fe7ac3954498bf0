// The main thread's side of a packet thread: starts it, sends to it, hears from it, sees that it goes on, and stops it whatever ends the process.
import { writeSync } from "node:fs";
import { type Transferable, Worker } from "node:worker_threads";
import { Datagram, loadDatagramCalls } from "./datagram-calls.ts";
import { makeSignals, type NativeSockets, type PlainSockets, Signal, type ThreadStart } from "./thread-signals.ts";

/** Bound sockets, which the caller closes once the thread has stopped; or ports that the thread opens for itself, by Node's own sockets. */
export type ThreadSockets = Pick<NativeSockets, "descriptors"> | PlainSockets;

export interface PacketThreadDeps {
  /** The module to run: it calls `runPacketProgram`. */
  readonly program: URL;
  readonly sockets: ThreadSockets;
  /** For the program; cloned. */
  readonly data: unknown;
  /** What the program posts. */
  readonly received: (message: unknown) => void;
  /** MiB of objects: a thread that wants more ends, and takes nothing else with it. */
  readonly mostHeapMb: number;
  /** Its turns are short. One that takes longer than this is ended: whoever waits in it waits for ever. */
  readonly longestTurnMs: number;
}

/** A running thread. It keeps the process alive until it is stopped. */
export interface PacketThread {
  /** Resolves when it has ended: with the cause where nobody stopped it. */
  readonly ended: Promise<Error | undefined>;
  /** Hands something over, cloned or given away, and wakes the thread. Nothing happens after `stop`, or when it has ended. */
  send(message: unknown, give?: readonly ArrayBuffer[]): void;
  /** Resolves when the program has ended. One that does not end is ended. */
  stop(): Promise<void>;
}

/** In the longest turn. A process that was stopped for a while looks once, not for all the time that has passed. */
const looksAtTurn = 10;
/** Of a program that is to stop: those who read from it are told, and its last words posted. */
const longestEndMs = 10_000;

/** @throws {NetworkError} `no-ffi` for descriptors where the C library cannot be called: the caller names ports then. */
export async function startPacketThread(deps: PacketThreadDeps): Promise<PacketThread> {
  const { sockets, rouse, close } = await makeWake(deps.sockets);
  const signals = makeSignals();
  const start: ThreadStart = { sockets, signals, data: deps.data };
  const resourceLimits = { maxOldGenerationSizeMb: deps.mostHeapMb };
  const worker = new Worker(deps.program, { workerData: start, resourceLimits });
  let state: "runs" | "stops" | "has ended" = "runs";
  let cause: Error | undefined;
  const stopNow = (): void => {
    if (state !== "runs") return;
    state = "stops";
    Atomics.store(signals, Signal.stop, 1);
    worker.postMessage(undefined);
    rouse();
  };
  const forget = watchTurns(signals, deps.longestTurnMs, () => {
    cause = new Error(`it has been busy with one thing for ${deps.longestTurnMs / 1000} s`);
    void worker.terminate();
  });
  // A process that exits waits for its threads, and this one sits in the kernel.
  process.once("exit", stopNow);
  worker.on("message", deps.received);
  worker.on("error", (error: Error) => (cause ??= error));
  const exit = Promise.withResolvers<number>();
  worker.once("exit", exit.resolve);
  const ended = exit.promise.then((code) => {
    process.removeListener("exit", stopNow);
    forget();
    close();
    const wasStopped = state === "stops";
    state = "has ended";
    return wasStopped ? undefined : (cause ?? new Error(`it ended by itself, with code ${code}`));
  });
  return {
    ended,
    send(message, give = []) {
      if (state !== "runs") return;
      worker.postMessage(message, [...give] as Transferable[]);
      Atomics.add(signals, Signal.messages, 1);
      rouse();
    },
    async stop() {
      stopNow();
      const late = setTimeout(() => void worker.terminate(), longestEndMs);
      await ended;
      clearTimeout(late);
    },
  };
}

type Wake = { readonly sockets: ThreadStart["sockets"]; rouse(): void; close(): void };

/** What wakes the thread, beside a message. */
async function makeWake(sockets: ThreadSockets): Promise<Wake> {
  if ("ports" in sockets) return { sockets, rouse: () => undefined, close: () => undefined };
  const calls = await loadDatagramCalls();
  const wake = calls.eventfd(0, Datagram.EFD_NONBLOCK | Datagram.EFD_CLOEXEC);
  if (wake < 0) throw new Error("could not make an eventfd; raise the limit of open files");
  return {
    sockets: { ...sockets, wake },
    rouse: () => void writeSync(wake, new BigUint64Array([1n])),
    close: () => void calls.close(wake),
  };
}

/** From its first turn on. @param isStuck Called once, when no turn has ended for too long. @returns Ends the watch. */
function watchTurns(signals: Int32Array, longestMs: number, isStuck: () => void): () => void {
  let [seen, looks] = [Atomics.load(signals, Signal.turns), 0];
  const timer = setInterval(() => {
    const turns = Atomics.load(signals, Signal.turns);
    looks = turns === seen && turns > 0 ? looks + 1 : 0;
    seen = turns;
    if (looks < looksAtTurn) return;
    clearInterval(timer);
    isStuck();
  }, longestMs / looksAtTurn);
  timer.unref();
  return () => clearInterval(timer);
}
