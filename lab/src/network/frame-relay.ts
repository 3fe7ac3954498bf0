// A cable between QEMU and the bridge where /dev/net/tun may not be opened: two sockets and a thread in between.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { reasonOf } from "../lab-error.ts";
import type { RelayWorkerData } from "./frame-relay-worker.ts";
import type { NativeSockets } from "./native-sockets.ts";

export interface FrameRelay {
  /** QEMU's end, to be inherited by it. */
  readonly machineEndFd: number;
  /** Ends the thread, then closes every descriptor. */
  close(): Promise<void>;
}

/** @param interfaceName The far end of the bridge's port. */
export function startFrameRelay(interfaceName: string, sockets: NativeSockets): FrameRelay {
  const bridgeFd = sockets.openPacketSocket(interfaceName);
  const [machineFd, machineEndFd] = sockets.openDatagramPair();
  const stop = new SharedArrayBuffer(4);
  const workerData: RelayWorkerData = { machineFd, bridgeFd, stop };
  const worker = new Worker(new URL("./frame-relay-worker.ts", import.meta.url), { workerData });
  // A relay that dies is a cable pulled out: the machine stays up, and its capture shows the silence.
  worker.on("error", (error) => process.emitWarning(`the cable on ${interfaceName} broke: ${reasonOf(error)}`));
  const ended = once(worker, "exit");
  return {
    machineEndFd,
    async close() {
      Atomics.store(new Int32Array(stop), 0, 1);
      await ended;
      for (const fd of [bridgeFd, machineFd, machineEndFd]) sockets.close(fd);
    },
  };
}
