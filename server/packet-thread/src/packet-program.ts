// The thread's side: opens the door that the main thread named, and runs a program until it is told to stop.
import { parentPort, workerData } from "node:worker_threads";
import type { DatagramDoor, PacketProgram } from "./datagram-door.ts";
import { openNativeDoor } from "./native-door.ts";
import { openPlainDoor } from "./plain-door.ts";
import type { ThreadStart } from "./thread-signals.ts";

export interface ProgramDeps {
  readonly door: DatagramDoor;
  readonly data: unknown;
  /** Hands something to the main thread, cloned or given away. */
  readonly post: (message: unknown, give?: readonly ArrayBuffer[]) => void;
}

/** Runs a program until the main thread stops it. To be called once, by the module that the thread was started with. */
export async function runPacketProgram(make: (deps: ProgramDeps) => PacketProgram): Promise<void> {
  const { sockets, signals, data } = workerData as ThreadStart;
  const port = parentPort;
  if (port === null) throw new Error("a packet program runs in a thread of its own; start it with startPacketThread");
  const door = "ports" in sockets ? await openPlainDoor(sockets.ports) : await openNativeDoor(sockets);
  const post = (message: unknown, give: readonly ArrayBuffer[] = []) => port.postMessage(message, [...give]);
  const program = make({ door, data, post });
  try {
    await door.run(program, signals, port);
  } finally {
    program.end();
    door.close();
    port.close();
  }
}
