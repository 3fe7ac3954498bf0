// Sockets of Node's own, which the thread opens for itself and serves on its event loop: the same for a program as those of native-door.ts,
// at a system call and a few objects a datagram.
import type { MessagePort } from "node:worker_threads";
import { type DatagramDoor, type PacketProgram, waitMsOf } from "./datagram-door.ts";
import { PlainInbox } from "./plain-inbox.ts";
import { PlainOutbox } from "./plain-outbox.ts";
import { openPlainSocket, type PlainPort, type PlainSocket } from "./plain-socket.ts";
import { Signal, type Signals } from "./thread-signals.ts";

/** @throws {Error} The system's, when a port cannot be had. */
export async function openPlainDoor(ports: readonly PlainPort[]): Promise<DatagramDoor> {
  const sockets: PlainSocket[] = [];
  for (const port of ports) sockets.push(await openPlainSocket(port));
  return {
    calls: undefined,
    sockets: [...sockets.keys()],
    inbox: (size) => new PlainInbox(sockets, size),
    outbox: (size) => new PlainOutbox(sockets, size),
    run: (program, signals, port) => serveUntilStopped(program, { sockets, signals, port }),
    close() {
      for (const socket of sockets) socket.close();
    },
  };
}

type Served = { readonly sockets: readonly PlainSocket[]; readonly signals: Signals; readonly port: MessagePort };

async function serveUntilStopped(program: PacketProgram, { sockets, signals, port }: Served): Promise<void> {
  const { promise: stopped, resolve: stop, reject: fail } = Promise.withResolvers<void>();
  let next: NodeJS.Immediate | undefined;
  let wait: NodeJS.Timeout | undefined;
  /** What it throws is the program's end, as on any other way of waiting. */
  const step = (go: () => void): void => {
    try {
      go();
    } catch (error) {
      fail(error);
    }
  };
  const soon = (): void => {
    next ??= setImmediate(step, turn);
  };
  const turn = (): void => {
    next = undefined;
    clearTimeout(wait);
    Atomics.add(signals, Signal.turns, 1);
    for (const [at, socket] of sockets.entries()) if (program.isOpen && socket.hasWaiting) program.readable(at);
    const waitMs = waitMsOf(program);
    if (waitMs === 0 || (program.isOpen && sockets.some(({ hasWaiting }) => hasWaiting))) soon();
    else wait = setTimeout(soon, waitMs);
  };
  port.on("message", (message) => {
    // What wakes it for the stop is no message of the program's.
    if (Atomics.load(signals, Signal.stop) !== 0) stop();
    else step(() => program.message(message));
    soon();
  });
  for (const socket of sockets) socket.onDatagram(soon);
  soon();
  await stopped.finally(() => {
    clearImmediate(next);
    clearTimeout(wait);
  });
}
