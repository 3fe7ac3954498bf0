// Sockets that the main thread opened: a program takes and sends by the lot, and waits in poll(2) for datagrams, for what the main thread
// sends, and for what is due.
import { readSync } from "node:fs";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { Datagram, type DatagramCalls, loadDatagramCalls } from "./datagram-calls.ts";
import { type DatagramDoor, type PacketProgram, waitMsOf } from "./datagram-door.ts";
import { DatagramInbox } from "./datagram-inbox.ts";
import { DatagramOutbox } from "./datagram-outbox.ts";
import { PinnedMemory } from "./pinned-memory.ts";
import { type NativeSockets, Signal, type Signals } from "./thread-signals.ts";

const pollfdBytes = 8;

/** @throws {NetworkError} `no-ffi` */
export async function openNativeDoor({ descriptors, wake }: NativeSockets): Promise<DatagramDoor> {
  const calls = await loadDatagramCalls();
  return {
    calls,
    sockets: descriptors,
    inbox: (size) => new DatagramInbox(calls, size),
    outbox: (size) => new DatagramOutbox(calls, size),
    run: async (program, signals, port) => pollUntilStopped(program, { descriptors, wake, signals, calls, port }),
    // They are the main thread's.
    close: () => undefined,
  };
}

type Wait = NativeSockets & { readonly signals: Signals; readonly calls: DatagramCalls; readonly port: MessagePort };

/** Never returns to an event loop. */
function pollUntilStopped(program: PacketProgram, { descriptors, wake, signals, calls, port }: Wait): void {
  const polled = [wake, ...descriptors];
  const waits = new PinnedMemory(calls, polled.length * pollfdBytes);
  polled.forEach((fd, at) => {
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
    const waitMs = waitMsOf(program);
    if (calls.poll(waits.address, program.isOpen ? polled.length : 1, waitMs) <= 0) continue;
    if (has(0)) readSync(wake, woken);
    if (!program.isOpen) continue;
    descriptors.forEach((fd, at) => {
      if (has(at + 1)) program.readable(fd);
    });
  }
}
