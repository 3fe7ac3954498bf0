// The thread's side: waits in poll(2) for datagrams, for what the main thread sends, and for what is due, until it is told to stop.
import { readSync } from "node:fs";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { Datagram, type DatagramCalls, loadDatagramCalls } from "./datagram-calls.ts";
import { PinnedMemory } from "./pinned-memory.ts";
import { Signal, type ThreadStart } from "./thread-signals.ts";

/** What a thread does. Each call is short: the others wait for it. It may throw nothing: what it throws ends the thread. */
export interface PacketProgram {
  /** Whether it reads its sockets; what comes before waits in the kernel. */
  readonly isOpen: boolean;
  /** Something that the main thread sent. */
  message(message: unknown): void;
  /** Datagrams wait at this socket. Takes a bounded lot of them: what is left is told of again. */
  readable(fd: number): void;
  /** After each wait, whatever ended it. @returns After how many milliseconds the next is wanted at the latest. */
  due(nowMs: number): number;
  /** It is to stop. */
  end(): void;
}

export interface ProgramDeps {
  readonly calls: DatagramCalls;
  readonly sockets: readonly number[];
  readonly data: unknown;
  /** Hands something to the main thread, cloned or given away. */
  readonly post: (message: unknown, give?: readonly ArrayBuffer[]) => void;
}

/** A wait ends after this long whatever it is for, so that nothing can leave the thread in the kernel for good. */
const longestWaitMs = 1000;
const pollfdBytes = 8;

/** Runs a program until the main thread stops it. To be called once, by the module that the thread was started with. */
export async function runPacketProgram(make: (deps: ProgramDeps) => PacketProgram): Promise<void> {
  const start = workerData as ThreadStart;
  const port = parentPort;
  if (port === null) throw new Error("a packet program runs in a thread of its own; start it with startPacketThread");
  const calls = await loadDatagramCalls();
  const post = (message: unknown, give: readonly ArrayBuffer[] = []) => port.postMessage(message, [...give]);
  const program = make({ calls, sockets: start.sockets, data: start.data, post });
  try {
    run(program, start, calls, port);
  } finally {
    program.end();
    port.close();
  }
}

function run(program: PacketProgram, { sockets, wake, signals }: ThreadStart, calls: DatagramCalls, port: MessagePort) {
  const descriptors = [wake, ...sockets];
  const waits = new PinnedMemory(calls, descriptors.length * pollfdBytes);
  descriptors.forEach((fd, at) => {
    waits.view.setInt32(at * pollfdBytes, fd, true);
    waits.view.setInt16(at * pollfdBytes + 4, Datagram.POLLIN, true);
  });
  const has = (at: number): boolean => waits.view.getInt16(at * pollfdBytes + 6, true) !== 0;
  const woken = new Uint8Array(8);
  let taken = 0;
  while (Atomics.load(signals, Signal.stop) === 0) {
    Atomics.add(signals, Signal.turns, 1);
    for (; taken !== Atomics.load(signals, Signal.messages); taken = (taken + 1) | 0)
      program.message(receiveMessageOnPort(port)?.message);
    const waitMs = Math.min(Math.max(0, Math.ceil(program.due(performance.now()))), longestWaitMs);
    if (calls.poll(waits.address, program.isOpen ? descriptors.length : 1, waitMs) <= 0) continue;
    if (has(0)) readSync(wake, woken);
    if (!program.isOpen) continue;
    sockets.forEach((fd, at) => {
      if (has(at + 1)) program.readable(fd);
    });
  }
}
